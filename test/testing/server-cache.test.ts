import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCachedServer, listCachedServers, serverCacheFolder } from '../../src/testing/server-cache.ts';
import { setEnvironment } from './support.ts';

const test = suite('testing/server-cache');
let folder: string;
let restore: () => void;

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  restore = setEnvironment({ XDG_CACHE_HOME: folder });
});

test.after.each(() => {
  restore();
  rmSync(folder, { recursive: true });
});

function putFile(...path: string[]): string {
  const file = join(serverCacheFolder(), ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test("the cache lies in the user's cache folder", () => {
  assert.is(serverCacheFolder(), join(folder, 'slotwire', 'servers'));
  setEnvironment({ XDG_CACHE_HOME: '' });
  assert.match(serverCacheFolder(), /\.cache\/slotwire\/servers$/);
});

test('an empty cache holds no server', () => {
  assert.equal(listCachedServers(), []);
  assert.is(findCachedServer('redis-7.0'), undefined);
});

test('a fetch under way is no server yet', () => {
  putFile('.redis-7.0.fetch', 'root', 'usr/bin/redis-server');
  putFile('.redis-7.0.lock');
  assert.equal(listCachedServers(), []);
});

test('an unpacked server is started by its own loader with its own libraries', () => {
  const loader = putFile('redis-7.0', 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2');
  const program = putFile('redis-7.0', 'usr/bin/redis-server');
  const library = putFile('redis-7.0', 'usr/lib/x86_64-linux-gnu/libssl.so.3');
  const executable = findCachedServer('redis-7.0');
  assert.equal(executable, {
    command: loader,
    prefix: ['--library-path', `${dirname(loader)}:${dirname(library)}`, program],
  });
  assert.equal(listCachedServers(), ['redis-7.0']);
});

test('a loader that is a link is followed within the server', () => {
  const real = putFile('valkey-8.0', 'lib/aarch64-linux-gnu/ld-2.31.so');
  symlinkSync('ld-2.31.so', join(dirname(real), 'ld-linux-aarch64.so.1'));
  putFile('valkey-8.0', 'usr/bin/valkey-server');
  assert.is(findCachedServer('valkey-8.0')?.command, real);
});

test('a folder without a server says what to do', () => {
  putFile('redis-7.0', 'usr/bin/something-else');
  assert.throws(() => findCachedServer('redis-7.0'), /remove it to fetch it again/);
});

test.run();
