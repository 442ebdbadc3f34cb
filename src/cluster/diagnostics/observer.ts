import { type Channel, channel } from 'node:diagnostics_channel';
import { type ConnectionChange, Events } from '../../net/index.ts';
import type { ClusterNode } from '../cluster-node.ts';
import type { Redirection } from '../redirection.ts';
import type { SlotMap } from '../slot-map.ts';
import { Redirect } from './redirect.ts';
import { TopologyChange, type TopologyDifference } from './topology-change.ts';

/** What the client of a cluster tells of. */
export interface ClusterEvents {
  /** The believed topology has changed; once for each MOVED that was news, and for each view. */
  readonly topology: TopologyChange;
  /** A node has sent a command elsewhere. */
  readonly redirect: Redirect;
  /** A connection, of whatever kind, was made or not, lost or closed. */
  readonly connection: ConnectionChange;
}

/** Subscribers of `slotwire:redirect`. */
export const REDIRECTS: Channel<unknown, Redirect> = channel('slotwire:redirect') as Channel<unknown, Redirect>;
/** Subscribers of `slotwire:topology`. */
export const TOPOLOGY: Channel<unknown, TopologyChange> = channel('slotwire:topology') as Channel<
  unknown,
  TopologyChange
>;

/** A command, and where it was sent instead. */
export interface RedirectedCommand {
  readonly command: string;
  readonly redirection: Redirection;
  readonly from: ClusterNode;
  readonly to: ClusterNode | undefined;
}

/** Tells what happens in a cluster: those who listen to the client's events, and subscribers of channels. */
export class Observer {
  readonly events: Events<ClusterEvents> = new Events(['topology', 'redirect', 'connection']);
  readonly #map: SlotMap<ClusterNode>;

  constructor(map: SlotMap<ClusterNode>) {
    this.#map = map;
  }

  /** Whether anybody wants to hear of topology changes: else they need not be found. */
  get wantsTopology(): boolean {
    return TOPOLOGY.hasSubscribers || this.events.has('topology');
  }

  connectionChanged(change: ConnectionChange): void {
    this.events.tell('connection', change);
  }

  topologyChanged(difference: TopologyDifference): void {
    const { moved, joined, left, replicas } = difference;
    if (moved.length + joined.length + left.length + replicas.length === 0) return;
    const change = new TopologyChange(difference);
    if (TOPOLOGY.hasSubscribers) queueMicrotask(() => TOPOLOGY.publish(change));
    this.events.tell('topology', change);
  }

  /** A node sends a command elsewhere; the map is still as it was. */
  redirected({ command, redirection, from, to }: RedirectedCommand): void {
    if (REDIRECTS.hasSubscribers || this.events.has('redirect')) {
      const redirect = new Redirect(redirection, command, { from: from.endpoint, to });
      if (REDIRECTS.hasSubscribers) queueMicrotask(() => REDIRECTS.publish(redirect));
      this.events.tell('redirect', redirect);
    }
    if (to !== undefined && redirection.kind === 'moved' && this.wantsTopology)
      this.#slotMoved(redirection.slot, from, to);
  }

  #slotMoved(slot: number, by: ClusterNode, to: ClusterNode): void {
    const from = this.#map.primaryOf(slot);
    if (from === to) return;
    const isFailover = this.#map.replicasOf(slot).includes(to);
    const move = { from: from?.address, to: to.address, ranges: [{ start: slot, end: slot }], isFailover };
    const cause = { kind: 'moved', by: by.address } as const;
    this.topologyChanged({ cause, moved: [move], joined: [], left: [], replicas: [] });
  }
}
