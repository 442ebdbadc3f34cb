/** Finds the program of a real server: one that is installed, one that was fetched before, or one fetched now. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isKnownServer, KNOWN_SERVERS } from './known-servers.ts';
import { fetchServer, findCachedServer, listCachedServers, ownServerName } from './server-cache.ts';
import type { Executable } from './unpacked-package.ts';

/** Which program family a server belongs to. */
export type ServerName = 'redis' | 'valkey' | 'redict';

/** Major, minor, patch. */
export type ServerVersion = readonly [major: number, minor: number, patch: number];

/** What a server says of itself. */
export interface ServerDescription {
  readonly name: ServerName;
  readonly version: ServerVersion;
}

/** A server program, and how to start it: `command ...prefix ...its own arguments`. */
export interface ServerBinary extends Executable, ServerDescription {}

const INSTRUCTION =
  'install redis-server or valkey-server, or set SLOTWIRE_SERVER to the path of one (Redis 4.0.1 or later)';

/**
 * Finds a server program.
 *
 * Without a choice: the one that `SLOTWIRE_SERVER` names, `redis-server` or `valkey-server` on the PATH, one fetched
 * before, else the distribution's own package is fetched into the cache folder (without root; see {@link fetchServer}).
 *
 * @param choice the path of a program, or a name of {@link KNOWN_SERVERS}, which is fetched when it is not in the cache.
 * @throws {Error} when there is none, with what to do about it in one line.
 */
export async function findServer(choice?: string): Promise<ServerBinary> {
  const { SLOTWIRE_SERVER = '' } = process.env;
  const wanted = choice ?? (SLOTWIRE_SERVER === '' ? undefined : SLOTWIRE_SERVER);
  const executable = wanted === undefined ? await findAnyServer() : await findChosenServer(wanted);
  return { ...executable, ...(await describeServer(executable)) };
}

/**
 * Asks a program what it is (`--version`).
 *
 * @throws {Error} when it cannot be started, or is not a server of this family.
 */
export async function describeServer(executable: Executable): Promise<ServerDescription> {
  const text = await readVersion(executable);
  const description = parseVersion(text);
  if (description === undefined) {
    throw new Error(
      `${programOf(executable)} is not a server this package knows, it says ${JSON.stringify(text.trim())}`,
    );
  }
  return description;
}

/** Reads the line a server prints for `--version`; undefined when the text is not one. */
export function parseVersion(text: string): ServerDescription | undefined {
  const match = /^(?:(Redis|Valkey|Redict) s|S)erver v=(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) return undefined;
  // Valkey 7.2 had taken Redis's name out of the line, and not yet put its own in.
  const name = (match[1] ?? 'Valkey').toLowerCase() as ServerName;
  return { name, version: [Number(match[2]), Number(match[3]), Number(match[4])] };
}

/**
 * True when a server has what Redis had at a version. The numbers can be compared across the families: Valkey and
 * Redict continue those of the Redis they began from (7.2).
 */
export function isAtLeast({ version }: ServerDescription, wanted: ServerVersion): boolean {
  for (const [index, part] of wanted.entries()) {
    if (version[index] !== part) return version[index]! > part;
  }
  return true;
}

async function findChosenServer(choice: string): Promise<Executable> {
  if (isKnownServer(choice)) return findCachedServer(choice) ?? (await fetchServer(choice));
  if (isExecutable(choice)) return { command: choice, prefix: [] };
  const names = Object.keys(KNOWN_SERVERS).join(', ');
  throw new Error(`no server at ${JSON.stringify(choice)}: neither an executable file nor one of ${names}`);
}

async function findAnyServer(): Promise<Executable> {
  const installed = findOnPath('redis-server') ?? findOnPath('valkey-server');
  if (installed !== undefined) return { command: installed, prefix: [] };
  const own = ownServerName();
  for (const name of own === undefined ? listCachedServers() : [own, ...listCachedServers()]) {
    const cached = findCachedServer(name);
    if (cached !== undefined) return cached;
  }
  if (own === undefined) throw new Error(`no server was found: ${INSTRUCTION}`);
  try {
    return await fetchServer(own);
  } catch (error) {
    throw new Error(`no server was found, and none could be fetched: ${INSTRUCTION}`, { cause: error });
  }
}

function findOnPath(program: string): string | undefined {
  const { PATH = '' } = process.env;
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function readVersion(executable: Executable): Promise<string> {
  const { command, prefix } = executable;
  return new Promise((resolve, reject) => {
    execFile(command, [...prefix, '--version'], { timeout: 10_000 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${programOf(executable)} cannot be started`, { cause: error }));
    });
  });
}

// Behind a loader, the program is its last argument.
function programOf({ command, prefix }: Executable): string {
  return prefix.at(-1) ?? command;
}
