import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchPackage } from '../../src/testing/apt-package.ts';
import { errorOf, setEnvironment } from './support.ts';

interface Context {
  folder: string;
  restore: () => void;
}

const test = suite<Context>('testing/apt-package', { folder: '', restore: () => {} });

// Stand-ins for the two programs of the system: they log their calls, and "download" and "unpack" one file.
const APT_GET = `#!/bin/sh
echo "apt-get $*" >> "$LOG"
[ "$*" != "$FAILS" ] || { echo "W: ignored" >&2; echo "E: no suite there" >&2; exit 100; }
case "$*" in
  *install*missing*) echo "E: Unable to locate package missing" >&2; exit 100;;
  *install*broken*) echo downloaded > archives/first.deb; kill -9 $$;;
  *install*) echo downloaded > archives/server.deb;;
esac`;
const DPKG = `#!/bin/sh
echo "dpkg $*" >> "$LOG"
mkdir -p "$3/usr/share/doc" && cp "$2" "$3/unpacked"`;

const testOnDebian = spawnSync('flock', ['--version']).status === 0 ? test : test.skip;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  for (const [name, text] of [
    ['apt-get', APT_GET],
    ['dpkg', DPKG],
  ] as const) {
    writeFileSync(join(context.folder, name), text);
    chmodSync(join(context.folder, name), 0o755);
  }
  const { PATH = '' } = process.env;
  context.restore = setEnvironment({ PATH: context.folder + delimiter + PATH, LOG: join(context.folder, 'log') });
});

test.after.each((context) => {
  context.restore();
  rmSync(context.folder, { recursive: true, force: true });
});

function calls(folder: string): string[] {
  return readFileSync(join(folder, 'log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/ -.*=2/, ''));
}

testOnDebian(
  'a package is fetched, unpacked and put in place as a whole, without its documentation',
  async ({ folder }) => {
    const root = join(folder, 'cache', 'server');
    spawnSync('mkdir', [join(folder, 'cache')]);
    await fetchPackage(root, { packages: ['server'], sources: 'Types: deb\n' });
    assert.is(readFileSync(join(root, 'unpacked'), 'utf8'), 'downloaded\n');
    assert.not(existsSync(join(root, 'usr/share')));
    assert.not(existsSync(join(folder, 'cache', '.server.fetch')));
    assert.equal(calls(folder), [
      'apt-get update',
      'apt-get install --download-only --yes server',
      'apt-get autoclean',
      'dpkg -x archives/server.deb root',
    ]);
  },
);

testOnDebian('two that want the same package fetch it once', async ({ folder }) => {
  const root = join(folder, 'server');
  const choice = { packages: ['server'], sources: undefined };
  await Promise.all([fetchPackage(root, choice), fetchPackage(root, choice), fetchPackage(root, choice)]);
  assert.is(calls(folder).filter((call) => call.includes('update')).length, 1);
});

testOnDebian('the first package that exists is taken', async ({ folder }) => {
  await fetchPackage(join(folder, 'server'), { packages: ['missing', 'server'], sources: undefined });
  assert.ok(existsSync(join(folder, 'server', 'unpacked')));
});

testOnDebian(
  'what apt said is the one line of the error when no package exists, and nothing is left in place',
  async ({ folder }) => {
    const root = join(folder, 'server');
    const error = await errorOf(fetchPackage(root, { packages: ['missing'], sources: undefined }));
    assert.is(error.message, 'server could not be fetched: Unable to locate package missing');
    assert.not(existsSync(root));
  },
);

testOnDebian('a mirror without the suite ends the fetch, in its own words', async ({ folder }) => {
  const restore = setEnvironment({ FAILS: '--config-file=apt.conf --quiet=2 update' });
  const error = await errorOf(fetchPackage(join(folder, 'valkey'), { packages: ['server'], sources: 'Types: deb\n' }));
  restore();
  assert.is(error.message, 'valkey could not be fetched: no suite there');
  assert.equal(calls(folder), ['apt-get update']);
});

testOnDebian('a fetch that was broken off is gone on with where it stood', async ({ folder }) => {
  const root = join(folder, 'server');
  await errorOf(fetchPackage(root, { packages: ['broken'], sources: undefined }));
  assert.not(existsSync(root));
  assert.ok(existsSync(join(folder, '.server.fetch', 'archives', 'first.deb')));
  await fetchPackage(root, { packages: ['server'], sources: undefined });
  assert.ok(calls(folder).includes('dpkg -x archives/first.deb root'));
});

test.run();
