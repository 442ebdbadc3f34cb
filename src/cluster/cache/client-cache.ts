import { argumentOutOfRange, ErrorReply } from '../../errors.ts';
import { type Command, NO_SLOT, type SendOptions } from '../../net/index.ts';
import type { Argument, Push, Reply, ReplyForm } from '../../resp/index.ts';
import { SLOT_COUNT, slotOfKey } from '../hash-slot.ts';
import { type CachedRead, cachedRead, keyText } from './cached-read.ts';
import { LruStore, type StoredEntry } from './lru-store.ts';
import { copyOf, sizeOf } from './reply-value.ts';

/** Options of the client-side cache. */
export interface CacheOptions {
  /** What all entries together may take, about, in bytes. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * How old an entry may be, in milliseconds: the bound on what no server tells, as when its node is cut off from its
   * cluster and still answers us. Default 60000.
   */
  readonly maxAgeMs?: number | undefined;
}

export type CacheSettings = { readonly [K in keyof CacheOptions]-?: number };

/** What the cache has done since the client was made. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

/** A node, as far as the cache is concerned. */
export interface TrackedNode {
  /** The ways to it; commands of one slot take the same. */
  readonly link: { of(slot: number): TrackedLink };
}

/** The way to a node that the commands of a slot take. */
export interface TrackedLink {
  /** Tells one connection from the next. */
  readonly generation: number;
  readonly isReady: boolean;
  /** Invalidations come over it. */
  readonly isTracking: boolean;
  /** The last reply came over the connection that is in use, not over one that is on its way out. */
  readonly isLastAnswerCurrent: boolean;
}

/** What the cache asks of the cluster. */
export interface CacheHost<N extends TrackedNode> {
  readonly isClosed: boolean;
  readonly replyForm: ReplyForm;
  now(): number;
  send(args: readonly Argument[], options: SendOptions): Promise<Reply>;
  primaryOf(slot: number): N | undefined;
  /** Another number whenever the slot has another primary, or the same again. */
  tenureOf(slot: number): number;
}

/** One reply, and what must still be so for it to be good. */
interface Entry<N> extends StoredEntry {
  readonly value: Reply;
  readonly slot: number;
  readonly node: N;
  readonly generation: number;
  readonly tenure: number;
  readonly writes: number;
  readonly storedAt: number;
}

/** A read under way. */
interface PendingRead extends CachedRead {
  readonly keyText: string;
  readonly slot: number;
  /** When it was sent: an answer that was given before the slot went away and came back is not worth keeping. */
  readonly tenure: number;
  /** The same for a write of our own that was answered meanwhile, by whichever node. */
  readonly writes: number;
  isSpoiled: boolean;
}

const MEBIBYTE = 1024 * 1024;
const ENTRY_BYTES = 200;

