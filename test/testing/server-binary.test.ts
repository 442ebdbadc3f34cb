import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findServer, isAtLeast, parseVersion } from '../../src/testing/server-binary.ts';
import { errorOf, setEnvironment } from './support.ts';

const test = suite('testing/server-binary');
let folder: string;
let restore: () => void;

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  restore = setEnvironment({ PATH: folder, SLOTWIRE_SERVER: '', XDG_CACHE_HOME: join(folder, 'cache') });
});

test.after.each(() => {
  restore();
  rmSync(folder, { recursive: true });
});

function putProgram(name: string, says: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(path, 0o755);
  return path;
}

test('the version line of each family is understood', () => {
  assert.equal(parseVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'), {
    name: 'redis',
    version: [7, 0, 15],
  });
  assert.equal(parseVersion('Valkey server v=8.1.1 sha=0'), { name: 'valkey', version: [8, 1, 1] });
  assert.equal(parseVersion('Server v=7.2.7 sha=0'), { name: 'valkey', version: [7, 2, 7] });
  assert.equal(parseVersion('Redict server v=7.3.6 sha=0'), { name: 'redict', version: [7, 3, 6] });
  assert.is(parseVersion('redis-cli 7.0.15'), undefined);
  assert.is(parseVersion(''), undefined);
});

test('versions are compared number by number', () => {
  const at = (...version: [number, number, number]) => ({ name: 'redis', version }) as const;
  assert.ok(isAtLeast(at(4, 0, 7), [4, 0, 7]));
  assert.ok(isAtLeast(at(4, 0, 10), [4, 0, 7]));
  assert.ok(isAtLeast(at(10, 0, 0), [7, 2, 4]));
  assert.not(isAtLeast(at(4, 0, 6), [4, 0, 7]));
  assert.not(isAtLeast(at(6, 9, 9), [7, 0, 0]));
});

test('redis-server is taken before valkey-server, both from the PATH', async () => {
  const valkey = putProgram('valkey-server', 'Valkey server v=8.0.1');
  assert.equal(await findServer(), { command: valkey, prefix: [], name: 'valkey', version: [8, 0, 1] });
  const redis = putProgram('redis-server', 'Redis server v=7.2.4');
  assert.is((await findServer()).command, redis);
});

test('SLOTWIRE_SERVER goes before the PATH, and a choice before both', async () => {
  putProgram('redis-server', 'Redis server v=7.2.4');
  const named = putProgram('named', 'Redis server v=6.2.0');
  const chosen = putProgram('chosen', 'Redis server v=4.0.1');
  setEnvironment({ SLOTWIRE_SERVER: named });
  assert.is((await findServer()).command, named);
  assert.is((await findServer(chosen)).command, chosen);
});

test('what was fetched before is taken when nothing is installed', async () => {
  const root = 'cache/slotwire/servers/redis-7.0';
  const loader = putProgram(`${root}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`, 'Redis server v=7.0.15');
  putProgram(`${root}/usr/bin/redis-server`, '');
  assert.is((await findServer()).command, loader);
  assert.is((await findServer('redis-7.0')).command, loader);
});

test('without any server, and without the means to fetch one, the error says what to do', async () => {
  const { message } = await errorOf(findServer());
  assert.match(message, /^no server was found.*install redis-server or valkey-server, or set SLOTWIRE_SERVER/);
});

test('a program that cannot be started is named', async () => {
  const broken = putProgram('broken', '"; exit 1; "');
  assert.is((await errorOf(findServer(broken))).message, `${broken} cannot be started`);
});

test('a program that is something else is refused with what it says', async () => {
  const other = putProgram('other', 'nginx version 1.2');
  assert.match((await errorOf(findServer(other))).message, 'nginx version 1.2');
});

test('a choice that is no file and no name is refused with the names', async () => {
  const { message } = await errorOf(findServer(join(folder, 'nothing')));
  assert.match(message, /no server at .*redis-6\.0, redis-7\.0/);
});

test.run();
