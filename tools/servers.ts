/**
 * Real servers for the tests, fetched into the user's cache folder.
 *
 *     node build/tools/servers.js               lists the servers that can be had by name, and those in the cache
 *     node build/tools/servers.js NAME ...      fetches these (or `all`) unless they are in the cache
 */
import {
  describeServer,
  type Executable,
  fetchServer,
  findCachedServer,
  KNOWN_SERVERS,
  listCachedServers,
  serverCacheFolder,
} from '../src/testing/index.ts';

async function main(names: readonly string[]): Promise<void> {
  if (names.length === 0) return list();
  const known = Object.keys(KNOWN_SERVERS);
  const wanted = names.includes('all') ? known : names;
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no server ${JSON.stringify(unknown)}: one of all, ${known.join(', ')}`);
  for (const name of wanted) {
    const executable = findCachedServer(name) ?? (await fetchServer(name));
    console.log(`${name}  ${await describe(executable)}`);
  }
}

async function list(): Promise<void> {
  console.log(serverCacheFolder());
  const names = new Set([...Object.keys(KNOWN_SERVERS), ...listCachedServers()]);
  for (const name of names) {
    const executable = findCachedServer(name);
    console.log(`${name}  ${executable === undefined ? 'not fetched' : await describe(executable)}`);
  }
}

async function describe(executable: Executable): Promise<string> {
  const { name, version } = await describeServer(executable);
  return `${name} ${version.join('.')}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
