/** Something that will happen, at a moment of virtual time. */
export interface VirtualEvent {
  readonly at: number;
  readonly sequence: number;
  /** Undefined once it was cancelled. */
  run: (() => void) | undefined;
}

/**
 * What is going to happen, soonest first; of what happens at the same moment, what was planned first. A binary heap:
 *
 *     parent of i is (i - 1) >> 1, its children are 2i + 1 and 2i + 2, and no parent comes after its child
 */
export class EventQueue {
  readonly #heap: VirtualEvent[] = [];
  #sequence = 0;

  get length(): number {
    return this.#heap.length;
  }

  push(at: number, run: () => void): VirtualEvent {
    const event: VirtualEvent = { at, sequence: this.#sequence++, run };
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (!isBefore(event, heap[above]!)) break;
      heap[i] = heap[above]!;
      i = above;
    }
    heap[i] = event;
    return event;
  }

  /** Takes the soonest; cancelled ones come too. */
  pop(): VirtualEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    const { length } = heap;
    let i = 0;
    for (let child = 1; child < length; child = 2 * i + 1) {
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: VirtualEvent, b: VirtualEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
