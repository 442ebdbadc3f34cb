import { OverloadError, type RedisError } from '../errors.ts';
import type { Push } from '../resp/index.ts';
import { Fifo } from './fifo.ts';

/** Pushes kept for a reader who is slower than the server. */
const MAX_KEPT = 65_536;

/**
 * The pushes of one connection, for one reader: `for await (const push of stream)`. It ends with its session, and throws
 * what ended it where that was an error. A reader who falls too far behind is told so (`ERR_QUEUE_FULL`): to leave out
 * pushes silently would be worse.
 */
export class PushStream implements AsyncIterableIterator<Push, undefined> {
  readonly #kept = new Fifo<Push>();
  #readers: { resolve: (result: IteratorResult<Push, undefined>) => void; reject: (error: RedisError) => void }[] = [];
  #isOver = false;
  #error: RedisError | undefined;

  push(push: Push): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ value: push, done: false });
    else if (this.#kept.length < MAX_KEPT) this.#kept.push(push);
    else this.end(tooSlow());
  }

  /** No more pushes come; those that are kept can still be read. */
  end(error?: RedisError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) {
      if (error === undefined) reader.resolve({ value: undefined, done: true });
      else reader.reject(error);
    }
  }

  next(): Promise<IteratorResult<Push, undefined>> {
    const push = this.#kept.shift();
    if (push !== undefined) return Promise.resolve({ value: push, done: false });
    if (!this.#isOver) return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(error);
  }

  return(): Promise<IteratorResult<Push, undefined>> {
    this.end();
    this.#kept.takeAll();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function tooSlow(): OverloadError {
  const message = `${MAX_KEPT} pushes were kept for a reader that does not read them`;
  return new OverloadError('ERR_QUEUE_FULL', message, { limit: MAX_KEPT, wasSent: false });
}
