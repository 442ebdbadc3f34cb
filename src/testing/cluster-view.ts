/** What one node of a cluster knows of all nodes: the reply to CLUSTER NODES, which every version gives. */

/** First and last slot, both included. */
export type SlotRange = readonly [first: number, last: number];

/** One node, as the node that was asked sees it. */
export interface NodeView {
  readonly id: string;
  /** Empty where a node does not know its own address yet. */
  readonly host: string;
  readonly port: number;
  readonly role: 'primary' | 'replica';
  /** True for the line of the node that was asked. */
  readonly isMyself: boolean;
  /** False while nodes shake hands, and when the node is suspected or known to have failed. */
  readonly isHealthy: boolean;
  /** The node a replica copies from. */
  readonly primaryId: string | undefined;
  /** The higher epoch wins where two nodes claim a slot. */
  readonly configEpoch: number;
  readonly slots: readonly SlotRange[];
}

/**
 * Reads the reply to CLUSTER NODES. Slots that are being moved count for their present owner.
 *
 * @see https://redis.io/docs/latest/commands/cluster-nodes/
 */
export function parseClusterNodes(text: string): NodeView[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map(parseLine);
}

// <id> <ip:port@busport[,hostname...]> <flags> <primary> <ping-sent> <pong-recv> <config-epoch> <link-state> <slot>...
function parseLine(line: string): NodeView {
  const [id = '', address = '', flagList = '', primary = '-', , , configEpoch = '', , ...slots] = line.split(' ');
  const [, host = '', port = ''] = /^(.*):(\d+)/.exec(address.split('@')[0]!) ?? [];
  const flags = new Set(flagList.split(','));
  return {
    id,
    host,
    port: Number(port),
    role: flags.has('master') ? 'primary' : 'replica',
    isMyself: flags.has('myself'),
    isHealthy: !['handshake', 'fail', 'fail?', 'noaddr'].some((flag) => flags.has(flag)),
    primaryId: primary === '-' ? undefined : primary,
    configEpoch: Number(configEpoch),
    slots: slots.filter((slot) => !slot.startsWith('[')).map(parseSlotRange),
  };
}

function parseSlotRange(text: string): SlotRange {
  const [first, last = first] = text.split('-').map(Number);
  return [first!, last!];
}

/**
 * Who owns which slots, and since which epoch, according to one node: a text that is equal when two nodes agree. A slot
 * that went and came back shows in the epoch alone, and a replica that missed it would get no votes.
 */
export function describeOwners(views: readonly NodeView[]): string {
  const owners = views.filter(({ slots }) => slots.length > 0);
  const lines = owners.map(({ id, configEpoch, slots }) => [id, configEpoch, ...slots.map(String)].join(' '));
  return lines.sort().join('\n');
}

/** The owner of a slot by what each node says of itself: of several claims that with the highest epoch. */
export function findOwner(selves: readonly NodeView[], slot: number): NodeView | undefined {
  const claims = selves.filter(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
  return claims.sort((a, b) => b.configEpoch - a.configEpoch)[0];
}