/** @throws RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function cacheSettings({ maxBytes = 64 * MEBIBYTE, maxAgeMs = 60_000 }: CacheOptions): CacheSettings {
  if (!(maxBytes > 0)) throw argumentOutOfRange(`cache.maxBytes must be a number above 0, not ${maxBytes}`);
  if (!(maxAgeMs > 0)) throw argumentOutOfRange(`cache.maxAgeMs must be a number above 0, not ${maxAgeMs}`);
  return { maxBytes, maxAgeMs };
}

/**
 * The client-side cache: replies to reads, kept until the server says that their key was written (CLIENT TRACKING).
 *
 * Invalidations come over the connection that read, in order with the replies: a reply is kept the moment it arrives, so
 * whatever is said afterwards finds it, and what was said while it was awaited spoils it. An entry is good as long as that
 * connection is: with another connection, another primary of its slot, or the same one again, nobody would have told.
 * A write of our own makes the entries of its slot old before its caller is told.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class ClientCache<N extends TrackedNode> {
  readonly #settings: CacheSettings;
  readonly #host: CacheHost<N>;
  readonly #store: LruStore<Entry<N>>;
  /** Reads under way, by the array of their arguments: ours, so it is one of a kind. */
  readonly #pending = new Map<readonly Argument[], PendingRead>();
  readonly #pendingByKey = new Map<string, Set<PendingRead>>();
  /** Writes of our own, by slot. */
  readonly #writes = new Uint32Array(SLOT_COUNT);
  #hits = 0;
  #misses = 0;

  constructor(settings: CacheSettings, host: CacheHost<N>) {
    this.#settings = settings;
    this.#host = host;
    this.#store = new LruStore(settings.maxBytes);
  }

  get stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, entries: this.#store.count, bytes: this.#store.bytes };
  }

  /** Answers a read from memory, or sends it and keeps its reply. */
  send(args: readonly Argument[], options: SendOptions): Promise<Reply> {
    const read = cachedRead(args, options.reply ?? this.#host.replyForm);
    const entry = this.#store.use(read.id);
    if (entry !== undefined) {
      if (this.#isGood(entry) && !this.#host.isClosed && options.signal?.aborted !== true) {
        this.#hits++;
        return Promise.resolve(copyOf(entry.value));
      }
      this.#store.drop(read.id);
    }
    this.#misses++;
    return this.#fetch(args, options, read);
  }

  /** A node has answered: before anybody is told, a read is kept, and a write makes old what it may have changed. */
  onReply(node: N, command: Command, reply: Reply): void {
    if (command.info?.isReadonly !== true) {
      if (command.slot !== NO_SLOT) this.#writes[command.slot]!++;
      else if (command.info?.isWrite !== false) this.#store.clear();
      return;
    }
    const read = this.#pending.get(command.args);
    if (read !== undefined && !(reply instanceof ErrorReply)) this.#keep(node, read, reply);
  }

  /** A push from a node: `invalidate` with the keys that were written, or with null for all of them. */
  onPush(push: Push): void {
    // One without a kind was over a size limit: whatever it named, it was much.
    if (push.kind !== 'invalidate' && push.kind !== '') return;
    const keys = push.elements[1];
    if (!Array.isArray(keys)) {
      this.#store.clear();
      for (const read of this.#pending.values()) read.isSpoiled = true;
      return;
    }
    for (const key of keys) {
      const text = String(key);
      this.#store.invalidate(text);
      for (const read of this.#pendingByKey.get(text) ?? []) read.isSpoiled = true;
    }
  }

  clear(): void {
    this.#store.clear();
  }

  #fetch(args: readonly Argument[], options: SendOptions, read: CachedRead): Promise<Reply> {
    const own = [...args];
    const slot = slotOfKey(read.key);
    const tenure = this.#host.tenureOf(slot);
    const writes = this.#writes[slot]!;
    const pending: PendingRead = { ...read, keyText: keyText(read.key), slot, tenure, writes, isSpoiled: false };
    const promise = this.#host.send(own, { ...options, readFrom: 'primary' });
    this.#pending.set(own, pending);
    const siblings = this.#pendingByKey.get(pending.keyText);
    if (siblings === undefined) this.#pendingByKey.set(pending.keyText, new Set([pending]));
    else siblings.add(pending);
    const forget = (): void => this.#forget(own, pending);
    promise.then(forget, forget);
    return promise;
  }

  #forget(args: readonly Argument[], pending: PendingRead): void {
    this.#pending.delete(args);
    const siblings = this.#pendingByKey.get(pending.keyText);
    siblings?.delete(pending);
    if (siblings?.size === 0) this.#pendingByKey.delete(pending.keyText);
  }

  #keep(node: N, { id, keyText: key, slot, tenure, writes, isSpoiled }: PendingRead, reply: Reply): void {
    const { isTracking, isLastAnswerCurrent, generation } = node.link.of(slot);
    // An ASK's target, or a connection on its way out, would tell us of writes for a moment only.
    if (isSpoiled || !isTracking || !isLastAnswerCurrent || this.#host.primaryOf(slot) !== node) return;
    if (this.#host.tenureOf(slot) !== tenure || this.#writes[slot] !== writes) return;
    const bytes = ENTRY_BYTES + 2 * id.length + sizeOf(reply);
    if (bytes > this.#settings.maxBytes) return;
    const storedAt = this.#host.now();
    this.#store.keep({ id, key, bytes, value: copyOf(reply), slot, node, generation, tenure, writes, storedAt });
  }

  #isGood({ slot, node, generation, tenure, writes, storedAt }: Entry<N>): boolean {
    const link = node.link.of(slot);
    return (
      link.isReady &&
      link.generation === generation &&
      this.#host.tenureOf(slot) === tenure &&
      this.#writes[slot] === writes &&
      this.#host.now() - storedAt < this.#settings.maxAgeMs
    );
  }
}
