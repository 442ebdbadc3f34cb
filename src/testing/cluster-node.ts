/** One real node of a test cluster: its process, and a connection to give it orders. */
import { ErrorReply } from '../errors.ts';
import { type Client, connect, type SendOptions } from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import { type NodeView, parseClusterNodes } from './cluster-view.ts';
import type { ServerProcess } from './server-process.ts';

/** A node of a {@link TestCluster}. */
export class ClusterNode {
  /** The node's own id, 40 hexadecimal digits; it survives restarts. */
  readonly id: string;
  readonly process: ServerProcess;
  /** As the node said last when the cluster was asked; see {@link TestCluster.refresh}. */
  role: 'primary' | 'replica' = 'primary';
  #password: string | undefined;
  #connection: Promise<Client> | undefined;

  private constructor(id: string, process: ServerProcess) {
    this.id = id;
    this.process = process;
  }

  /** Takes charge of a server in cluster mode that has no password yet. */
  static async of(process: ServerProcess): Promise<ClusterNode> {
    const asking = new ClusterNode('', process);
    const id = await asking.send(['CLUSTER', 'MYID']);
    asking.disconnect();
    return new ClusterNode(String(id), process);
  }

  get host(): string {
    return this.process.host;
  }

  get port(): number {
    return this.process.port;
  }

  /** `host:port` */
  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** As it was set last; undefined for none. */
  get password(): string | undefined {
    return this.#password;
  }

  /** Sends one command to this node, whatever its slot; see {@link Client.send} for replies and errors. */
  async send(command: readonly Argument[], options?: SendOptions): Promise<Reply> {
    const { host, port } = this;
    const password = this.#password;
    this.#connection ??= connect(password === undefined ? { host, port } : { host, port, password });
    const connection = this.#connection;
    try {
      return await (await connection).send(command, options);
    } catch (error) {
      // An error reply comes over a connection that is well; after anything else the next command takes a new one.
      if (!(error instanceof ErrorReply) && this.#connection === connection) this.disconnect();
      throw error;
    }
  }

  /** What this node knows of the cluster. */
  async view(): Promise<NodeView[]> {
    // The server does not flag it as a command that may be repeated; it is one.
    return parseClusterNodes(String(await this.send(['CLUSTER', 'NODES'], { retry: 'always' })));
  }

  /** What this node says of itself; brings {@link role} up to date. */
  async self(): Promise<NodeView> {
    const self = (await this.view()).find(({ isMyself }) => isMyself);
    if (self === undefined) throw new Error(`${this.address} does not know itself`);
    this.role = self.role;
    return self;
  }

  /** Sets the password of the running node, for its clients and for its replication, and has it written down. */
  async setPassword(password: string): Promise<void> {
    await this.send(['CONFIG', 'SET', 'masterauth', password]);
    await this.send(['CONFIG', 'SET', 'requirepass', password]);
    // Before 6.0 the connection that set the password is no longer authenticated, from then on it is.
    this.disconnect();
    this.#password = password;
    await this.send(['CONFIG', 'REWRITE']);
  }

  /** Forgets the connection; the next command opens one. */
  disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (opened) => opened.destroy(),
      () => {},
    );
  }
}
