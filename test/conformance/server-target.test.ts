import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFlags } from '../../src/cli/conform/flags.ts';
import { givenTarget } from '../../src/cli/conform/given-target.ts';
import { hashSlot } from '../../src/cluster/index.ts';
import { nameParts } from '../../src/conformance/cluster-parts.ts';
import { contentBytes } from '../../src/conformance/content.ts';
import { expandWords } from '../../src/conformance/words.ts';

const test = suite('server target');

const WORDS = { key: (name: string) => `p:${name}`, values: new Map([['nonce', 'abc']]) };

function target(name: string, ...args: string[]) {
  return givenTarget(name, parseFlags(args).flags);
}

test('a target is a host and a port, a URL or a socket', async () => {
  assert.equal((await target('127.0.0.1:7000')).plain, { host: '127.0.0.1', port: 7000 });
  assert.equal((await target('[::1]:7000')).plain, { host: '::1', port: 7000 });
  assert.is((await target('unix:/tmp/socket')).plain.path, '/tmp/socket');
  const { plain, login } = await target('redis://user:word@localhost:7001');
  assert.is(plain.port, 7001);
  assert.equal(login, { username: 'user', password: 'word' });
});

test('what is no target is refused', async () => {
  for (const name of ['localhost', 'localhost:0', 'localhost:99999', 'cluster:x', ':7000']) {
    const [result] = await Promise.allSettled([target(name)]);
    assert.is(result!.status, 'rejected', name);
  }
});

test('nothing unsafe is allowed unasked, and nothing hostile against another machine', async () => {
  assert.equal([...(await target('127.0.0.1:1')).gives], ['hostile']);
  assert.equal([...(await target('unix:/x')).gives], ['hostile']);
  assert.equal([...(await target('192.0.2.1:1')).gives], []);
  assert.equal([...(await target('192.0.2.1:1', '--yes-i-may', '--unsafe')).gives].sort(), ['hostile', 'unsafe']);
});

test('a replica is one when it is named, and a password opens the cases of AUTH', async () => {
  const { replica, secured, login } = await target('127.0.0.1:1', '--replica', '127.0.0.1:2', '--pass', 'x');
  assert.equal(replica, { host: '127.0.0.1', port: 2 });
  assert.equal([secured?.password, login?.password], ['x', 'x']);
  const named = await target('127.0.0.1:1', '--user', 'u', '--pass', 'x');
  assert.is(named.secured, undefined, 'AUTH with the password alone is the default user');
});

test('TLS settings come from the options', async () => {
  const { plain } = await target('example.com:1', '--tls', '--sni', 'name', '--insecure');
  assert.equal(plain.tls, { servername: 'name', rejectUnauthorized: false });
});

test('every part of a cluster has a slot of its own, on the right node', () => {
  const node = (port: number) => ({ id: `id${port}`, host: '127.0.0.1', port });
  const nodes = new Map([
    ['A', node(1)],
    ['B', node(2)],
    ['src', node(3)],
  ]);
  const ownerOf = (slot: number) => (slot < 5000 ? 'A' : slot < 10_000 ? 'B' : 'src');
  const { tagOf, slotOf, words } = nameParts(nodes, ownerOf);
  const parts = ['A', 'other', 'hole', 'B', 'm', 'spare', 'x', 'y', 'z'];
  assert.is(new Set(parts.map(slotOf)).size, parts.length);
  assert.equal(
    ['A', 'other', 'hole', 'B', 'm'].map((part) => ownerOf(slotOf(part))),
    ['A', 'A', 'A', 'B', 'src'],
  );
  assert.is(hashSlot(`prefix{${tagOf('B')}}key`), Number(words.get('slot:B')));
  assert.is(words.get('address:B'), '127.0.0.1:2');
});

test('words are replaced, and what only looks like one stays', () => {
  const text = (source: string, count = 0) => expandWords(source, WORDS, { count }).toString('latin1');
  assert.is(text('<key:a>x'), 'p:ax');
  assert.is(text('<key:m<n>>', 7), 'p:m7');
  assert.is(text('<fill:3><fill:2:A>'), 'xxxAA');
  assert.is(text('<nonce> <nobody> a < b > c'), 'abc <nobody> a < b > c');
  assert.is(expandWords('<all-bytes>', WORDS).length, 256);
});

test('an array is a command, a text is bytes', () => {
  const bytes = (...contents: Parameters<typeof contentBytes>[0]) => contentBytes(contents, WORDS).toString('latin1');
  assert.is(bytes(['ECHO', '\u00e9']), '*2\r\n$4\r\nECHO\r\n$2\r\n\xc3\xa9\r\n');
  assert.is(
    bytes({ repeat: [['GET', '<n>']], times: 2 }),
    '*2\r\n$3\r\nGET\r\n$1\r\n1\r\n*2\r\n$3\r\nGET\r\n$1\r\n2\r\n',
  );
  assert.is(bytes(['MSET', { repeat: ['k<n>', 'v'], times: 2 }]).startsWith('*5\r\n$4\r\nMSET\r\n$2\r\nk1'), true);
  assert.is(bytes('*1\r\n', { base64: '/w==' }), '*1\r\n\xff');
});

test.run();
