import type { SimulatedNode } from './simulated-node.ts';
import * as wire from './wire.ts';

/** CLUSTER SLOTS as a node sees it (protocol 19). */
export function clusterSlots(node: SimulatedNode, protocol: wire.Protocol): string {
  const { peers } = node.surroundings;
  const describe = (index: number): string => {
    const { host, port, id } = peers[index]!;
    return wire.array([wire.bulk(host), wire.integer(port), wire.bulk(id), wire.map([], protocol)]);
  };
  const entries = node.view.spans().map(([first, last, owner]) => {
    const replicas = replicasOf(node, owner).filter((index) => !node.view.failed.has(index));
    return wire.array([wire.integer(first), wire.integer(last), ...[owner, ...replicas].map(describe)]);
  });
  return wire.array(entries);
}

/** CLUSTER NODES: a line per node. */
export function clusterNodes(node: SimulatedNode, protocol: wire.Protocol): string {
  const { peers } = node.surroundings;
  const lines = peers.map((peer) => {
    const primary = node.view.replicaOf[peer.index];
    const flags = [peer === node ? 'myself' : '', primary === undefined ? 'master' : 'slave'];
    if (node.view.failed.has(peer.index)) flags.push('fail');
    const link = node.view.failed.has(peer.index) ? 'disconnected' : 'connected';
    const slots = node.view
      .spansOf(peer.index)
      .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    if (peer === node) slots.push(...openSlots(node));
    const where = `${peer.address}@${peer.port + 10_000}`;
    const name = primary === undefined ? '-' : peers[primary]!.id;
    return [peer.id, where, flags.filter(Boolean).join(','), name, 0, 0, peer.epoch, link, ...slots].join(' ');
  });
  return wire.verbatim(`${lines.join('\n')}\n`, protocol);
}

/** CLUSTER SHARDS: slots and nodes per shard (protocol 22). */
export function clusterShards(node: SimulatedNode, protocol: wire.Protocol): string {
  const { peers } = node.surroundings;
  const primaries = peers.filter(({ index }) => node.view.replicaOf[index] === undefined);
  const describe = (index: number): string => {
    const { id, port, host } = peers[index]!;
    const isPrimary = node.view.replicaOf[index] === undefined;
    const fields = [
      ['id', wire.bulk(id)],
      ['port', wire.integer(port)],
      ['ip', wire.bulk(host)],
      ['endpoint', wire.bulk(host)],
      ['role', wire.bulk(isPrimary ? 'master' : 'replica')],
      ['replication-offset', wire.integer(peers[index]!.replication.changes.length)],
      ['health', wire.bulk(node.view.failed.has(index) ? 'fail' : 'online')],
    ] as const;
    return wire.map(
      fields.flatMap(([name, value]) => [wire.bulk(name), value]),
      protocol,
    );
  };
  const shards = primaries.map(({ index }) => {
    const slots = node.view.spansOf(index).flat().map(wire.integer);
    const nodes = [index, ...replicasOf(node, index)].map(describe);
    return wire.map([wire.bulk('slots'), wire.array(slots), wire.bulk('nodes'), wire.array(nodes)], protocol);
  });
  return wire.array(shards);
}

function replicasOf(node: SimulatedNode, primary: number): number[] {
  const replicas: number[] = [];
  for (const [index, of] of node.view.replicaOf.entries()) if (of === primary) replicas.push(index);
  return replicas;
}

/** Slots on the move, as a node shows its own: `[93->-id]` leaves, `[77-<-id]` arrives. */
function openSlots(node: SimulatedNode): string[] {
  const { peers } = node.surroundings;
  const leaving = [...node.migrating].map(([slot, to]) => `[${slot}->-${peers[to]!.id}]`);
  const arriving = [...node.importing].map(([slot, from]) => `[${slot}-<-${peers[from]!.id}]`);
  return [...leaving, ...arriving];
}
