import { findServer, isAtLeast, type ServerVersion } from '../../src/testing/index.ts';

/** Says so, in the report of the whole run, where a test can't be made for lack of something on this machine. */
export function skipped(reason: string | undefined): boolean {
  if (reason !== undefined) console.log(`SKIPPED: ${reason}`);
  return reason !== undefined;
}

/** The same where the server is too old. */
export async function skippedBefore(version: ServerVersion): Promise<boolean> {
  const server = await findServer();
  return skipped(isAtLeast(server, version) ? undefined : `the server is older than ${version.join('.')}`);
}
