import { ClusterError } from '../errors.ts';
import { type Command, NO_SLOT } from '../net/index.ts';

/** Whether a command goes anywhere but to its slot over the shared connection: false for nearly every command, at the cost of two look-ups. */
export function needsConsideration(command: Command): boolean {
  const { info } = command;
  return info !== undefined && (info.isBlocking || (info.requestPolicy !== undefined && command.slot === NO_SLOT));
}

/**
 * Why a command can't be sent over the shared connections of a cluster, for those that would silently do something else
 * than they say: answer for one node instead of the whole.
 */
export function routeRefusal(command: Command): ClusterError | undefined {
  const { info, name } = command;
  if (info === undefined) return undefined;
  const isSpecial = info.requestPolicy === 'special' || info.responsePolicy === 'special';
  if (!isSpecial || command.slot !== NO_SLOT) return undefined;
  return new ClusterError('ERR_NO_NODE', `${name} is about one node, not the cluster: connect() to that node`);
}
