import {
  budgetOf,
  type ConnectionBudget,
  type ConnectionListener,
  CredentialStore,
  Intake,
  LeaseDesk,
  type LinkOwner,
} from '../net/index.ts';
import { type CacheHost, ClientCache } from './cache/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { Observer } from './diagnostics/index.ts';
import { type ClusterLeaseParts, ClusterLeases } from './leases.ts';
import { Membership } from './membership.ts';
import { NodePool } from './node-pool.ts';
import { type ClusterOptions, type ClusterSettings, clusterSettings } from './options.ts';
import { ReplicaReads, type ReplicaReadsHost } from './replica-reads.ts';
import type { ScanHost } from './scan.ts';
import { SlotMap } from './slot-map.ts';
import { Subscribers, type SubscribersContext } from './subscribers.ts';
import { type SupervisedCluster, Supervisor } from './supervisor.ts';
import { type TopologyHost, TopologyKeeper } from './topology-keeper.ts';
import { Traffic } from './traffic.ts';
import type { TrafficHost } from './traffic-host.ts';
import { TransactionSink } from './transaction.ts';

/**
 * The parts of a client of a cluster, and how they hear of each other:
 *
 *     commands: intake -> traffic -> pool (a link to each node);  replica reads, leases and subscribers have links of their own
 *     topology: keeper -> membership -> map, and back to whoever waits for a slot or a node
 *
 * Every part sees of the others what its host interface says, and nothing else.
 */
export class ClusterCore {
  readonly settings: ClusterSettings;
  readonly pool: NodePool;
  readonly credentials: CredentialStore;
  readonly budget: ConnectionBudget | undefined;
  readonly map: SlotMap<ClusterNode> = new SlotMap();
  readonly observer: Observer = new Observer(this.map);
  readonly membership: Membership;
  readonly reads: ReplicaReads;
  readonly intake: Intake;
  readonly cache: ClientCache<ClusterNode> | undefined;
  readonly traffic: Traffic;
  readonly keeper: TopologyKeeper;
  readonly supervisor: Supervisor;
  readonly desk: LeaseDesk;
  readonly leases: ClusterLeases;
  readonly subscribers: Subscribers;
  readonly transactions: TransactionSink;

