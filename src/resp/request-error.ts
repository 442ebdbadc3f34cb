import { Buffer } from 'node:buffer';
import { ProtocolError, type ProtocolErrorCode } from '../errors.ts';

/** A client's bytes are at fault: what a server would answer, and then close the connection (protocol 27). */
export class RequestError extends ProtocolError {
  /** The error reply as bytes, ready to be sent; empty where a server closes without a word. The caller's to keep. */
  readonly answer: Buffer;

  /** `text` is what servers say after `Protocol error: `, one byte a character; undefined where they say nothing. */
  constructor(code: ProtocolErrorCode, text: string | undefined, options: { message?: string; offset: number }) {
    super(code, options.message ?? `protocol error: ${text}`, options.offset);
    this.answer = Buffer.from(text === undefined ? '' : `-ERR Protocol error: ${text}\r\n`, 'latin1');
  }
}
