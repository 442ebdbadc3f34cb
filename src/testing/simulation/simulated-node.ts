import type { Keyspace } from './keyspace.ts';
import type { NodeReplication } from './node-replication.ts';
import type { RoutingNode } from './node-routing.ts';
import { NodeSession } from './node-session.ts';
import type { ServerRecord } from './server-record.ts';
import type { ServerEnd, SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedServer } from './simulated-network.ts';
import { type Announcement, SlotView } from './slot-view.ts';
import type { VirtualRuntime } from './virtual-runtime.ts';

/** Where a node is, and its name on the cluster bus. */
export interface NodeIdentity {
  readonly index: number;
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** What a node shares with the other nodes of its cluster. */
export interface NodeSurroundings {
  readonly runtime: VirtualRuntime;
  readonly record: ServerRecord;
  readonly peers: readonly SimulatedNode[];
  readonly asksForHalfMigrated: boolean;
  nextConnectionId(): number;
  /** Brings a replica as far as its lag allows. */
  replicate(replica: SimulatedNode): void;
  /** Another node has taken all slots of this one, which becomes its replica. */
  deposed(node: SimulatedNode, by: number): void;
}

/**
 * One server of the simulated cluster: what it knows, what it stores, whether it runs.
 *
 * It never changes by itself: {@link SimulatedCluster} moves slots, kills, pauses, promotes.
 */
export class SimulatedNode implements SimulatedServer, RoutingNode, NodeIdentity {
  readonly index: number;
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly view: SlotView = new SlotView();
  readonly keyspace: Keyspace;
  readonly replication: NodeReplication;
  readonly migrating: Map<number, number> = new Map();
  readonly importing: Map<number, number> = new Map();
  readonly surroundings: NodeSurroundings;
  readonly sessions: Set<NodeSession> = new Set();
  /** Clients must give it; undefined: none is wanted. */
  password: string | undefined;
  /** The config epoch of its claims. */
  epoch = 0;
  /** Its process runs, be it stopped for a while. */
  isAlive = true;
  /** Its process is stopped: it reads nothing, and says nothing. */
  isPaused = false;
  /** It reads its data from disk, or from its primary. */
  isLoading = false;
  /** It has come back and does not trust what it knows: to it, the cluster is down. */
  isRejoining = false;
  /** Commands that write wait: a planned failover is under way. */
  holdsWrites = false;
  /** When it was last killed or paused, on the virtual clock. */
  lostAt = 0;

  constructor(
    identity: NodeIdentity,
    parts: { keyspace: Keyspace; replication: NodeReplication },
    surroundings: NodeSurroundings,
  ) {
    this.index = identity.index;
    this.id = identity.id;
    this.host = identity.host;
    this.port = identity.port;
    this.keyspace = parts.keyspace;
    this.replication = parts.replication;
    this.surroundings = surroundings;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get role(): 'primary' | 'replica' {
    return this.primaryIndex === undefined ? 'primary' : 'replica';
  }

  /** Whose replica it is. */
  get primaryIndex(): number | undefined {
    return this.view.replicaOf[this.index];
  }

  /** Whether it can be dialled: a stopped process still has its port. */
  get isListening(): boolean {
    return this.isAlive;
  }

  /** Whether the other nodes get answers from it. */
  get isReachable(): boolean {
    return this.isAlive && !this.isPaused;
  }

  get asksForHalfMigrated(): boolean {
    return this.surroundings.asksForHalfMigrated;
  }

  get isClusterDown(): boolean {
    return this.isRejoining || this.view.isBroken;
  }

  has(key: string): boolean {
    return this.keyspace.has(key);
  }

  addressOf(node: number): string {
    return this.surroundings.peers[node]!.address;
  }

  accept(connection: SimulatedConnection): ServerEnd {
    const session = new NodeSession(this, connection);
    this.sessions.add(session);
    return session;
  }

  /** Hears an announcement, its own too. */
  hear(announcement: Announcement): void {
    const wasPrimary = this.role === 'primary';
    this.view.learn(announcement);
    const { node, claims } = announcement;
    if (node === this.index || claims.length === 0 || !wasPrimary) return;
    if (this.view.spansOf(this.index).length === 0) this.surroundings.deposed(this, node);
    else this.keyspace.keepOnly((slot) => this.view.ownerOf(slot) === this.index || this.importing.has(slot));
  }

  /** What it says of itself, with all slots that it believes to have. */
  announcement(): Announcement {
    const { index: node, epoch, primaryIndex: replicaOf } = this;
    return { node, epoch, replicaOf, claims: this.view.spansOf(node) };
  }

  /** Its process is stopped. */
  pause(): void {
    this.isPaused = true;
    this.lostAt = this.surroundings.runtime.now();
  }

  /** Its process goes on, with what has arrived meanwhile: connection by connection, in no particular order. */
  resume(random: () => number): void {
    this.isPaused = false;
    const sessions = [...this.sessions].map((session) => ({ session, rank: random() }));
    for (const { session } of sessions.sort((a, b) => a.rank - b.rank)) session.catchUp();
  }

  /** Its process is gone; its system ends the connections. */
  kill(random: () => number): void {
    this.isAlive = false;
    this.isPaused = false;
    this.holdsWrites = false;
    this.lostAt = this.surroundings.runtime.now();
    for (const session of this.sessions) session.abandon(random() < 0.5);
    this.sessions.clear();
  }

  /** Commands that write may run again, as whatever this node is now. */
  releaseWrites(): void {
    this.holdsWrites = false;
    for (const session of [...this.sessions]) session.catchUp();
  }

  trace(text: string): void {
    const { runtime } = this.surroundings;
    runtime.trace?.(runtime.now(), `${this.address} ${text}`);
  }
}
