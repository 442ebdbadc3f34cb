import type { Reply } from '../resp/index.ts';
import { SLOT_COUNT } from './hash-slot.ts';

/** What a node says of its own slots, and of those that are on their way from it or to it. */
export interface OwnSlots {
  /** The node's id. */
  readonly id: string;
  /** Rises whenever the node takes a slot from another one. */
  readonly epoch: number;
  /** By slot: 1 where the node has it. */
  readonly owned: Uint8Array;
  /** Slots that keys are leaving, and the id of the node they go to. */
  readonly leaving: ReadonlyMap<number, string>;
  /** Slots whose keys are arriving, and the id of the node they come from. */
  readonly arriving: ReadonlyMap<number, string>;
}

/** A server that is not in cluster mode has every slot, and none is ever on its way. */
export function allSlots(): OwnSlots {
  return { id: '', epoch: 0, owned: new Uint8Array(SLOT_COUNT).fill(1), leaving: new Map(), arriving: new Map() };
}

/**
 * Reads a node's own line out of its reply to CLUSTER NODES; a replica has no slots.
 *
 *     id address myself,master - 0 0 epoch connected 0-99 101 [93->-id] [77-<-id]
 *
 * @returns undefined when there is no such line.
 * @see https://redis.io/docs/latest/commands/cluster-nodes/#special-slot-entries
 */
export function parseOwnSlots(reply: Reply): OwnSlots | undefined {
  const line = String(reply)
    .split('\n')
    .find((text) => /^\S+ \S+ (\S+,)?myself(,| )/.test(text));
  if (line === undefined) return undefined;
  const [id = '', , , , , , epoch, , ...tokens] = line.trimEnd().split(' ');
  const slots = { owned: new Uint8Array(SLOT_COUNT), leaving: new Map(), arriving: new Map() };
  for (const token of tokens) readToken(token, slots);
  return { id, epoch: Number(epoch), ...slots };
}

type Slots = { owned: Uint8Array; leaving: Map<number, string>; arriving: Map<number, string> };

function readToken(token: string, { owned, leaving, arriving }: Slots): void {
  const [, slot, direction, id] = /^\[(\d+)-([<>])-(.+)\]$/.exec(token) ?? [];
  if (id !== undefined) {
    (direction === '>' ? leaving : arriving).set(Number(slot), id);
    return;
  }
  const [first, last = first] = token.split('-').map(Number);
  owned.fill(1, first, last! + 1);
}
