/** What the commands of the suite end with, and which error ends with what. */
import { readFileSync } from 'node:fs';
import { Unreachable } from '../conformance/index.ts';
import { argumentOutOfRange } from '../errors.ts';

/** Exit codes; see the usage of `slotwire conform`. */
export const EXIT = { conforms: 0, fails: 1, usage: 2, unreachable: 3, fault: 4 } as const;

/** Runs a command and returns its exit code; never rejects. */
export async function exitCodeOf(name: string, command: () => number | Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const { message } = error as Error;
    console.error(`slotwire ${name}: ${message}`);
    if (isUsage(error)) return EXIT.usage;
    return error instanceof Unreachable ? EXIT.unreachable : EXIT.fault;
  }
}

/** Of the many TypeErrors and RangeErrors those that were meant for whoever typed the command. */
function isUsage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ERR_INVALID_ARGUMENT' || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_'));
}

/** @throws {RangeError} when the file that was named cannot be read. */
export function readNamedFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw Object.assign(argumentOutOfRange(`cannot read ${file}: ${(cause as Error).message}`), { cause });
  }
}
