import type { CommandInfo } from '../commands/index.ts';
import type { Command, Outcome } from '../net/index.ts';
import { encodeReply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { FanOut, formOfPart } from './fan-out.ts';
import { InTurn } from './in-turn.ts';
import type { NodePool } from './node-pool.ts';
import type { NodeTraffic } from './node-traffic.ts';
import type { ClusterSettings } from './options.ts';
import type { CombineRule, GeneralResponsePolicy } from './response-policy.ts';
import type { SlotMap } from './slot-map.ts';
import { SplitReplies, splitBySlot } from './split.ts';
import type { TrafficHost } from './traffic-host.ts';

/** What dividing commands works with. */
export interface ManyNodesParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly host: TrafficHost;
  readonly nodes: NodeTraffic;
  /** Sends a part that has a slot to its node. */
  readonly toSlot: (command: Command) => void;
}

/**
 * Divides commands that concern several slots or nodes into a part for each, and makes one reply of theirs (protocol 43).
 *
 * The parts share the budget of the whole, which alone is counted by admission. They leave in one turn, so that all of
 * one node's are one write, and each follows its own redirections. Together they are not atomic.
 */
export class ManyNodes {
  readonly #settings: ClusterSettings;
  readonly #parts: ManyNodesParts;

  constructor(settings: ClusterSettings, parts: ManyNodesParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** One part for each slot of its keys. */
  split(command: Command, info: CommandInfo): void {
    const { name, args, form } = command;
    const policy = info.responsePolicy as GeneralResponsePolicy | undefined;
    const parts = splitBySlot(info, args);
    const settle = (outcome: Outcome): void => this.#parts.host.settle(command, outcome);
    const batch = new SplitReplies({ name, parts, policy, form, protocol: this.#protocol, settle });
    for (const [index, part] of parts.entries()) {
      const record = this.#parts.host.part(command, { args: part.args, form: formOfPart(policy, form), batch, index });
      record.slot = part.slot;
      this.#parts.toSlot(record);
    }
  }

  /** One part for each primary; when one is a primary no more, whoever has its slots answers for it. */
  toAllPrimaries(command: Command, rule: CombineRule | undefined): void {
    const shards = this.#parts.map.firstSlots();
    const fanOut = this.#fanOut(command, rule, [...shards.keys()]);
    let index = 0;
    for (const [node, slot] of shards) {
      const part = this.#partOf(command, { rule, batch: fanOut, index });
      this.#parts.nodes.send(part, node, { kind: 'shard', collector: fanOut, index: index++, slot });
    }
  }

  /** One part for each node, replicas too; those that leave meanwhile count for nothing. */
  toAllNodes(command: Command, rule: CombineRule | undefined): void {
    const nodes = this.#parts.pool.members();
    const fanOut = this.#fanOut(command, rule, nodes);
    for (const [index, node] of nodes.entries()) {
      const part = this.#partOf(command, { rule, batch: fanOut, index });
      this.#parts.nodes.send(part, node, { kind: 'member', collector: fanOut, index });
    }
  }

  /** To one primary after the other, in a random order, until one has an answer that is not null. */
  inTurn(command: Command): void {
    const { map, nodes, host } = this.#parts;
    const shards = shuffled([...map.firstSlots()], this.#settings.runtime.random);
    const ask = (index: number): void => {
      // Cancelled: the part that was under way has come to nothing.
      if (command.isSettled) return;
      const [node, slot] = shards[index]!;
      const part = this.#partOf(command, { rule: undefined, batch, index });
      nodes.send(part, node, { kind: 'shard', collector: batch, index, slot });
    };
    const settle = (outcome: Outcome): void => {
      const isRaw = command.form === 'raw' && !(outcome instanceof Error);
      host.settle(command, isRaw ? encodeReply(outcome, { protocol: this.#protocol }) : outcome);
    };
    const batch = new InTurn(shards.length, ask, settle);
    batch.start();
  }

  #fanOut(command: Command, rule: CombineRule | undefined, nodes: readonly ClusterNode[]): FanOut {
    return new FanOut({
      rule,
      addresses: nodes.map(({ address }) => address),
      form: command.form,
      maps: this.#settings.maps,
      protocol: this.#protocol,
      settle: (outcome) => this.#parts.host.settle(command, outcome),
    });
  }

  #partOf(command: Command, place: { rule: CombineRule | undefined; batch: FanOut | InTurn; index: number }): Command {
    const { rule, batch, index } = place;
    return this.#parts.host.part(command, { args: command.args, form: formOfPart(rule, command.form), batch, index });
  }

  /** Of raw replies that are put together here. */
  get #protocol(): 2 | 3 {
    return this.#settings.protocol === 2 ? 2 : 3;
  }
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
