/** Slots that servers move by themselves, as a whole: no client is told ASK, and none meets half a slot. */
import { type ClusterNode, type SlotRange, waitUntil } from '../../src/testing/index.ts';
import { knows } from './server-needs.ts';

/** Who has the slots now, and who gets them. */
export interface Move {
  readonly slots: SlotRange;
  readonly source: ClusterNode;
  readonly target: ClusterNode;
}

/** Moves slots, and resolves when both sides find that it is done. */
export type AtomicMove = (move: Move) => Promise<void>;

const MOVE_TIMEOUT_MS = 30_000;

/** How the server at hand moves slots as a whole: Valkey from 9.0 on, Redis from 8.4 on; undefined where it can't. */
export async function findAtomicMove(): Promise<AtomicMove | undefined> {
  if (await knows('CLUSTER|MIGRATESLOTS')) return moveByValkey;
  return (await knows('CLUSTER|MIGRATION')) ? moveByRedis : undefined;
}

async function moveByValkey(move: Move): Promise<void> {
  const { slots, source, target } = move;
  await source.send(['CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', ...slots, 'NODE', target.id]);
  await isDone(move);
}

async function moveByRedis(move: Move): Promise<void> {
  await move.target.send(['CLUSTER', 'MIGRATION', 'IMPORT', ...move.slots]);
  await isDone(move);
}

async function isDone({ slots, source, target }: Move): Promise<void> {
  await waitUntil(MOVE_TIMEOUT_MS, async () => {
    for (const node of [source, target]) {
      const owned = (await node.view()).find(({ id }) => id === target.id)?.slots ?? [];
      const has = owned.some(([first, last]) => first <= slots[0] && slots[1] <= last);
      if (!has) return `${node.address} does not find that ${target.address} has the slots`;
    }
    return undefined;
  });
}
