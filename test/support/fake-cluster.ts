import { Cluster, type ClusterOptions } from '../../src/cluster/index.ts';
import { FakeRuntime, type FakeTransport } from './fake-runtime.ts';

/** What a node says to a command: RESP, or nothing yet. */
export type Answer = (words: readonly string[], node: FakeNode, transport?: FakeTransport) => string | undefined;

/** One scripted node: who connected, what it was asked (commands as words), and how it answers. */
export class FakeNode {
  readonly host: string;
  readonly port: number;
  /** Commands received, without the client's own HELLO and CLUSTER SLOTS. */
  readonly received: string[] = [];
  readonly connections: FakeTransport[] = [];
  /** Null: dialling it fails. */
  answer: Answer | null = () => '+OK\r\n';
  /** Dialling it gets no answer, not even a refusal. */
  isUnreachable = false;
  /** How long it takes to answer. */
  latencyMs = 0;
  /** The password it wants. */
  password: string | undefined;

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** What it received since the last call. */
  take(): string[] {
    return this.received.splice(0);
  }

  /** The newest connection. */
  get connection(): FakeTransport {
    return this.connections.at(-1)!;
  }
}

/** First slot, last slot, and the node, or what a server would put in its place. */
export type Range = readonly [
  first: number,
  last: number,
  primary: FakeNode | readonly [host: string | null, port: number],
];

/** A cluster of scripted nodes on virtual time, for what real nodes rarely do. */
export class FakeCluster {
  readonly runtime: FakeRuntime = new FakeRuntime();
  readonly nodes: FakeNode[];
  layout: readonly Range[];
  readonly #stuck = new Set<FakeTransport>();

  constructor(count: number) {
    this.nodes = Array.from({ length: count }, (_, n) => new FakeNode('10.0.0.1', 7000 + n));
    const share = Math.ceil(16384 / count);
    this.layout = this.nodes.map((node, n) => [n * share, Math.min(16383, (n + 1) * share - 1), node]);
    this.runtime.onOpen = (transport) => this.#open(transport);
  }

  /** One more node, which nobody has heard of yet. */
  addNode(host: string, port: number): FakeNode {
    const node = new FakeNode(host, port);
    this.nodes.push(node);
    return node;
  }

  /** A client that has looked at the topology. */
  async connect(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const { host, port } = this.nodes[0]!;
    const cluster = new Cluster({ seeds: [{ host, port }], runtime: this.runtime, ...options });
    await this.settle(cluster.start());
    return cluster;
  }

  /** Lets virtual time pass, call-backs included, until the promise has an outcome; at most a minute. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    for (let step = 0; step < 60_000 && !isSettled; step++) await this.pass(1);
    return promise;
  }

  /** The error a promise comes to. */
  async failure<T extends Error>(promise: Promise<unknown>): Promise<T> {
    return this.settle(
      promise.then(
        (value) => {
          throw new Error(`expected an error, not ${JSON.stringify(value)}`);
        },
        (error: T) => error,
      ),
    );
  }

  /** Lets so many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed++) {
      this.runtime.advance(1);
      // Promises take their turns within the millisecond.
      for (let turn = 0; turn < 8; turn++) await undefined;
    }
  }

  /** A connection on which a command was not answered answers the next ones again; the missing reply is the test's to give. */
  unblock(transport: FakeTransport): void {
    this.#stuck.delete(transport);
  }

  #open(transport: FakeTransport): void {
    const { host, port } = transport.endpoint;
    const node = this.nodes.find((one) => one.host === host && one.port === port);
    const answer = node?.answer;
    this.runtime.setTimer(() => {
      if (transport.isDestroyed || node?.isUnreachable === true) return;
      if (node === undefined || answer === null) {
        transport.close(new Error(`connect ECONNREFUSED ${host}:${port}`));
        return;
      }
      node.connections.push(transport);
      transport.onWrite = () => this.#read(node, transport);
      transport.accept();
    }, 0);
  }

  #read(node: FakeNode, transport: FakeTransport): void {
    for (const command of transport.takeCommands()) {
      const words = command.split(' ');
      const own = this.#ownAnswer(node, words);
      if (own === undefined) node.received.push(command);
      // Replies come in order: after a command that is not answered, nothing is.
      const reply = this.#stuck.has(transport) ? undefined : (own ?? node.answer?.(words, node, transport));
      if (reply === undefined) {
        this.#stuck.add(transport);
        continue;
      }
      this.runtime.setTimer(() => {
        if (!transport.isDestroyed) transport.reply(reply);
      }, node.latencyMs);
    }
  }

  #ownAnswer(node: FakeNode, words: readonly string[]): string | undefined {
    if (words[0] === 'HELLO') {
      const isRight = node.password === undefined || words[4] === node.password;
      return isRight ? '%1\r\n+proto\r\n:3\r\n' : '-WRONGPASS invalid username-password pair or user is disabled.\r\n';
    }
    if (words[0] === 'CLUSTER' && words[1] === 'SLOTS') return this.clusterSlots();
    if (words[0] === 'CLUSTER' && words[1] === 'NODES') return this.clusterNodes();
    return undefined;
  }

  /** Each node's config epoch, by port; 0 unless set. Raise it when a node takes slots, as servers do. */
  readonly epochs: Map<number, number> = new Map();

  clusterNodes(): string {
    const lines = this.nodes.map(
      ({ address, port }) => `id${port} ${address} master - 0 0 ${this.epochs.get(port) ?? 0} connected`,
    );
    const text = lines.join('\n');
    return `$${text.length}\r\n${text}\r\n`;
  }

  clusterSlots(): string {
    const entries = this.layout.map(([first, last, primary]) => {
      const [host, port] = primary instanceof FakeNode ? [primary.host, primary.port] : primary;
      const name = host === null ? '_\r\n' : `$${host.length}\r\n${host}\r\n`;
      return `*3\r\n:${first}\r\n:${last}\r\n*3\r\n${name}:${port}\r\n+id${port}\r\n`;
    });
    return `*${entries.length}\r\n${entries.join('')}`;
  }
}
