import { hashSlot } from '../../src/cluster/index.ts';

/** A hash tag whose slot is this one: `{tag}name` is a key there. */
export function tagInSlot(slot: number): string {
  for (let n = 0; ; n++) if (hashSlot(`t${n}`) === slot) return `t${n}`;
}
