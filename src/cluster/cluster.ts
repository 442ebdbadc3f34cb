import type { Buffer } from 'node:buffer';
import { findCommand } from '../commands/index.ts';
import { invalidArgument, type RedisError } from '../errors.ts';
import {
  BlockingCalls,
  type Command,
  CredentialStore,
  checkScanOptions,
  Intake,
  type LeaseContext,
  LeaseDesk,
  type LinkOwner,
  type Outcome,
  type Payload,
  type PubSubForm,
  runSession,
  type ScanOptions,
  type Script,
  type ScriptCall,
  type SendOptions,
  type Session,
  type SubscribeOptions,
  type Subscription,
  scriptCommands,
  type TopicName,
} from '../net/index.ts';
import { type Argument, checkArguments, type Reply } from '../resp/index.ts';
import { type CacheHost, ClientCache } from './cache/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { slotOfKey } from './hash-slot.ts';
import { ClusterLeases, checkSessionSlot } from './leases.ts';
import { Membership } from './membership.ts';
import { NodePool } from './node-pool.ts';
import { type ClusterOptions, type ClusterSettings, clusterSettings } from './options.ts';
import type { PlannedRoute } from './planned-route.ts';
import { ReplicaReads, type ReplicaReadsHost } from './replica-reads.ts';
import { type ClusterSendOptions, checkRoutingOptions, type RoutingOptions } from './route.ts';
import { Scan, type ScanHost } from './scan.ts';
import { SlotMap } from './slot-map.ts';
import { type ClusterStats, statsOf } from './stats.ts';
import { Subscribers, type SubscribersContext } from './subscribers.ts';
import { type SupervisedCluster, Supervisor } from './supervisor.ts';
import { type TopologyHost, TopologyKeeper } from './topology-keeper.ts';
import { Traffic } from './traffic.ts';
import type { TrafficHost } from './traffic-host.ts';
import { TransactionSink } from './transaction.ts';

/**
 * Connects to a cluster, through the first of the seeds that answers with a usable topology. A server that is not in
 * cluster mode is served as one shard that has every slot.
 *
 * @throws {ConnectionError | ClusterError} when no seed can be used; the message lists each seed and why it failed.
 */
export async function connectCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = new Cluster(options);
  try {
    await cluster.start();
  } catch (error) {
    cluster.destroy();
    throw error;
  }
  return cluster;
}

/**
 * A client of a whole cluster: every command goes to the node that has its slot, and redirections, retries and
 * reconnections are invisible. Made by {@link connectCluster}.
 */
export class Cluster {
  readonly #settings: ClusterSettings;
  readonly #pool: NodePool;
  readonly #credentials: CredentialStore;
  readonly #map = new SlotMap<ClusterNode>();
  readonly #membership: Membership;
  readonly #reads: ReplicaReads;
  readonly #intake: Intake;
  readonly #cache: ClientCache<ClusterNode> | undefined;
  readonly #traffic: Traffic;
  readonly #keeper: TopologyKeeper;
  readonly #supervisor: Supervisor;
  readonly #desk: LeaseDesk;
  readonly #leases: LeaseContext;
  readonly #subscribers: Subscribers;
  readonly #transactions: TransactionSink;

