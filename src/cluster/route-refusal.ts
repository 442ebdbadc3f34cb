import { isBlockingCall } from '../commands/index.ts';
import { ClusterError } from '../errors.ts';
import { type Command, NO_SLOT } from '../net/index.ts';

/** Whether {@link routeRefusal} may have something to say: false for nearly every command, at the cost of two look-ups. */
export function needsConsideration(command: Command): boolean {
  const { info } = command;
  return info !== undefined && (info.isBlocking || (info.requestPolicy !== undefined && command.slot === NO_SLOT));
}

/**
 * Why a command can't be sent over the shared connections of a cluster, for those that would silently do something else
 * than they say: stop all others, or answer for one node instead of the whole.
 */
export function routeRefusal(command: Command): ClusterError | undefined {
  const { info, args, name } = command;
  if (info === undefined) return undefined;
  if (isBlockingCall(info, args)) {
    return new ClusterError(
      'ERR_NEEDS_SESSION',
      `${name} would stop the commands that share its connection: it needs one of its own`,
    );
  }
  const isSpecial = info.requestPolicy === 'special' || info.responsePolicy === 'special';
  if (!isSpecial || command.slot !== NO_SLOT) return undefined;
  return new ClusterError('ERR_NO_NODE', `${name} is about one node, not the cluster: connect() to that node`);
}
