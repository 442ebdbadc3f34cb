import { ConnectionError, type RedisError } from '../errors.ts';
import {
  Admission,
  type ConnectionBudget,
  type ConnectionListener,
  type CredentialStore,
  type Endpoint,
  formatAddress,
  type LeaseDesk,
  type LeasePool,
  type LinkOwner,
  Links,
  ServerActivity,
  type ServerCounters,
} from '../net/index.ts';
import { isLoopback, type ResolvedEndpoint } from './endpoints.ts';
import type { ClusterSettings } from './options.ts';

/** What all nodes of a client have in common. */
export interface NodeContext {
  readonly settings: ClusterSettings;
  readonly credentials: CredentialStore;
  readonly desk: LeaseDesk;
  /** Hears of every connection that is made or lost. */
  readonly onConnection?: ConnectionListener | undefined;
  readonly budget: ConnectionBudget | undefined;
}

/** One node of the cluster, as this client sees it: its address, the way to it, its share of admission. */
export class ClusterNode {
  readonly address: string;
  readonly endpoint: Endpoint;
  /** What the cluster calls it; differs from `address` where that was translated. */
  announced: string;
  /** Its id in the cluster, where a view named it; the same address may come to be another node's. */
  id: string | undefined;
  /** The ways to it that commands share. */
  readonly link: Links;
  /** Connections that sessions and blocking commands have to themselves. */
  readonly leases: LeasePool;
  readonly admission: Admission;
  /** Over connections of every kind. */
  readonly activity: ServerActivity;
  readonly #isRemoteCluster: boolean;

  constructor(resolved: ResolvedEndpoint, context: NodeContext, owner: LinkOwner) {
    const { settings, credentials, budget } = context;
    const { protocol, clientName, database, connectionsPerNode } = settings;
    const { endpoint } = resolved;
    this.#isRemoteCluster = settings.seeds.some((seed) => !('host' in seed) || !isLoopback(seed.host));
    this.endpoint = endpoint;
    this.address = formatAddress(endpoint);
    this.announced = resolved.announced;
    this.id = resolved.id;
    this.admission = new Admission({ maxCommands: settings.maxCommandsPerNode, maxBytes: settings.maxBytesPerNode });
    this.activity = new ServerActivity(context.onConnection);
    const asksZone = typeof settings.readFrom === 'object';
    const tracksReads = settings.cache !== undefined;
    const handshake = { protocol, clientName, database, asksZone, tracksReads };
    const linkOptions = { endpoint, settings, handshake, credentials, budget, activity: this.activity };
    this.link = new Links(linkOptions, owner, connectionsPerNode);
    this.leases = context.desk.poolOf({ ...linkOptions, handshake: { protocol, clientName, database } });
  }

  get counters(): ServerCounters {
    return this.activity.counters;
  }

  /**
   * Says of an error on the way to this node what a person needs to know: the address the cluster announces, where it is
   * not the one that was dialled, and the one pitfall that everybody meets, a cluster created on a loopback address.
   */
  explain(error: RedisError): RedisError {
    if (error.code !== 'ERR_CONNECT' && error.code !== 'ERR_CONNECT_TIMEOUT') return error;
    const isLoopbackCluster = isLoopback(this.endpoint.host) || isLoopback(splitHost(this.announced));
    if (this.address === this.announced && !(isLoopbackCluster && this.#isRemoteCluster)) return error;
    const dialled = `${error.message} (the cluster announces this node as ${this.announced}, ${this.address} was dialled)`;
    const remedy = isLoopbackCluster ? `: ${LOOPBACK_REMEDY}` : '';
    return new ConnectionError('ERR_CONNECT', dialled + remedy, { address: this.address, cause: error });
  }
}

const LOOPBACK_REMEDY =
  'a loopback address is reached from its own machine alone, so let the nodes announce another ' +
  '(cluster-announce-ip, or create the cluster on it), or translate it with addressMap';

function splitHost(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}
