/** Who owns which slot in a scripted cluster, as one of its nodes believes. */
import { SLOT_COUNT } from '../cluster/index.ts';
import type { SlotRange } from './cluster-view.ts';

/** A node by its number in the cluster; -1 where nobody owns a slot. */
export type NodeIndex = number;

const NOBODY: NodeIndex = -1;

/** A view of the slots; every node has one of its own, since nodes may differ. */
export class ScriptedLayout {
  readonly #owners = new Int16Array(SLOT_COUNT).fill(NOBODY);
  readonly #epochs = new Map<NodeIndex, number>();

  /** Gives slots to a node, or to nobody. */
  assign([first, last]: SlotRange, owner: NodeIndex | undefined, epoch: number): void {
    this.#owners.fill(owner ?? NOBODY, first, last + 1);
    if (owner !== undefined) this.#epochs.set(owner, epoch);
  }

  /** The owner of a slot, undefined when it has none. */
  ownerOf(slot: number): NodeIndex | undefined {
    const owner = this.#owners[slot] ?? NOBODY;
    return owner === NOBODY ? undefined : owner;
  }

  epochOf(node: NodeIndex): number {
    return this.#epochs.get(node) ?? 0;
  }

  /** All ranges with an owner, in the order of their slots. */
  ranges(): { readonly range: SlotRange; readonly owner: NodeIndex }[] {
    const ranges: { range: SlotRange; owner: NodeIndex }[] = [];
    for (let first = 0, end = 0; first < SLOT_COUNT; first = end) {
      const owner = this.#owners[first]!;
      for (end = first + 1; this.#owners[end] === owner; ) end++;
      if (owner !== NOBODY) ranges.push({ range: [first, end - 1], owner });
    }
    return ranges;
  }
}
