import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findMainArchive,
  formatSource,
  parseDeb822Sources,
  parseOneLineSources,
  readAptSources,
} from '../../src/testing/apt-sources.ts';

const test = suite('testing/apt-sources');

const DEB822 = `Types: deb
# a comment inside a stanza
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb deb-src
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
`;

test('a deb822 stanza keeps addresses, suites, components and every other option', () => {
  const [main, security] = parseDeb822Sources(DEB822);
  assert.is(main?.uris, 'http://mirror.example/debian');
  assert.equal(main?.suites, ['bookworm', 'bookworm-updates']);
  assert.equal(main?.components, ['main', 'contrib']);
  assert.equal([...main!.options], [['Signed-By', '/usr/share/keyrings/debian.gpg']]);
  assert.is(security?.uris, 'http://mirror.example/security');
});

test('a stanza that is switched off, or has sources only, is no source', () => {
  const stanza = (first: string) => `${first}\nURIs: http://m.example/\nSuites: sid\nComponents: main\n`;
  assert.equal(parseDeb822Sources(stanza('Types: deb\nEnabled: no')), []);
  assert.equal(parseDeb822Sources(stanza('Types: deb-src')), []);
  assert.is(parseDeb822Sources(stanza('types: deb\nenabled: yes')).length, 1);
});

test('a key that is embedded over several lines is kept whole', () => {
  const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----';
  const [source] = parseDeb822Sources(
    `Types: deb\nURIs: http://m.example/\nSuites: sid\nSigned-By:${key}\nComponents: main\n`,
  );
  assert.is(source?.options.get('Signed-By'), key);
  assert.equal(parseDeb822Sources(formatSource(source!, ['sid'])), [source]);
});

test('a one-line source has its options under their deb822 names', () => {
  const text = `# deb http://commented.example/ bookworm main
deb [arch=amd64,arm64 signed-by=/k.gpg trusted=yes] http://m.example/debian bookworm main contrib # why
deb-src http://m.example/debian bookworm main
deb http://m.example/debian bookworm-updates main`;
  const [first, second, ...rest] = parseOneLineSources(text);
  assert.equal(rest, []);
  assert.equal(first?.components, ['main', 'contrib']);
  assert.equal(
    [...first!.options],
    [
      ['Architectures', 'amd64 arm64'],
      ['Signed-By', '/k.gpg'],
      ['trusted', 'yes'],
    ],
  );
  assert.equal(second?.suites, ['bookworm-updates']);
  assert.is(second?.options.size, 0);
});

test("the main archive is the release's own suite, by its name or its role, and not its security fixes", () => {
  const sources = parseDeb822Sources(DEB822);
  assert.is(findMainArchive([...sources].reverse(), 'bookworm'), sources[0]);
  assert.is(findMainArchive(sources, 'trixie'), undefined);
  const byRole = parseOneLineSources('deb http://m.example/debian stable main');
  assert.is(findMainArchive(byRole, 'trixie'), byRole[0]);
  assert.is(findMainArchive(parseOneLineSources('deb http://m.example/ bookworm nodistro'), 'bookworm'), undefined);
});

test('a source written for other suites differs in nothing else', () => {
  const [main] = parseDeb822Sources(DEB822);
  const [copy] = parseDeb822Sources(formatSource(main!, ['trixie', 'trixie-backports']));
  assert.equal(copy, { ...main, suites: ['trixie', 'trixie-backports'], components: ['main'] });
});

test('sources are read from both forms of files, and from no others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  mkdirSync(join(folder, 'sources.list.d'));
  writeFileSync(join(folder, 'sources.list'), 'deb http://one.example/ sid main\n');
  writeFileSync(join(folder, 'sources.list.d', 'a.list'), 'deb http://two.example/ sid main\n');
  writeFileSync(join(folder, 'sources.list.d', 'b.sources'), DEB822);
  writeFileSync(join(folder, 'sources.list.d', 'c.list.disabled'), 'deb http://off.example/ sid main\n');
  const hosts = readAptSources(folder).map(({ uris }) => new URL(uris).host);
  assert.equal(hosts, ['one.example', 'two.example', 'mirror.example', 'mirror.example']);
  rmSync(folder, { recursive: true });
  assert.equal(readAptSources(folder), []);
});

test.run();
