import { type CacheHost, ClientCache } from '../../../src/cluster/cache/index.ts';
import { hashSlot } from '../../../src/cluster/index.ts';
import { type Command, NO_SLOT } from '../../../src/net/index.ts';
import { Push, type Reply } from '../../../src/resp/index.ts';
import { makeCommand } from '../../support/make-command.ts';

/** Three keys in slots of their own. */
export const KEYS: readonly string[] = ['a', 'b', 'c'];

type Message =
  | { readonly push: string; readonly version: number }
  | { readonly request: Request; readonly reply: Reply };

interface Request {
  readonly command: Command;
  readonly key: string;
  readonly isWrite: boolean;
  readonly resolve: (reply: Reply) => void;
}

/** A node with a connection to it: what it was asked, what it has said, and which keys it will tell of. */
class ModelNode {
  readonly #link = { generation: 1, isReady: true, isTracking: true, isLastAnswerCurrent: true };
  readonly link: { of(): { generation: number; isReady: boolean; isTracking: boolean; isLastAnswerCurrent: boolean } } =
    {
      of: () => this.#link,
    };
  asked: Request[] = [];
  said: Message[] = [];
  readonly tracked: Set<string> = new Set();

  tell(key: string, version: number): void {
    if (this.tracked.delete(key)) this.said.push({ push: key, version });
  }
}

/**
 * Two nodes, a client with a cache, and everything that can come between them, one step at a time. A key's value is how
 * often it was written; one that was never written is not there.
 */
export class TrackingModel {
  readonly nodes: readonly [ModelNode, ModelNode] = [new ModelNode(), new ModelNode()];
  readonly cache: ClientCache<ModelNode>;
  /** Hits that gave less than what the client had been told of. */
  readonly stale: string[] = [];
  hits = 0;
  readonly #versions = new Map(KEYS.map((key) => [key, 0]));
  readonly #owners = new Map(KEYS.map((key) => [key, 0]));
  readonly #believed = new Map(KEYS.map((key) => [hashSlot(key), 0]));
  readonly #tenures = new Map<number, number>();
  /** The least version that a read may give from now on. */
  readonly #told = new Map(KEYS.map((key) => [key, 0]));

  constructor(maxBytes = 1e6) {
    const host: CacheHost<ModelNode> = {
      isClosed: false,
      replyForm: 'string',
      now: () => 0,
      send: (args) => this.#send(String(args[1]), false, args as string[]),
      primaryOf: (slot) => this.nodes[this.#believed.get(slot)!],
      tenureOf: (slot) => this.#tenures.get(slot) ?? 0,
    };
    this.cache = new ClientCache({ maxBytes, maxAgeMs: 1000 }, host);
  }

  /** Our client reads; what comes out of the cache is checked at once. */
  read(key: string): void {
    const { hits } = this.cache.stats;
    const least = this.#told.get(key)!;
    const reply = this.cache.send(['GET', key], { cache: true });
    if (this.cache.stats.hits === hits) return;
    this.hits++;
    void reply.then((value) => {
      if (Number(value ?? 0) < least) this.stale.push(`${key}: ${String(value)} after ${least}`);
    });
  }

  /** Our client writes. */
  write(key: string): void {
    void this.#send(key, true, ['INCR', key]);
  }

  /** Somebody else writes. */
  writeElsewhere(key: string): void {
    this.#written(key);
  }

  /** A node runs the next command it was asked. */
  execute(index: number): void {
    const node = this.nodes[index]!;
    const request = node.asked.shift();
    if (request === undefined) return;
    const { key, isWrite } = request;
    if (this.#owners.get(key) !== index) {
      // MOVED: the client believes it when it arrives, and here that is now.
      this.learn(key);
      this.nodes[this.#owners.get(key)!]!.asked.push(request);
      return;
    }
    if (isWrite) {
      node.said.push({ request, reply: this.#versions.get(key)! + 1 });
      this.#written(key);
      return;
    }
    const version = this.#versions.get(key)!;
    node.said.push({ request, reply: version === 0 ? null : String(version) });
    node.tracked.add(key);
  }

  /** The client reads the next thing a node has said. */
  deliver(index: number): void {
    const node = this.nodes[index]!;
    const message = node.said.shift();
    if (message === undefined) return;
    if ('push' in message) {
      this.cache.onPush(new Push('invalidate', ['invalidate', [message.push]]));
      this.#tell(message.push, message.version);
      return;
    }
    const { request, reply } = message;
    this.cache.onReply(node, request.command, reply);
    if (request.isWrite) this.#tell(request.key, Number(reply));
    request.resolve(reply);
  }

  /** A connection is lost; reads go out again over the next one, which knows of no key. */
  lose(index: number): void {
    const node = this.nodes[index]!;
    const unanswered = [
      ...node.said.flatMap((message) => ('request' in message ? [message.request] : [])),
      ...node.asked,
    ];
    node.said = [];
    node.asked = unanswered.filter(({ isWrite }) => !isWrite);
    node.tracked.clear();
    node.link.of().generation++;
    for (const key of KEYS) if (this.#believed.get(hashSlot(key)) === index) this.#tell(key, this.#versions.get(key)!);
  }

  /** The slot of a key goes to the other node: who loses a key tells of it, but not of one that is not there. */
  move(key: string): void {
    const from = this.#owners.get(key)!;
    this.#owners.set(key, 1 - from);
    const version = this.#versions.get(key)!;
    if (version > 0) this.nodes[from]!.tell(key, version);
  }

  /** The client learns who has the slot of a key. */
  learn(key: string): void {
    const slot = hashSlot(key);
    const owner = this.#owners.get(key)!;
    if (this.#believed.get(slot) === owner) return;
    this.#believed.set(slot, owner);
    this.#tenures.set(slot, (this.#tenures.get(slot) ?? 0) + 1);
    this.#tell(key, this.#versions.get(key)!);
  }

  #written(key: string): void {
    const version = this.#versions.get(key)! + 1;
    this.#versions.set(key, version);
    this.nodes[this.#owners.get(key)!]!.tell(key, version);
  }

  #tell(key: string, version: number): void {
    this.#told.set(key, Math.max(version, this.#told.get(key)!));
  }

  #send(key: string, isWrite: boolean, args: readonly string[]): Promise<Reply> {
    const slot = hashSlot(key);
    const { command } = makeCommand(args, { slot });
    if (command.slot === NO_SLOT) throw new Error('a command without a key');
    return new Promise((resolve) => {
      this.nodes[this.#believed.get(slot)!]!.asked.push({ command, key, isWrite, resolve });
    });
  }
}
