/**
 * Tests of what only some servers have. On the others such a test is not run, and not silently: uvu counts it as skipped,
 * and the report of the whole run says why.
 */
import type { Callback, Test } from 'uvu';
import { connect } from '../../src/net/index.ts';
import type { Reply } from '../../src/resp/index.ts';
import { findServer, isAtLeast, type ServerBinary, startServer } from '../../src/testing/index.ts';
import { skipped } from './skipped.ts';

/** Adds a test to a suite, as the suite itself does. */
export type AddTest<T> = (title: string, body: Callback<T>) => void;

/** The server that this file is run on. */
export const binary: ServerBinary = await findServer();

const NAME = `${binary.name} ${binary.version.join('.')}`;

/**
 * @param isMet whether the server at hand has it.
 * @param need what the test needs, in words that follow "needs".
 */
export function needing<T>(test: Test<T>, isMet: boolean, need: string): AddTest<T> {
  if (isMet) return test;
  return (title, body) => {
    skipped(`${title}: needs ${need}, this is ${NAME}`);
    test.skip(title, body);
  };
}

/** The protocols that the server at hand speaks; that it speaks but one is said. */
export function protocols(): readonly (2 | 3)[] {
  if (has(6, 0)) return [2, 3];
  skipped(`everything in RESP3: needs Redis 6.0, this is ${NAME}`);
  return [2];
}

/** For tests of what Redis has from a version on; Valkey and Redict continue its numbers. */
export function since<T>(test: Test<T>, major: number, minor: number): AddTest<T> {
  return needing(test, has(major, minor), `Redis ${major}.${minor}`);
}

/**
 * Whether the server at hand has a command, NAME or NAME|SUBCOMMAND: where families differ, or where a server that is
 * built from what is not released yet has the highest version and not the newest commands.
 */
export async function knows(path: string): Promise<boolean> {
  const [command] = (await ask(['COMMAND', 'INFO', path])) as Reply[];
  return Array.isArray(command);
}

/** Whether the server at hand has a directive of its configuration. */
export async function hasSetting(name: string): Promise<boolean> {
  return ((await ask(['CONFIG', 'GET', name])) as Reply[]).length > 0;
}

async function ask(command: readonly string[]): Promise<Reply> {
  const server = await startServer({ server: binary });
  const client = await connect({ port: server.port, protocol: 2 });
  try {
    return await client.send(command);
  } finally {
    client.destroy();
    await server.stop();
  }
}

/** Whether the server at hand has what Redis has from a version on: for a part of a test. */
export function has(major: number, minor: number): boolean {
  return isAtLeast(binary, [major, minor, 0]);
}

/** Whether a server could not be started because it knows no TLS: before 6.0, and where it was built without. */
export function lacksTls(error: unknown): boolean {
  return /'tls-port \d+'\s+Bad directive|Failed finding TLS support/i.test(String(error));
}
