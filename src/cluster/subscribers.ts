import type { ErrorReply, RedisError } from '../errors.ts';
import {
  type ConnectionBudget,
  type CredentialStore,
  PubSub,
  Subscriber,
  type SubscriberRouter,
  type TimerHandle,
  type Topic,
} from '../net/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { RedirectedCommand, RefreshReason } from './diagnostics/index.ts';
import { resolveEndpoint } from './endpoints.ts';
import { hashSlot } from './hash-slot.ts';
import type { NodePool } from './node-pool.ts';
import type { ClusterSettings } from './options.ts';
import { RECOVERY } from './recovery.ts';
import { parseRedirection } from './redirection.ts';
import type { SlotMap } from './slot-map.ts';

/** What the subscribers need of their cluster. */
export interface SubscribersContext {
  readonly settings: ClusterSettings;
  readonly credentials: CredentialStore;
  readonly budget: ConnectionBudget | undefined;
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  /** There is a reason to look at the topology. */
  wantTopology(isUrgent: boolean, reason: RefreshReason): void;
  /** A node sends a subscription elsewhere; the slot map is still as it was. */
  redirected(redirected: RedirectedCommand): void;
  /** A MOVED named another primary for a slot. */
  moved(slot: number, primary: ClusterNode): void;
}

/**
 * Which node of a cluster brings which topic, at most one connection to each:
 *
 * - A sharded channel comes from the primary of its slot.
 * - All others may come from any node, since nodes pass every message on to all: from one, chosen at random, so that
 *   clients spread, and one client's channels keep their order among each other. When it dies or leaves, from another.
 */
export class Subscribers implements SubscriberRouter {
  readonly pubSub: PubSub;
  readonly #context: SubscribersContext;
  readonly #byNode = new Map<ClusterNode, Subscriber>();
  /** Brings everything but sharded channels. */
  #home: ClusterNode | undefined;
  #timer: TimerHandle | undefined;

  constructor(context: SubscribersContext) {
    this.#context = context;
    this.pubSub = new PubSub(context.settings, this);
  }

  prepare(topic: Topic): void {
    if (topic.kind === 'smessage') topic.group = hashSlot(topic.bytes);
  }

  place(topic: Topic): Subscriber | undefined {
    this.#watch();
    const node = topic.kind === 'smessage' ? this.#context.map.primaryOf(topic.group) : this.#findHome();
    if (node !== undefined) return this.#at(node);
    this.#context.wantTopology(true, 'unassigned');
    return undefined;
  }

  recover(topic: Topic, subscriber: Subscriber, error: ErrorReply): 'now' | 'later' | 'tell' {
    const action = RECOVERY[error.prefix] ?? 'tell';
    if (action === 'tell') return 'tell';
    const node = this.#nodeOf(subscriber);
    if (action === 'redirect' && node !== undefined && this.#follow(topic, node, error)) return 'now';
    if (node === this.#home) this.#home = undefined;
    this.#context.wantTopology(true, 'refused');
    return 'later';
  }

  lost(subscriber: Subscriber, error: RedisError | undefined): RedisError | undefined {
    const node = this.#nodeOf(subscriber);
    if (node === undefined || error === undefined) return error;
    this.#context.wantTopology(true, 'lost');
    if (node === this.#home) this.#home = this.#choose(node);
    return node.explain(error);
  }

  /** Slots changed hands, or nodes left: topics go where they belong now. */
  review(gone: readonly ClusterNode[]): void {
    this.pubSub.review();
    this.#forget(gone);
  }

  close(): void {
    this.#context.settings.runtime.clearTimer(this.#timer);
    this.#forget([...this.#byNode.keys()]);
  }

  /**
   * Looks at the topology from time to time while anything is subscribed: a node that is cut off from the others answers
   * PING and brings no message, and a client that only listens would never hear of it.
   */
  #watch(): void {
    const { runtime, idleProbeMs } = this.#context.settings;
    this.#timer ??= runtime.setTimer(() => {
      this.#timer = undefined;
      if (this.pubSub.isIdle) return;
      this.#context.wantTopology(false, 'routine');
      this.#watch();
    }, idleProbeMs);
  }

  #forget(nodes: readonly ClusterNode[]): void {
    for (const node of nodes) {
      this.#byNode.get(node)?.close();
      this.#byNode.delete(node);
    }
  }

  /** @returns whether the server named another node that may be connected to. */
  #follow(topic: Topic, node: ClusterNode, error: ErrorReply): boolean {
    const { pool, settings } = this.#context;
    const redirection = parseRedirection(error.prefix, error.detail);
    if (redirection?.kind !== 'moved' || redirection.slot !== topic.group) return false;
    const resolved = resolveEndpoint(redirection, node.endpoint, settings.addressMap);
    if (resolved === undefined || !pool.allows(resolved.endpoint)) return false;
    const target = pool.at(resolved);
    this.#context.redirected({ command: 'SSUBSCRIBE', redirection, from: node, to: target });
    this.#context.moved(redirection.slot, target);
    return target !== node;
  }

  #findHome(): ClusterNode | undefined {
    const home = this.#home;
    if (home !== undefined && this.#context.pool.get(home.address) === home) return home;
    this.#home = this.#choose(home);
    return this.#home;
  }

  /** Any primary, one that is connected first, rather not the one that has just failed. */
  #choose(failed: ClusterNode | undefined): ClusterNode | undefined {
    const primaries = this.#context.map.primaries();
    const others = primaries.filter((node) => node !== failed);
    const ready = others.filter((node) => node.link.isReady);
    const choice = [ready, others, primaries].find((nodes) => nodes.length > 0) ?? [];
    return choice[Math.floor(this.#context.settings.runtime.random() * choice.length)];
  }

  #at(node: ClusterNode): Subscriber {
    let subscriber = this.#byNode.get(node);
    if (subscriber === undefined) {
      const { settings, credentials, budget } = this.#context;
      const { endpoint, activity } = node;
      const handshake = { protocol: settings.protocol, clientName: settings.clientName };
      const options = { endpoint, settings, handshake, credentials, budget, activity };
      subscriber = new Subscriber(options, this.pubSub);
      this.#byNode.set(node, subscriber);
    }
    return subscriber;
  }

  #nodeOf(subscriber: Subscriber): ClusterNode | undefined {
    for (const [node, one] of this.#byNode) if (one === subscriber) return node;
    return undefined;
  }
}
