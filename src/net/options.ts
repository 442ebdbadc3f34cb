import { argumentOutOfRange, invalidArgument } from '../errors.ts';
import type { MapForm, ReplyForm } from '../resp/index.ts';
import type { RetryPolicy } from './command.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { checkReadFrom, type ReadFrom } from './read-from.ts';
import { createSystemRuntime, type Runtime } from './runtime.ts';

/** Options of one command. */
export interface SendOptions {
  /** The form of its reply; default the client's `reply`. `'view'` is for the decoder alone: it would not outlive the promise. */
  readonly reply?: Exclude<ReplyForm, 'view'> | undefined;
  /** The whole budget of the command, in milliseconds; default the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Rejects with `ERR_ABORTED`; a command that was written stays in the pipeline as a tombstone. */
  readonly signal?: AbortSignal | undefined;
  /** What happens to it, when written, after its connection was lost; default the client's `retry`. */
  readonly retry?: RetryPolicy | undefined;
  /** Of a cluster: who answers it, if it only reads; default the client's `readFrom`. */
  readonly readFrom?: ReadFrom | undefined;
  /** Of a cluster with the `cache` option, for `send`: the reply may be one that was kept since the key was last written. */
  readonly cache?: boolean | undefined;
}

/** Options of every client, of one server or of a cluster. Each has a default. */
export interface ClientOptions extends Credentials {
  /** Credentials that change, instead of `username` and `password`. */
  readonly credentials?: CredentialSource | undefined;
  /** The name that CLIENT LIST shows for our connections. */
  readonly clientName?: string | undefined;
  /** `'auto'` asks for RESP3 and takes RESP2 where the server has no HELLO. */
  readonly protocol?: 'auto' | 2 | 3 | undefined;
  readonly reply?: Exclude<ReplyForm, 'view'> | undefined;
  /** The shape of maps, RESP2 or RESP3 alike: flat `'pairs'`, `Map`, or null-prototype `'object'`. */
  readonly maps?: MapForm | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Of a cluster: who answers commands that only read. */
  readonly readFrom?: ReadFrom | undefined;
  /** The budget of one attempt to connect, handshake included. */
  readonly connectTimeoutMs?: number | undefined;
  /** A connection that owes an answer and is silent for so long is closed: set it above your longest script. */
  readonly livenessMs?: number | undefined;
  /** An idle connection is asked PING after so long. */
  readonly idleProbeMs?: number | undefined;
  /** Commands and argument bytes under way at once, for one server. */
  readonly maxCommandsPerNode?: number | undefined;
  readonly maxBytesPerNode?: number | undefined;
  /** The same for the whole client. */
  readonly maxCommands?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Connections that sessions and blocking commands have to themselves, for one server. */
  readonly maxLeasesPerNode?: number | undefined;
  /** The same for the whole client. */
  readonly maxLeases?: number | undefined;
  /**
   * Connections of every kind that the client has at once. When a command needs one more, the idle one that was used least
   * recently is closed; where none is idle it waits within its budget, then `ERR_CONNECTION_LIMIT`. Default: no limit.
   */
  readonly maxConnections?: number | undefined;
  /**
   * A connection that is older takes nothing more and closes when it has answered what it owes; a new one takes its place.
   * Each ends at a moment of its own, up to a tenth earlier. One that is leased, or has subscriptions, ends afterwards.
   */
  readonly maxConnectionAgeMs?: number | undefined;
  /** When a limit is met: reject with `ERR_QUEUE_FULL`, or wait for room within the budget. */
  readonly whenFull?: 'reject' | 'wait' | undefined;
  /** The largest reply that is kept, in bytes; a larger one is skipped and fails its own command. */
  readonly maxReplyBytes?: number | undefined;
  /** Bytes handed to a socket at a time: all of them are in doubt when it is lost. */
  readonly maxBatchBytes?: number | undefined;
  /** The longest wait between two attempts to connect. */
  readonly maxReconnectDelayMs?: number | undefined;
  /** How long `close()` waits for commands under way. */
  readonly closeTimeoutMs?: number | undefined;
  /** Time, chance and network; for tests. */
  readonly runtime?: Runtime | undefined;
}

