/** What the cluster cases call the parts of a cluster: nodes, and hash tags whose slots belong to them. */
import { hashSlot, SLOT_COUNT } from '../cluster/index.ts';
import type { Endpoint } from '../net/index.ts';

/** A node as the cases need it. */
export interface NamedNode {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Parts of the cluster, and which node's slots each is in. */
const PARTS: Readonly<Record<string, string>> = {
  A: 'A',
  other: 'A',
  hole: 'A',
  B: 'B',
  m: 'src',
  spare: 'src',
  x: 'src',
  y: 'src',
  z: 'src',
};

/** A cluster in the words of the cases. */
export interface ClusterParts {
  readonly nodes: ReadonlyMap<string, Endpoint>;
  readonly words: ReadonlyMap<string, string>;
  readonly tagOf: (part: string) => string;
  readonly slotOf: (part: string) => number;
}

/**
 * Names the parts of a cluster.
 *
 * @param nodes by what the cases call them; a node may have two names.
 * @param ownerOf the name of the node that owns a slot; undefined where nobody does, or one without a name.
 */
export function nameParts(
  nodes: ReadonlyMap<string, NamedNode>,
  ownerOf: (slot: number) => string | undefined,
): ClusterParts {
  const tags = findTags(ownerOf);
  const words = new Map<string, string>();
  for (const [name, { id, host, port }] of nodes) {
    words.set(`id:${name}`, id).set(`host:${name}`, host).set(`port:${name}`, String(port));
    words.set(`address:${name}`, `${host}:${port}`);
  }
  for (const [part, tag] of tags) words.set(`slot:${part}`, String(hashSlot(tag)));
  const tagOf = (part: string): string => tags.get(part) ?? part;
  const endpoints = [...nodes].map(([name, { host, port }]) => [name, { host, port }] as const);
  return { nodes: new Map(endpoints), words, tagOf, slotOf: (part) => hashSlot(tagOf(part)) };
}

/** One hash tag for every part, no two in one slot. */
function findTags(ownerOf: (slot: number) => string | undefined): Map<string, string> {
  const wanted = new Map(Object.entries(PARTS));
  const tags = new Map<string, string>();
  const used = new Set<number>();
  for (let number = 0; wanted.size > 0 && number < 4 * SLOT_COUNT; number++) {
    const slot = hashSlot(`t${number}`);
    const owner = ownerOf(slot);
    const part = [...wanted.keys()].find((name) => wanted.get(name) === owner);
    if (part === undefined || used.has(slot)) continue;
    wanted.delete(part);
    used.add(slot);
    tags.set(part, `t${number}`);
  }
  return tags;
}
