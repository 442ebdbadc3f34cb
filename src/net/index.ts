/** One server: transport, handshake, pipeline, liveness, reconnection. Knows no slots. */
export { Admission, type AdmissionLimits } from './admission.ts';
export { type BackoffOptions, backoffMs } from './backoff.ts';
export { Client, type ConnectOptions, connect, lossOf } from './client.ts';
export { type Batch, Command, CommandState, NO_SLOT, type Outcome, type RetryPolicy } from './command.ts';
export { type CredentialSource, CredentialStore, type Credentials } from './credentials.ts';
export {
  checkPort,
  DEFAULT_PORT,
  type Endpoint,
  formatAddress,
  type ParsedUrl,
  parseUrl,
  type TlsOptions,
} from './endpoint.ts';
export { type CommandSink, Intake } from './intake.ts';
export { Link, type LinkOptions, type LinkOwner } from './link.ts';
export {
  type ClientOptions,
  type ClientSettings,
  clientSettings,
  DEFAULTS,
  type SendOptions,
} from './options.ts';
export { type Fate, fateAfterLoss } from './retry-policy.ts';
export { type Runtime, systemRuntime, type TimerHandle } from './runtime.ts';
export type { Transport, TransportEvents } from './transport.ts';
