import type { Buffer } from 'node:buffer';
import { findCommand } from '../commands/index.ts';
import { invalidArgument, type RedisError } from '../errors.ts';
import {
  checkScanOptions,
  type EventListener,
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
import { ClusterCore } from './cluster-core.ts';
import type { ClusterEvents } from './diagnostics/index.ts';
import { slotOfKey } from './hash-slot.ts';
import type { ClusterOptions } from './options.ts';
import type { PlannedRoute } from './planned-route.ts';
import { type ClusterSendOptions, checkRoutingOptions, type RoutingOptions } from './route.ts';
import { Scan } from './scan.ts';
import { type ClusterStats, statsOf } from './stats.ts';

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
  readonly #core: ClusterCore;

  constructor(options: ClusterOptions) {
    this.#core = new ClusterCore(options);
  }

  /**
   * Sends one command to the primary that has its slot; one without a key where the servers' tips say, all nodes
   * included; one whose keys are in several slots in parts, which together are not atomic ({@link RoutingOptions.split}).
   *
   * Commands on one key take effect in the order of their `send`, whatever moves meanwhile. Outside of this: commands
   * without a key, routed or split ones, and one that no table knows, while a server is asked what it is.
   *
   * @param args name and arguments; bytes are the caller's, and stay unchanged until the promise settles.
   * @returns the reply, in the form of `options.reply`: of the type that its caller states, for what a command is answered
   * with only the caller knows.
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously, for arguments that can't be sent.
   */
  send(args: readonly Argument[], options: ClusterSendOptions & { readonly reply: 'skip' }): Promise<null>;
  send(args: readonly Argument[], options: ClusterSendOptions & { readonly reply: 'raw' }): Promise<Buffer>;
  send<T extends Reply = Reply>(args: readonly Argument[], options?: ClusterSendOptions): Promise<T>;
  send(args: readonly Argument[], options?: ClusterSendOptions): Promise<Reply> {
    if (options !== undefined) checkRoutingOptions(options);
    this.#core.supervisor.watch();
    if (options?.cache === true) return this.#cached(args, options);
    return this.#core.intake.send(args, options);
  }

  /**
   * Sends many commands, each to its own node, redirected one by one.
   *
   * @returns always resolves: a reply or an error for each, in the order given.
   */
  sendAll<T extends Reply = Reply>(
    commands: readonly (readonly Argument[])[],
    options?: ClusterSendOptions,
  ): Promise<(T | RedisError)[]> {
    if (options !== undefined) checkRoutingOptions(options);
    this.#core.supervisor.watch();
    return this.#core.intake.sendAll(commands, options) as Promise<(T | RedisError)[]>;
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
    this.#core.supervisor.watch();
    return this.#core.intake.transaction(commands, options, this.#core.transactions) as Promise<T>;
  }

  /**
   * Runs a function with a connection of its own to the node that has the key's slot; see {@link Session}. Commands in it
   * are about keys of this slot, or none.
   *
   * @returns what the function returns; the connection is given back when it has.
   */
  session<T>(key: Argument, run: (session: Session) => Promise<T>): Promise<T> {
    checkArguments([key]);
    this.#core.supervisor.watch();
    return runSession(this.#core.leases.sessionOn(slotOfKey(key)), this.#core.intake, run);
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
    return this.#core.subscribers.pubSub.subscribe('message', channels, options);
  }

  /** The same for all channels that match glob-style patterns. */
  psubscribe<F extends PubSubForm = 'string'>(
    patterns: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#core.subscribers.pubSub.subscribe('pmessage', patterns, options);
  }

  /** The same for sharded channels (SPUBLISH; servers from 7.0 on), which follow their slots; these may differ. */
  ssubscribe<F extends PubSubForm = 'string'>(
    channels: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#core.subscribers.pubSub.subscribe('smessage', channels, options);
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
    return new Scan(this.#core.scanHost(), options, options.timeoutMs ?? this.#core.settings.timeoutMs);
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
    this.#core.supervisor.watch();
    const [args, fallback] = scriptCommands(script, call);
    return this.#core.intake.sendAs(args, options, { fallback }) as Promise<T>;
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
    return this.#core.intake.drained();
  }

  /**
   * Where `send` would send a command now; nothing is sent, and no server asked.
   *
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), for what `send` would refuse so.
   */
  route(args: readonly Argument[], options: RoutingOptions = {}): PlannedRoute {
    checkArguments(args);
    checkRoutingOptions(options);
    return this.#core.traffic.router.plan(findCommand(args), args, options);
  }

  /** The address of the primary that is believed to have the slot; undefined when nobody has it. */
  primaryOf(slot: number): string | undefined {
    return this.#core.map.primaryOf(slot)?.address;
  }

  /**
   * Calls a function at every event of a kind, never in the middle of the client's own work. What it throws is an uncaught
   * error, and does the client no harm; an event that nobody listens to is nothing.
   *
   * @returns ends it.
   */
  on<E extends keyof ClusterEvents>(event: E, listener: EventListener<ClusterEvents[E]>): () => void {
    return this.#core.observer.events.on(event, listener);
  }

  /** The listener is called no more. */
  off<E extends keyof ClusterEvents>(event: E, listener: EventListener<ClusterEvents[E]>): void {
    this.#core.observer.events.off(event, listener);
  }

  /** What has happened since the client was made, and how it stands now. */
  stats(): ClusterStats {
    const { map, keeper, intake, desk, cache, membership, traffic, subscribers } = this.#core;
    const { departed } = membership;
    const { pubSub } = subscribers;
    const { lanes } = traffic;
    return statsOf(membership.nodes(), { map, keeper, intake, desk, cache, departed, pubSub, lanes });
  }

  /**
   * From now on neither its connections nor its timers keep the process alive; what is under way when everything else has
   * ended is not waited for.
   */
  unref(): this {
    this.#core.settings.runtime.setReferenced(false);
    return this;
  }

  /** Undoes {@link unref}: the default. */
  ref(): this {
    this.#core.settings.runtime.setReferenced(true);
    return this;
  }

  /** Ends subscriptions, takes no more commands, waits for those under way (at most `closeTimeoutMs`), then disconnects. */
  close(): Promise<void> {
    return this.#core.close();
  }

  /** The first look at the topology. @internal */
  start(): Promise<void> {
    return this.#core.start();
  }

  /** Disconnects at once; what is under way rejects with `ERR_CLOSED`. */
  destroy(): void {
    this.#core.destroy();
  }

  #cached(args: readonly Argument[], options: SendOptions): Promise<Reply> {
    if (this.#core.cache === undefined) throw invalidArgument('cache: true needs the cache option of the client');
    return this.#core.cache.send(args, options);
  }
}
