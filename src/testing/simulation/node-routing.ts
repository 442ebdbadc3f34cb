import type { SlotView } from './slot-view.ts';
import * as wire from './wire.ts';

/** What a node must know to say whether a command is for it. */
export interface RoutingNode {
  readonly index: number;
  readonly view: SlotView;
  /** Slots that are leaving, and to which node; slots that are arriving, and from which. */
  readonly migrating: ReadonlyMap<number, number>;
  readonly importing: ReadonlyMap<number, number>;
  /** The cluster is down as far as this node knows. */
  readonly isClusterDown: boolean;
  /** As servers before 7.0: ASK where later ones answer TRYAGAIN. */
  readonly asksForHalfMigrated: boolean;
  has(key: string): boolean;
  addressOf(node: number): string;
}

/** A command on its way through a node. */
export interface RoutedCommand {
  readonly keys: readonly string[];
  readonly slotOf: (key: string) => number;
  readonly isReadonly: boolean;
  /** ASKING came right before it. */
  readonly isAsking: boolean;
  /** READONLY holds on its connection. */
  readonly readsFromReplica: boolean;
}

/**
 * Decides as servers do whether a command with keys runs here.
 *
 * @returns the error to answer with; undefined: it runs here.
 * @see protocol 4, 6-8, 11, 12, 15
 */
export function refusalOf(node: RoutingNode, command: RoutedCommand): string | undefined {
  const { keys } = command;
  const slot = command.slotOf(keys[0]!);
  const owner = node.view.ownerOf(slot);
  if (owner === undefined) return wire.error('CLUSTERDOWN Hash slot not served');
  if (keys.some((key) => command.slotOf(key) !== slot)) {
    return wire.error("CROSSSLOT Keys in request don't hash to the same slot");
  }
  if (node.isClusterDown) return wire.error('CLUSTERDOWN The cluster is down');
  const destination = owner === node.index ? node.migrating.get(slot) : undefined;
  const isImporting = owner !== node.index && node.importing.has(slot);
  if (destination === undefined && !isImporting) return elsewhere(node, command, { slot, owner });
  const missing = keys.filter((key) => !node.has(key)).length;
  if (destination !== undefined) {
    if (missing === 0) return undefined;
    if (missing < keys.length && !node.asksForHalfMigrated) return TRY_AGAIN;
    return wire.error(`ASK ${slot} ${node.addressOf(destination)}`);
  }
  if (!command.isAsking) return elsewhere(node, command, { slot, owner });
  return keys.length > 1 && missing > 0 ? TRY_AGAIN : undefined;
}

const TRY_AGAIN: string = wire.error('TRYAGAIN Multiple keys request during rehashing of slot');

function elsewhere(
  node: RoutingNode,
  command: RoutedCommand,
  { slot, owner }: { slot: number; owner: number },
): string | undefined {
  if (owner === node.index) return undefined;
  const isOfMyPrimary = node.view.replicaOf[node.index] === owner;
  if (isOfMyPrimary && command.readsFromReplica && command.isReadonly) return undefined;
  return wire.error(`MOVED ${slot} ${node.addressOf(owner)}`);
}