  constructor(options: ClusterOptions) {
    const settings = clusterSettings(options);
    this.#settings = settings;
    this.#credentials = new CredentialStore(settings);
    this.#desk = new LeaseDesk(settings);
    const desk = this.#desk;
    this.#pool = new NodePool({ settings, credentials: this.#credentials, desk }, (node) => this.#ownerOf(node));
    this.#leases = this.#leaseContext();
    this.#traffic = new Traffic(settings, {
      pool: this.#pool,
      map: this.#map,
      host: this.#trafficHost(),
      blockingCalls: new BlockingCalls(this.#leases),
    });
    this.#transactions = new TransactionSink(this.#traffic);
    this.#reads = new ReplicaReads({ settings, credentials: this.#credentials, desk }, this.#map, this.#readsHost());
    this.#membership = new Membership(this.#pool, this.#map, (moved, gone) => this.#onChange(moved, gone));
    this.#intake = new Intake(settings, this.#traffic);
    if (settings.cache !== undefined) this.#cache = new ClientCache(settings.cache, this.#cacheHost());
    this.#keeper = new TopologyKeeper(settings, this.#pool, this.#topologyHost());
    this.#supervisor = new Supervisor(settings, this.#supervised());
    this.#subscribers = new Subscribers(this.#subscribersContext());
    this.#credentials.watch((credentials) => {
      for (const node of this.#membership.nodes()) node.link.reauthenticate(credentials);
      this.#desk.retire();
      this.#reads.reauthenticate(credentials);
    });
  }

  /**
   * Sends one command to the primary that has its slot; one without a key where the servers' tips say, all nodes
   * included; one whose keys are in several slots in parts, which together are not atomic ({@link RoutingOptions.split}).
   *
   * Commands on one key take effect in the order of their `send`, whatever moves meanwhile. Outside of this: commands
   * without a key, routed or split ones, and one that no table knows, while a server is asked what it is.
   *
   * @param args name and arguments; bytes are the caller's, and stay unchanged until the promise settles.
   * @returns the reply, in the form of `options.reply`.
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously, for arguments that can't be sent.
   */
  send<T extends Reply = Reply>(args: readonly Argument[], options?: ClusterSendOptions): Promise<T> {
    if (options !== undefined) checkRoutingOptions(options);
    this.#supervisor.watch();
    if (options?.cache === true) return this.#cached(args, options) as Promise<T>;
    return this.#intake.send(args, options) as Promise<T>;
  }

  /**
   * Sends many commands, each to its own node, redirected one by one.
   *
   * @returns always resolves: a reply or an error for each, in the order given.
   */
  sendAll(commands: readonly (readonly Argument[])[], options?: ClusterSendOptions): Promise<Outcome[]> {
    if (options !== undefined) checkRoutingOptions(options);
    this.#supervisor.watch();
    return this.#intake.sendAll(commands, options);
  }

  /**
   * Runs commands as one transaction on one slot: MULTI, the commands, EXEC. Nobody's commands come in between, and all of
   * them run or none; what fails at run time does not undo the others. It has its place in the order of its slot, and is
   * redirected and retried as a whole, only when nothing of it ran.
   *
   * @returns a reply for each command; an {@link ErrorReply} for one that failed at run time.
   * @throws {ErrorReply} EXECABORT: nothing ran; `cause` is why the server refused one of the commands.
   * @throws {ClusterError} ERR_CROSS_SLOT: keys in different slots; nothing was sent.
   */
  transaction<T extends Reply = Reply[]>(
    commands: readonly (readonly Argument[])[],
    options?: SendOptions,
  ): Promise<T> {
    this.#supervisor.watch();
    return this.#intake.transaction(commands, options, this.#transactions) as Promise<T>;
  }

  /**
   * Runs a function with a connection of its own to the node that has the key's slot; see {@link Session}. Commands in it
   * are about keys of this slot, or none.
   *
   * @returns what the function returns; the connection is given back when it has.
   */
  session<T>(key: Argument, run: (session: Session) => Promise<T>): Promise<T> {
    checkArguments([key]);
    this.#supervisor.watch();
    const slot = slotOfKey(key);
    const check = (command: Command): RedisError | undefined => checkSessionSlot(command, slot);
    return runSession({ ...this.#leases, check }, this.#intake, run);
  }

  /**
   * Subscribes to channels, over a connection that carries subscriptions alone.
   *
   * @returns what they bring, once the server has confirmed them all. They are subscribed again after every loss and
   * change of the topology, and the gap is told.
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously.
   * @throws {ErrorReply} the server would not; {@link TimeoutError}: it did not confirm them within `timeoutMs`.
   */
  subscribe<F extends PubSubForm = 'string'>(
    channels: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#subscribers.pubSub.subscribe('message', channels, options);
  }

  /** The same for all channels that match glob-style patterns. */
  psubscribe<F extends PubSubForm = 'string'>(
    patterns: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#subscribers.pubSub.subscribe('pmessage', patterns, options);
  }

  /** The same for sharded channels (SPUBLISH; servers from 7.0 on), which follow their slots; these may differ. */
  ssubscribe<F extends PubSubForm = 'string'>(
    channels: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#subscribers.pubSub.subscribe('smessage', channels, options);
  }

  /**
   * All keys of the cluster, page by page: `for await (const keys of cluster.scan({ match: 'user:*' }))`; see {@link Scan}.
   *
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously, for options that can't be used.
   */
  scan(options?: ScanOptions & { readonly reply?: 'string' | undefined }): Scan<string>;
  scan(options: ScanOptions & { readonly reply: 'bytes' }): Scan<Buffer>;
  scan(options: ScanOptions = {}): Scan<string | Buffer> {
    checkScanOptions(options);
    return new Scan(this.#scanHost(), options, options.timeoutMs ?? this.#settings.timeoutMs);
  }

  /**
   * Runs a script at the primary of its keys, by its name (EVALSHA); a node that does not know it yet is given it (EVAL).
   *
   * It has its place in the order of its slot as any command. Commands of the slot that were in flight behind it when the
   * node turned out not to know it may take effect before it, as behind any refused command.
   *
   * @throws RangeError (`ERR_INVALID_ARGUMENT`), synchronously: another number of keys than the script declares.
   */
  runScript<T extends Reply = Reply>(script: Script, call: ScriptCall = {}, options?: ClusterSendOptions): Promise<T> {
    this.#supervisor.watch();
    const [args, fallback] = scriptCommands(script, call);
    return this.#intake.sendAs(args, options, { fallback }) as Promise<T>;
  }

  /**
   * Loads a library of functions on all primaries (FUNCTION LOAD, servers from 7.0 on), whose replicas get it from them. A
   * primary that joins later has to be given it by whoever adds it.
   *
   * @param options `replace`: a library of this name may be there already.
   * @returns the name of the library.
   */
  loadFunctions(
    code: string | Uint8Array,
    options: ClusterSendOptions & { readonly replace?: boolean } = {},
  ): Promise<string> {
    const { replace = false, ...sendOptions } = options;
    return this.send<string>(['FUNCTION', 'LOAD', ...(replace ? ['REPLACE'] : []), code], sendOptions);
  }

  /** Resolves when less than half of what may be under way is. */
  drained(): Promise<void> {
    return this.#intake.drained();
  }

  /**
   * Where `send` would send a command now; nothing is sent, and no server asked.
   *
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), for what `send` would refuse so.
   */
  route(args: readonly Argument[], options: RoutingOptions = {}): PlannedRoute {
    checkArguments(args);
    checkRoutingOptions(options);
    return this.#traffic.router.plan(findCommand(args), args, options);
  }

  /** The address of the primary that is believed to have the slot; undefined when nobody has it. */
  primaryOf(slot: number): string | undefined {
    return this.#map.primaryOf(slot)?.address;
  }

  /** What has happened since the client was made. */
  stats(): ClusterStats {
    return statsOf(this.#membership.nodes(), {
      map: this.#map,
      refreshes: this.#keeper.refreshes,
      live: this.#intake.live,
      departed: this.#membership.departed,
      cache: this.#cache?.stats,
    });
  }

  /** Ends subscriptions, takes no more commands, waits for those under way (at most `closeTimeoutMs`), then disconnects. */
  async close(): Promise<void> {
    this.#subscribers.pubSub.close();
    await this.#intake.finish(this.#settings.closeTimeoutMs);
    this.destroy();
  }

  /** Disconnects at once; what is under way rejects with `ERR_CLOSED`. */
  destroy(): void {
    this.#credentials.close();
    this.#subscribers.pubSub.close();
    this.#keeper.close();
    this.#intake.abandon();
    this.#supervisor.stop();
    this.#traffic.lanes.clear();
    for (const node of this.#membership.nodes()) node.link.close();
    this.#desk.close();
    this.#reads.close();
  }

  /** The first look at the topology. @internal */
  start(): Promise<void> {
    return this.#keeper.start();
  }

  #cached(args: readonly Argument[], options: SendOptions): Promise<Reply> {
    if (this.#cache === undefined) throw invalidArgument('cache: true needs the cache option of the client');
    return this.#cache.send(args, options);
  }

  #ownerOf(node: () => ClusterNode): LinkOwner {
    const traffic = this.#traffic;
    const cache = this.#cache;
    return {
      onReady: () => undefined,
      onReply:
        cache === undefined
          ? (_link, command, reply) => traffic.onReply(node(), command, reply)
          : (_link, command, reply) => {
              cache.onReply(node(), command, reply);
              traffic.onReply(node(), command, reply);
            },
      onPush: (_link, push) => cache?.onPush(push),
      onLost: (_link, unanswered, error) => {
        this.#traffic.onLost(node(), unanswered, error && node().explain(error));
        this.#membership.forgetIfDone(node());
      },
    };
  }

  /** Slots changed hands, nodes left: commands and subscriptions go where they belong now. */
  #onChange(moved: readonly number[], gone: readonly ClusterNode[]): void {
    this.#traffic.reroute(moved, gone);
    this.#subscribers.review(gone);
    this.#reads.leave(gone);
  }

  #subscribersContext(): SubscribersContext {
    return {
      settings: this.#settings,
      credentials: this.#credentials,
      pool: this.#pool,
      map: this.#map,
      wantTopology: (isUrgent) => this.#keeper.request(isUrgent),
      moved: (slot, primary) => this.#membership.move(slot, primary),
    };
  }

  #trafficHost(): TrafficHost {
    return {
      settle: (command, outcome) => this.#intake.settle(command, outcome),
      part: (whole, fields) => this.#intake.part(whole, fields),
      ask: (address, args, timeoutMs) => this.#intake.ask(args, address, timeoutMs),
      askAbout: (command, address, args) => this.#intake.askAbout(command, args, address),
      readFromReplica: (command) => this.#reads.dispatch(command),
      wantTopology: (isUrgent) => this.#keeper.request(isUrgent),
    };
  }

  #leaseContext(): LeaseContext {
    const router = new ClusterLeases({
      settings: this.#settings,
      pool: this.#pool,
      map: this.#map,
      onMoved: (slot) => this.#onChange([slot], []),
      wantTopology: (isUrgent) => this.#keeper.request(isUrgent),
    });
    return {
      settings: this.#settings,
      desk: this.#desk,
      router,
      settle: (command, outcome) => this.#intake.settle(command, outcome),
      nodeAdmission: (command) => this.#map.primaryOf(command.slot)?.admission,
    };
  }

  #cacheHost(): CacheHost<ClusterNode> {
    const intake = this.#intake;
    const { runtime, reply } = this.#settings;
    return {
      get isClosed() {
        return intake.isClosed;
      },
      replyForm: reply,
      now: () => runtime.now(),
      send: (args, options) => intake.send(args, options),
      primaryOf: (slot) => this.#map.primaryOf(slot),
      tenureOf: (slot) => this.#map.tenureOf(slot),
    };
  }

  #readsHost(): ReplicaReadsHost {
    return {
      settle: (command, outcome) => this.#intake.settle(command, outcome),
      readFromPrimary: (command) => this.#traffic.lanes.dispatch(command),
      isMigrating: (slot) => this.#traffic.lanes.isMigrating(slot),
      wantTopology: () => this.#keeper.request(false),
    };
  }

  #scanHost(): ScanHost {
    const intake = this.#intake;
    return {
      runtime: this.#settings.runtime,
      get isClosed() {
        return intake.isClosed;
      },
      primaries: () => this.#map.primaries(),
      primaryOf: (slot) => this.#map.primaryOf(slot),
      sendTo: (node, args, options) => intake.sendAs(args, options, { pinnedTo: node.address }),
      wantTopology: () => this.#keeper.request(true),
    };
  }

  #topologyHost(): TopologyHost {
    const map = this.#map;
    return {
      get mapTime() {
        return map.time;
      },
      ask: (node, args, timeoutMs) => this.#intake.ask(args, node.address, timeoutMs),
      apply: (view, askedAt) => this.#membership.apply(view, askedAt),
      believe: () => this.#membership.believe(),
      refreshed: (hasView) => {
        this.#membership.forgetDoubts();
        this.#traffic.refreshed(hasView);
      },
    };
  }

  #supervised(): SupervisedCluster {
    const intake = this.#intake;
    return {
      get live() {
        return intake.live;
      },
      nodes: () => this.#membership.nodes(),
      openLanes: () => this.#traffic.lanes.open,
      owesForLostSlot: (node) => node.link.owes((command) => this.#traffic.hasLost(node, command)),
      wantTopology: () => this.#keeper.request(true),
    };
  }
}
