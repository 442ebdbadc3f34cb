/**
 * Every error this package gives, in one table: one class per party at fault, one stable `code` each.
 *
 * `wasSent` answers the only question that matters after a failure: may the command have run?
 */

/** What a {@link ProtocolError} can say: the server's bytes are not RESP, or are more than the limits allow. */
export type ProtocolErrorCode = 'ERR_RESP_SYNTAX' | 'ERR_RESP_LIMIT';
export type ConnectionErrorCode =
  | 'ERR_CONNECT'
  | 'ERR_CONNECTION_LOST'
  | 'ERR_CLOSED'
  | 'ERR_AUTH'
  | 'ERR_CONNECTION_LIMIT';
export type TimeoutErrorCode = 'ERR_CONNECT_TIMEOUT' | 'ERR_COMMAND_TIMEOUT' | 'ERR_ABORTED';
export type OverloadErrorCode = 'ERR_QUEUE_FULL' | 'ERR_REPLY_TOO_LARGE';
export type ClusterErrorCode =
  | 'ERR_CROSS_SLOT'
  | 'ERR_SLOT_UNASSIGNED'
  | 'ERR_REDIRECTIONS'
  | 'ERR_NO_NODE'
  | 'ERR_NEEDS_SESSION'
  | 'ERR_SPLIT_PARTIAL';
export type RedisErrorCode =
  | ProtocolErrorCode
  | 'ERR_REPLY'
  | ConnectionErrorCode
  | TimeoutErrorCode
  | OverloadErrorCode
  | ClusterErrorCode;

/** What all errors of this package have in common; catch this to catch them all. */
export abstract class RedisError extends Error {
  /** Stable, documented in the README: compare this, never the message. */
  abstract readonly code: RedisErrorCode;
  /** True when the command's bytes were handed to a socket, so that it may have run. */
  wasSent = false;

  /** An error is printed by its class name, as every error of the platform is. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** The server's bytes are at fault. The stream position is lost: the connection must be closed. */
export class ProtocolError extends RedisError {
  override readonly code: ProtocolErrorCode;
  /** Bytes of the stream before the one at fault, counted from the decoder's first. */
  readonly offset: number;

  constructor(code: ProtocolErrorCode, message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}

/** What an error is without the engine's own constructor; what that would have set, a subclass has to set. */
function unbuilt(): void {}
unbuilt.prototype = RedisError.prototype;
const UnbuiltError = unbuilt as unknown as new () => RedisError;

/**
 * The server refused: a simple error or bulk error reply, as a value.
 *
 * Cheap to make, because clusters answer with errors in ordinary operation: it takes no stack trace, and not the 350 ns of
 * the engine's own constructor. It is an `Error` by its prototypes, for `instanceof` and for whoever prints it, but
 * `util.types.isNativeError` says no.
 *
 * What the server said is `message`, whole; `prefix` is its first word where that is upper case (`MOVED`, `WRONGTYPE`), else
 * empty text, and `detail` the rest.
 */
export class ErrorReply extends UnbuiltError {
  override readonly code = 'ERR_REPLY';
  override readonly message: string;
  /** No trace: how it is printed. */
  override readonly stack: string;
  /** The name of the command that was answered, upper case; set where a command is known. */
  command: string | undefined;
  /** `host:port` of the node that answered; set where one is known. */
  address: string | undefined;

  constructor(text: string) {
    super();
    this.wasSent = false;
    this.message = text;
    this.stack = `ErrorReply: ${text}`;
    this.command = undefined;
    this.address = undefined;
  }

  /** The error prefix, for example `WRONGTYPE`; empty when the text starts with none. */
  get prefix(): string {
    return this.message.slice(0, prefixLength(this.message));
  }

  /** The text after the prefix. */
  get detail(): string {
    const { message } = this;
    const length = prefixLength(message);
    return length === 0 ? message : message.slice(length + 1);
  }
}

/** How many characters of an error's text are its prefix: a first word of A to Z and, behind its first letter, 0 to 9 and _. */
function prefixLength(text: string): number {
  let length = 0;
  for (; length < text.length; length++) {
    const unit = text.charCodeAt(length);
    const isLetter = unit >= 0x41 && unit <= 0x5a;
    if (isLetter || (length > 0 && ((unit >= 0x30 && unit <= 0x39) || unit === 0x5f))) continue;
    return unit === 0x20 ? length : 0;
  }
  return length;
}

/** The network, or a party on it, is at fault: no connection, a lost one, a closed client, refused credentials. */
export class ConnectionError extends RedisError {
  override readonly code: ConnectionErrorCode;
  /** `host:port` or the path of the Unix socket. */
  readonly address: string | undefined;

  constructor(code: ConnectionErrorCode, message: string, options: ConnectionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.address = options.address;
    this.wasSent = options.wasSent ?? false;
  }
}

export interface ConnectionErrorOptions {
  address?: string | undefined;
  wasSent?: boolean;
  cause?: unknown;
}

/** Time ran out, or the caller's `signal` said stop. The cause is the last refusal, where there was one. */
export class TimeoutError extends RedisError {
  override readonly code: TimeoutErrorCode;
  /** The budget that was exhausted, in milliseconds; 0 for an abort. */
  readonly timeoutMs: number;

  constructor(code: TimeoutErrorCode, message: string, options: TimeoutErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.timeoutMs = options.timeoutMs;
    this.wasSent = options.wasSent;
  }
}

export interface TimeoutErrorOptions {
  timeoutMs: number;
  wasSent: boolean;
  cause?: unknown;
}

/** Too much at once: the client's own queue is full, or one reply is larger than its limit. */
export class OverloadError extends RedisError {
  override readonly code: OverloadErrorCode;
  /** The limit that was met: commands or bytes, as the message says. */
  readonly limit: number;

  constructor(code: OverloadErrorCode, message: string, options: { limit: number; wasSent: boolean }) {
    super(message);
    this.code = code;
    this.limit = options.limit;
    this.wasSent = options.wasSent;
  }
}

/** The cluster has no route for this command. */
export class ClusterError extends RedisError {
  override readonly code: ClusterErrorCode;
  /** The hash slot that was asked for, where one was. */
  readonly slot: number | undefined;
  /** What each part of a split command came to (`ERR_SPLIT_PARTIAL`), in the order of their first keys; else undefined. */
  readonly parts: readonly PartResult[] | undefined;

  constructor(code: ClusterErrorCode, message: string, options: ClusterErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.slot = options.slot;
    this.parts = options.parts;
    this.wasSent = options.wasSent ?? false;
  }
}

/** The part of a split command that was for one slot. */
export interface PartResult {
  readonly slot: number;
  /** Where its keys are among the arguments of the whole command, whose name is argument 0. */
  readonly keyPositions: readonly number[];
  /** Its reply, or the {@link RedisError} it came to, whose `wasSent` is about this part alone. */
  readonly outcome: unknown;
}

export interface ClusterErrorOptions {
  slot?: number | undefined;
  parts?: readonly PartResult[] | undefined;
  wasSent?: boolean;
  cause?: unknown;
}

/** The caller is at fault: thrown synchronously, before anything is sent, naming the argument. */
export type InvalidArgumentError = (TypeError | RangeError) & { readonly code: 'ERR_INVALID_ARGUMENT' };

/** Makes the error for an argument of the wrong type. */
export function invalidArgument(message: string): InvalidArgumentError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARGUMENT' as const });
}

/** Makes the error for an argument of the right type and an impossible value. */
export function argumentOutOfRange(message: string): InvalidArgumentError {
  return Object.assign(new RangeError(message), { code: 'ERR_INVALID_ARGUMENT' as const });
}
