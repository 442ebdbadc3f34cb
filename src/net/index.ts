/** One server: transport, handshake, pipeline, liveness, reconnection. Knows no slots. */
export { Admission, type AdmissionLimits } from './admission.ts';
export { type BackoffOptions, backoffMs, REFUSAL_BACKOFF } from './backoff.ts';
export { BlockingCalls, type LeaseContext } from './blocking-calls.ts';
export { callUser } from './call-user.ts';
export { Client, type ClientEvents, type ConnectOptions, connect } from './client.ts';
export {
  type CallerParts,
  type CallerStats,
  type ClientStats,
  callerStats,
  type LeaseStats,
  type ServerStats,
  serverStats,
} from './client-stats.ts';
export {
  type Batch,
  Command,
  type CommandSink,
  CommandState,
  NO_SLOT,
  type Outcome,
  type RetryPolicy,
} from './command.ts';
export { budgetOf, ConnectionBudget } from './connection-budget.ts';
export { type CredentialSource, CredentialStore, type Credentials } from './credentials.ts';
export * from './diagnostics/index.ts';
export {
  checkPort,
  DEFAULT_PORT,
  type Endpoint,
  formatAddress,
  isIpAddress,
  type ParsedUrl,
  parseServiceUrl,
  parseUrl,
  type TlsOptions,
} from './endpoint.ts';
export { Intake, type PartFields } from './intake.ts';
export { LeaseDesk } from './lease-desk.ts';
export type { LeasePool } from './lease-pool.ts';
export { type LeaseRouter, refusalPause, wasUnblockedByFailover } from './lease-router.ts';
export type { Link, LinkOptions, LinkOwner } from './link.ts';
export { Links } from './links.ts';
export { lossOf } from './loss.ts';
export {
  type ClientOptions,
  type ClientSettings,
  checkCount,
  clientSettings,
  DEFAULTS,
  LEASE_DEFAULTS,
  type SendOptions,
} from './options.ts';
export {
  type Gap,
  type Message,
  type Payload,
  PubSub,
  type PubSubEvent,
  type PubSubForm,
  type PubSubStats,
  SUBSCRIBE_DEFAULTS,
  type SubscribeHandlers,
  type SubscribeOptions,
  Subscriber,
  type SubscriberRouter,
  Subscription,
  type Topic,
  type TopicName,
} from './pubsub/index.ts';
export type { Reader, ReadFrom } from './read-from.ts';
export { type Fate, fateAfterLoss } from './retry-policy.ts';
export { type Runtime, type ServiceTarget, systemRuntime, type TimerHandle } from './runtime.ts';
export {
  checkScanOptions,
  parseScanPage,
  SCAN_START,
  type ScanOptions,
  type ScanPage,
  scanCommand,
  scanServer,
} from './scan.ts';
export {
  bringsScript,
  defineScript,
  type Script,
  type ScriptCall,
  type ScriptOptions,
  scriptCommands,
} from './script.ts';
export { runSession, Session } from './session.ts';
export type { SessionContext } from './session-line.ts';
export { refusalBehind, type Transaction } from './transaction.ts';
export type { Transport, TransportEvents } from './transport.ts';
