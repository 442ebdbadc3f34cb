import { ErrorReply, type RedisError, type RedisErrorCode } from '../../errors.ts';

/**
 * Why something failed, as it is published. Of what a server said there is its error prefix and not a word more, for
 * servers repeat arguments in their errors, and arguments may be secrets.
 */
export interface Failure {
  /** The class of the error: `ErrorReply`, `TimeoutError`, ... */
  readonly name: string;
  readonly code: RedisErrorCode;
  /** The error prefix (`WRONGTYPE`), where a server refused; undefined where the client gave up by itself. */
  readonly prefix: string | undefined;
  readonly message: string;
  /** Whether the command may have run. */
  readonly wasSent: boolean;
}

/** What may be told of an error to whoever listens. */
export function failureOf(error: RedisError): Failure {
  const { name, code, wasSent } = error;
  const prefix = error instanceof ErrorReply ? error.prefix || undefined : undefined;
  return { name, code, prefix, message: withoutServerTexts(error), wasSent };
}

/** What OpenTelemetry calls `error.type`: the server's error prefix, else the stable code of the error. */
export function errorType({ prefix, code }: Failure): string {
  return prefix ?? code;
}

/** Our own messages quote what a server said, and keep it as their cause: so it is found, and its prefix takes its place. */
function withoutServerTexts(error: RedisError): string {
  let { message } = error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ErrorReply) message = message.replaceAll(cause.message, cause.prefix || 'an error');
  }
  return message;
}
