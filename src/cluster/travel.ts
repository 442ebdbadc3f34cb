import { Buffer } from 'node:buffer';
import { keyPositions } from '../commands/index.ts';
import type { Command } from '../net/index.ts';
import type { Argument } from '../resp/index.ts';

/**
 * Whether two commands on a migrating slot can share a connection without the second overtaking the first.
 *
 * With one key each they can when both were sent on to the same node by ASK, for there they run in order; or when it is the
 * same key, for a key leaves once and doesn't come back. A command on several keys can be refused where its neighbours
 * are not.
 */
export function canTravelTogether(first: Command, second: Command): boolean {
  if (first.askAddress !== second.askAddress) return false;
  const keyOfFirst = singleKey(first);
  const keyOfSecond = singleKey(second);
  if (keyOfFirst === undefined || keyOfSecond === undefined) return false;
  return (
    first.askAddress !== undefined || keyOfFirst === keyOfSecond || bytesOf(keyOfFirst).equals(bytesOf(keyOfSecond))
  );
}

function singleKey(command: Command): Argument | undefined {
  if (command.info === undefined) return undefined;
  const positions = keyPositions(command.info, command.args);
  return positions.length === 1 ? command.args[positions[0]!] : undefined;
}

function bytesOf(key: Argument): Buffer {
  return key instanceof Uint8Array ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : Buffer.from(String(key));
}
