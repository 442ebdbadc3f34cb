import { type ClusterFault, describeFault, type Fault, type NetworkFault } from './fault-plan.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-node.ts';

export interface FaultRunnerOptions {
  readonly cluster: SimulatedCluster;
  /** Slots that the load uses. */
  readonly slots: readonly number[];
  readonly nodeTimeoutMs: number;
  /** Gives the client its password from now on. */
  readonly givePassword: (password: string) => void;
}

const POLL_MS = 10;

/**
 * Does to a simulated cluster what a plan says, and leaves it whole.
 *
 * What replaces a primary happens by itself, as an administrator would have it: never while a slot is being moved, and on
 * a cluster that agrees with itself. A replica that has not heard of a move would take the slot back without its keys,
 * which is the servers' doing, not the client's.
 */
export class FaultRunner {
  readonly #cluster: SimulatedCluster;
  readonly #slots: readonly number[];
  readonly #nodeTimeoutMs: number;
  readonly #givePassword: (password: string) => void;
  #password = '';
  readonly #movingSlots = new Set<number>();
  #shared = 0;
  #isExclusive = false;

  constructor({ cluster, slots, nodeTimeoutMs, givePassword }: FaultRunnerOptions) {
    this.#cluster = cluster;
    this.#slots = slots;
    this.#nodeTimeoutMs = nodeTimeoutMs;
    this.#givePassword = givePassword;
  }

  /** Resolves when all of it has happened and the cluster is whole again. */
  async run(plan: readonly Fault[]): Promise<void> {
    await Promise.all(plan.map((fault) => this.#runOne(fault)));
    await this.#cluster.settled();
  }

  async #runOne(fault: Fault): Promise<void> {
    const { runtime } = this.#cluster;
    await runtime.sleep(fault.at);
    runtime.trace?.(runtime.now(), `fault: ${describeFault(fault).trim()}`);
    switch (fault.kind) {
      case 'move':
        return this.#shareWith(() => this.#move(fault));
      case 'failover':
        return this.#alone(() => this.#failover(this.#primary(fault)));
      case 'kill':
        return this.#alone(() => this.#kill(this.#primary(fault), fault.forMs));
      case 'pause': {
        const isNoticed = fault.forMs >= this.#nodeTimeoutMs;
        const pause = (): Promise<void> => this.#pause(this.#primary(fault), fault.forMs);
        return isNoticed ? this.#alone(pause) : this.#shareWith(pause);
      }
      case 'passwd':
        return this.#changePassword(fault);
      default:
        return this.#disturb(fault);
    }
  }

  /** What happens to the network alone. */
  async #disturb(fault: NetworkFault): Promise<void> {
    const { network, runtime } = this.#cluster;
    const { address } = this.#primary(fault);
    const weather = network.weatherAt(address);
    switch (fault.kind) {
      case 'reset':
        for (const connection of network.connectionsTo(address)) connection.reset();
        break;
      case 'cut':
        for (const connection of network.connectionsTo(address)) connection.cutAfter(fault.direction, fault.bytes);
        break;
      case 'half-open':
        for (const connection of network.connectionsTo(address)) connection.halfOpen();
        network.setSilent(address, true);
        await runtime.sleep(fault.forMs);
        network.setSilent(address, false);
        break;
      case 'delay': {
        const { maxLatencyMs } = weather;
        weather.maxLatencyMs = fault.latencyMs;
        await runtime.sleep(fault.forMs);
        weather.maxLatencyMs = maxLatencyMs;
        break;
      }
      case 'narrow': {
        const { windowBytes } = weather;
        weather.windowBytes = fault.bytes;
        await runtime.sleep(fault.forMs);
        weather.windowBytes = windowBytes;
        break;
      }
    }
  }

  async #move({ pick, hops, stepMs }: ClusterFault & { kind: 'move' }): Promise<void> {
    const cluster = this.#cluster;
    const slot = this.#slots[Math.floor(pick * this.#slots.length)]!;
    while (this.#movingSlots.has(slot)) await cluster.runtime.sleep(POLL_MS);
    this.#movingSlots.add(slot);
    const isBackAndForth = pick * this.#slots.length * 2 - Math.floor(pick * this.#slots.length) * 2 < 1;
    const home = cluster.nodeOf(slot);
    const others = this.#primaries().filter((node) => node !== home);
    for (let hop = 0; hop < hops; hop++) {
      const away = others[isBackAndForth ? 0 : hop % others.length]!;
      const target = isBackAndForth && hop % 2 === 1 ? home : away;
      if (target !== cluster.nodeOf(slot)) await cluster.moveSlot(slot, target, { stepMs });
    }
    this.#movingSlots.delete(slot);
  }

  async #failover(primary: SimulatedNode): Promise<void> {
    const replica = this.#cluster.nodes.find(({ primaryIndex }) => primaryIndex === primary.index);
    if (replica !== undefined) await this.#cluster.failover(replica);
  }

  async #kill(primary: SimulatedNode, forMs: number): Promise<void> {
    this.#cluster.kill(primary);
    await this.#cluster.runtime.sleep(forMs);
    await this.#cluster.restart(primary);
  }

  async #pause(node: SimulatedNode, forMs: number): Promise<void> {
    this.#cluster.pause(node);
    await this.#cluster.runtime.sleep(forMs);
    this.#cluster.resume(node);
  }

  async #changePassword({ at, pick, forMs }: ClusterFault & { kind: 'passwd' }): Promise<void> {
    this.#password = `password ${at} ${pick}`;
    this.#cluster.setPassword(this.#password);
    await this.#cluster.runtime.sleep(forMs);
    // Where it was changed again meanwhile, the newest.
    this.#givePassword(this.#password);
  }

  /** While nothing else replaces a primary. */
  async #shareWith(run: () => Promise<void>): Promise<void> {
    while (this.#isExclusive) await this.#cluster.runtime.sleep(POLL_MS);
    this.#shared++;
    await run();
    this.#shared--;
  }

  /** While no slot moves, on a cluster that agrees with itself, before and after. */
  async #alone(run: () => Promise<void>): Promise<void> {
    const cluster = this.#cluster;
    while (this.#isExclusive) await cluster.runtime.sleep(POLL_MS);
    this.#isExclusive = true;
    while (this.#shared > 0 || !cluster.isSettled) await cluster.runtime.sleep(POLL_MS);
    await run();
    await cluster.settled();
    this.#isExclusive = false;
  }

  #primary({ pick }: Fault): SimulatedNode {
    const primaries = this.#primaries();
    return primaries[Math.floor(pick * primaries.length)]!;
  }

  #primaries(): SimulatedNode[] {
    const { nodes } = this.#cluster;
    return nodes.filter((node) => this.#cluster.isPrimary(node));
  }
}