/** All of {@link ClientOptions}, with their defaults in place. */
export type ClientSettings = Credentials &
  Required<{
    [K in Exclude<keyof ClientOptions, 'username' | 'password' | 'clientName' | 'credentials'>]: NonNullable<
      ClientOptions[K]
    >;
  }> & {
    readonly clientName: string | undefined;
    readonly credentials: CredentialSource | undefined;
  };

const MEBIBYTE = 1024 * 1024;

/** Of sessions and blocking commands. A server has room for 10,000 clients in all, unless it says otherwise. */
export const LEASE_DEFAULTS = { maxLeasesPerNode: 128, maxLeases: 1024 } as const;

export const DEFAULTS: Omit<
  ClientSettings,
  'username' | 'password' | 'clientName' | 'credentials' | 'runtime' | keyof typeof LEASE_DEFAULTS
> = {
  protocol: 'auto',
  reply: 'string',
  maps: 'pairs',
  timeoutMs: 5000,
  retry: 'safe',
  readFrom: 'primary',
  connectTimeoutMs: 3000,
  livenessMs: 10_000,
  idleProbeMs: 30_000,
  maxCommandsPerNode: 250_000,
  maxBytesPerNode: 128 * MEBIBYTE,
  maxCommands: 1_000_000,
  maxBytes: 256 * MEBIBYTE,
  maxConnections: Number.POSITIVE_INFINITY,
  maxConnectionAgeMs: Number.POSITIVE_INFINITY,
  whenFull: 'reject',
  maxReplyBytes: 1024 * MEBIBYTE,
  maxBatchBytes: 256 * 1024,
  maxReconnectDelayMs: 500,
  closeTimeoutMs: 5000,
};

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function clientSettings(options: ClientOptions): ClientSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: ClientSettings = {
    clientName: undefined,
    credentials: undefined,
    runtime: options.runtime ?? createSystemRuntime(),
    ...DEFAULTS,
    ...LEASE_DEFAULTS,
    ...given,
  };
  for (const name of NUMBERS) checkPositive(name, settings[name]);
  checkCount('maxConnections', settings.maxConnections);
  if (!Number.isSafeInteger(settings.maxReplyBytes)) throw argumentOutOfRange('maxReplyBytes must be an integer');
  checkOneOf('protocol', settings.protocol, ['auto', 2, 3]);
  checkOneOf('whenFull', settings.whenFull, ['reject', 'wait']);
  checkOneOf('maps', settings.maps, ['pairs', 'map', 'object']);
  checkSendOptions(settings);
  if (settings.password === undefined && settings.username !== undefined) {
    throw invalidArgument('username needs a password');
  }
  return settings;
}

const NUMBERS = [
  'connectTimeoutMs',
  'livenessMs',
  'idleProbeMs',
  'maxCommandsPerNode',
  'maxLeasesPerNode',
  'maxLeases',
  'maxBytesPerNode',
  'maxCommands',
  'maxBytes',
  'maxConnectionAgeMs',
  'maxReplyBytes',
  'maxBatchBytes',
  'maxReconnectDelayMs',
  'closeTimeoutMs',
] as const;

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function checkSendOptions(options: SendOptions): void {
  if (options.timeoutMs !== undefined) checkPositive('timeoutMs', options.timeoutMs);
  if (options.reply !== undefined) checkOneOf('reply', options.reply, ['string', 'bytes', 'skip', 'raw']);
  if (options.retry !== undefined) checkOneOf('retry', options.retry, ['never', 'safe', 'always']);
  if (options.readFrom !== undefined) checkReadFrom(options.readFrom);
}

function checkPositive(name: string, value: number): void {
  if (!(typeof value === 'number' && value > 0)) {
    throw argumentOutOfRange(`${name} must be a number above 0, not ${String(value)}`);
  }
}

/** @throws RangeError (`ERR_INVALID_ARGUMENT`) unless the value is a whole number above 0, or infinite. */
export function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  if (value !== Number.POSITIVE_INFINITY) {
    throw argumentOutOfRange(`${name} must be a whole number above 0, not ${String(value)}`);
  }
}

function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw invalidArgument(`${name} must be one of ${allowed.join(', ')}`);
}
