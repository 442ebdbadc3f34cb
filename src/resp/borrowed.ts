import type { Buffer } from 'node:buffer';
import { copyBytes } from './owned-bytes.ts';
import type { Reply } from './reply.ts';

/**
 * The views that an unfinished aggregate holds into the current chunk.
 *
 * The chunk is borrowed only until `next` asks for more, so a reply that goes on in the next chunk must by then own
 * its bytes. Each view is noted once and copied at most once, whatever the nesting.
 */
export class Borrowed {
  #lists: Reply[][] = [];
  #indexes: number[] = [];

  /** Notes that `items[index]` is a view. */
  note(items: Reply[], index: number): void {
    this.#lists.push(items);
    this.#indexes.push(index);
  }

  /** Replaces the views by copies: the chunk goes. */
  own(): void {
    for (let at = 0; at < this.#lists.length; at++) {
      const items = this.#lists[at]!;
      const view = items[this.#indexes[at]!] as Buffer;
      items[this.#indexes[at]!] = copyBytes(view, 0, view.length);
    }
    this.clear();
  }

  /** Forgets the views: the reply is complete, and the caller knows how long it may use them. */
  clear(): void {
    if (this.#lists.length === 0) return;
    this.#lists = [];
    this.#indexes = [];
  }
}