  constructor(options: ClusterOptions) {
    const settings = clusterSettings(options);
    this.settings = settings;
    this.credentials = new CredentialStore(settings);
    this.budget = budgetOf(settings);
    this.desk = new LeaseDesk(settings);
    const { budget, desk, observer } = this;
    const onConnection: ConnectionListener = (change) => observer.connectionChanged(change);
    const context = { settings, credentials: this.credentials, budget, desk, onConnection };
    this.pool = new NodePool(context, (node) => this.#ownerOf(node));
    this.leases = new ClusterLeases(this.#leaseParts());
    this.traffic = new Traffic(settings, {
      pool: this.pool,
      map: this.map,
      host: this.#trafficHost(),
      blockingCalls: this.leases.blockingCalls,
    });
    this.transactions = new TransactionSink(this.traffic);
    this.reads = new ReplicaReads(context, this.map, this.#readsHost());
    this.membership = new Membership(this, (moved, gone) => this.#onChange(moved, gone));
    this.intake = new Intake(settings, this.traffic, { database: settings.database, place: undefined });
    if (settings.cache !== undefined) this.cache = new ClientCache(settings.cache, this.#cacheHost());
    this.keeper = new TopologyKeeper(settings, this.pool, this.#topologyHost());
    this.supervisor = new Supervisor(settings, this.#supervised());
    this.subscribers = new Subscribers(this.#subscribersContext());
    this.credentials.watch((credentials) => {
      for (const node of this.membership.nodes()) node.link.reauthenticate(credentials);
      this.desk.retire();
      this.reads.reauthenticate(credentials);
    });
  }

  /** Ends subscriptions, takes no more commands, waits for those under way (at most `closeTimeoutMs`), then disconnects. */
  async close(): Promise<void> {
    this.subscribers.pubSub.close();
    await this.intake.finish(this.settings.closeTimeoutMs);
    this.destroy();
  }

  /** Disconnects at once; what is under way rejects with `ERR_CLOSED`. */
  destroy(): void {
    this.credentials.close();
    this.subscribers.pubSub.close();
    this.keeper.close();
    this.intake.abandon();
    this.supervisor.stop();
    this.traffic.lanes.clear();
    for (const node of this.membership.nodes()) node.link.close();
    this.desk.close();
    this.reads.close();
  }

  /** The first look at the topology. */
  start(): Promise<void> {
    return this.keeper.start();
  }

  #ownerOf(node: () => ClusterNode): LinkOwner {
    const traffic = this.traffic;
    const cache = this.cache;
    return {
      onReady: () => undefined,
      onReply: (link, command, reply) => {
        const one = node();
        one.link.lastAnswered = link;
        cache?.onReply(one, command, reply);
        traffic.onReply(one, command, reply);
      },
      onPush: (_link, push) => cache?.onPush(push),
      onLost: (_link, unanswered, error) => {
        this.traffic.onLost(unanswered, error && node().explain(error));
        this.membership.forgetIfDone(node());
      },
      onRetired: (_link, unanswered, queued) => traffic.onRetired(unanswered, queued),
    };
  }

  /** Slots changed hands, nodes left: commands and subscriptions go where they belong now. */
  #onChange(moved: readonly number[], gone: readonly ClusterNode[]): void {
    this.traffic.reroute(moved, gone);
    this.subscribers.review(gone);
    this.reads.leave(gone);
  }

  #subscribersContext(): SubscribersContext {
    return {
      settings: this.settings,
      credentials: this.credentials,
      budget: this.budget,
      pool: this.pool,
      map: this.map,
      wantTopology: (isUrgent, reason) => this.keeper.request(isUrgent, reason),
      moved: (slot, primary) => this.membership.move(slot, primary),
      redirected: (redirected) => this.observer.redirected(redirected),
    };
  }

  #trafficHost(): TrafficHost {
    return {
      settle: (command, outcome) => this.intake.settle(command, outcome),
      part: (whole, fields) => this.intake.part(whole, fields),
      ask: (address, args, timeoutMs) => this.intake.ask(args, address, timeoutMs),
      askAbout: (command, address, args) => this.intake.askAbout(command, args, address),
      readFromReplica: (command) => this.reads.dispatch(command),
      redirected: (redirected) => this.observer.redirected(redirected),
      wantTopology: (isUrgent, reason) => this.keeper.request(isUrgent, reason),
    };
  }

  #leaseParts(): ClusterLeaseParts {
    return {
      settings: this.settings,
      desk: this.desk,
      pool: this.pool,
      map: this.map,
      settle: (command, outcome) => this.intake.settle(command, outcome),
      onMoved: (slot) => this.#onChange([slot], []),
      redirected: (redirected) => this.observer.redirected(redirected),
      wantTopology: (isUrgent, reason) => this.keeper.request(isUrgent, reason),
    };
  }

  #cacheHost(): CacheHost<ClusterNode> {
    const intake = this.intake;
    const { runtime, reply } = this.settings;
    return {
      get isClosed() {
        return intake.isClosed;
      },
      replyForm: reply,
      now: () => runtime.now(),
      send: (args, options) => intake.send(args, options),
      primaryOf: (slot) => this.map.primaryOf(slot),
      tenureOf: (slot) => this.map.tenureOf(slot),
    };
  }

  #readsHost(): ReplicaReadsHost {
    return {
      settle: (command, outcome) => this.intake.settle(command, outcome),
      readFromPrimary: (command) => this.traffic.lanes.dispatch(command),
      isMigrating: (slot) => this.traffic.lanes.isMigrating(slot),
      wantTopology: (reason) => this.keeper.request(false, reason),
    };
  }

  /** What a scan of all keys works with. */
  scanHost(): ScanHost {
    const intake = this.intake;
    return {
      runtime: this.settings.runtime,
      get isClosed() {
        return intake.isClosed;
      },
      primaries: () => this.map.primaries(),
      primaryOf: (slot) => this.map.primaryOf(slot),
      sendTo: (node, args, options) => intake.sendAs(args, options, { pinnedTo: node.address }),
      wantTopology: () => this.keeper.request(true, 'scan'),
    };
  }

  #topologyHost(): TopologyHost {
    const map = this.map;
    return {
      get mapTime() {
        return map.time;
      },
      ask: (node, args, timeoutMs) => this.intake.ask(args, node.address, timeoutMs),
      apply: (view, source) => this.membership.apply(view, source),
      believe: () => this.membership.believe(),
      refreshed: (hasView) => {
        this.membership.forgetDoubts();
        this.traffic.refreshed(hasView);
      },
    };
  }

  #supervised(): SupervisedCluster {
    const intake = this.intake;
    return {
      get live() {
        return intake.live;
      },
      nodes: () => this.membership.nodes(),
      openLanes: () => this.traffic.lanes.openNow(),
      owesForLostSlot: (node, link) => link.owes((command) => this.traffic.hasLost(node, command)),
      wantTopology: () => this.keeper.request(true, 'silent'),
    };
  }
}
