import { Buffer } from 'node:buffer';
import type { Endpoint } from '../net/index.ts';
import type { Reply, ReplyObject } from '../resp/index.ts';
import { type AddressMap, type ResolvedEndpoint, resolveEndpoint } from './endpoints.ts';
import { SLOT_COUNT } from './hash-slot.ts';
import type { SlotRange } from './slot-map.ts';

/** One node's word on the whole cluster. */
export interface TopologyView {
  readonly ranges: readonly SlotRange<ResolvedEndpoint>[];
  /** False for the view of a server that is not in cluster mode. */
  readonly isCluster: boolean;
}

/** A server that is not in cluster mode has every slot. */
export function singleServerView(endpoint: Endpoint, announced: string): TopologyView {
  const ranges = [{ start: 0, end: SLOT_COUNT - 1, primary: { endpoint, announced }, replicas: [], epoch: 0 }];
  return { ranges, isCluster: false };
}

/** What views are read with. */
export interface ViewContext {
  /** The connection that answered. */
  readonly via: Endpoint;
  readonly addressMap: AddressMap | undefined;
  /** By node id, from CLUSTER NODES. */
  readonly epochs: ReadonlyMap<string, number>;
}

/**
 * Reads the config epoch of each node out of the reply to CLUSTER NODES, lines of
 * `id address flags primary ping pong config-epoch link-state slots...`; what has another shape is left out.
 */
export function parseConfigEpochs(reply: Reply): Map<string, number> {
  const epochs = new Map<string, number>();
  for (const line of String(reply).split('\n')) {
    const [id, , , , , , epoch] = line.split(' ');
    if (id !== undefined && Number.isSafeInteger(Number(epoch))) epochs.set(id, Number(epoch));
  }
  return epochs;
}

/**
 * Reads the reply to CLUSTER SLOTS (protocol 19 to 21): `[start, end, primary, replica ...]` with nodes
 * `[host, port, id?, metadata?, ...]`; fields that are not known are ignored.
 *
 * A primary without a usable address leaves its slots without one: no replica is taken for a primary.
 *
 * @returns undefined when the reply has another shape.
 */
export function parseClusterSlots(reply: Reply, context: ViewContext): TopologyView | undefined {
  if (!Array.isArray(reply)) return undefined;
  const ranges: SlotRange<ResolvedEndpoint>[] = [];
  for (const entry of reply) {
    if (!Array.isArray(entry)) return undefined;
    const [start, end, ...nodes] = entry;
    if (!isSlot(start) || !isSlot(end) || start > end || nodes.length === 0) return undefined;
    const endpoints = nodes.map((node) => parseNode(node, context));
    if (endpoints.includes(MALFORMED)) return undefined;
    const [primary, ...replicas] = endpoints as (ResolvedEndpoint | undefined)[];
    ranges.push({
      start,
      end,
      primary,
      replicas: replicas.filter((replica) => replica !== undefined),
      epoch: epochOf(nodes[0], context),
    });
  }
  return { ranges, isCluster: true };
}

const MALFORMED = Symbol('malformed');

function parseNode(node: Reply, { via, addressMap }: ViewContext): ResolvedEndpoint | undefined | typeof MALFORMED {
  if (!Array.isArray(node)) return MALFORMED;
  const [name, port] = node;
  const host = Buffer.isBuffer(name) ? name.toString() : name;
  if ((host !== null && typeof host !== 'string') || typeof port !== 'number') return MALFORMED;
  const [, , id, metadata] = node;
  const resolved = resolveEndpoint({ host, port, hostname: hostnameIn(metadata) }, via, addressMap);
  return resolved === undefined || typeof id !== 'string' ? resolved : { ...resolved, id };
}

/** Servers from 7.0 on say more of a node: pairs, or a map in whichever shape the client has maps (protocol 19). */
function hostnameIn(metadata: Reply | undefined): string | undefined {
  let hostname: Reply | undefined;
  if (metadata instanceof Map) hostname = metadata.get('hostname');
  else if (Array.isArray(metadata)) {
    for (let i = 0; i + 1 < metadata.length; i += 2) if (metadata[i] === 'hostname') hostname = metadata[i + 1];
  } else if (typeof metadata === 'object' && metadata !== null) hostname = (metadata as ReplyObject)['hostname'];
  return typeof hostname === 'string' && hostname !== '' ? hostname : undefined;
}

/** Servers before 4.0 name no id, and then no epoch is known. */
function epochOf(node: Reply | undefined, { epochs }: ViewContext): number {
  const id = Array.isArray(node) ? node[2] : undefined;
  return typeof id === 'string' ? (epochs.get(id) ?? 0) : 0;
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SLOT_COUNT;
}
