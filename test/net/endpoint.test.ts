import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPort, formatAddress, parseUrl } from '../../src/net/index.ts';

const test = suite('net/endpoint');

test('a URL gives endpoint, credentials and database', () => {
  assert.equal(parseUrl('redis://user:p%40ss@10.0.0.1:7000/2'), {
    endpoint: { host: '10.0.0.1', port: 7000 },
    username: 'user',
    password: 'p@ss',
    database: 2,
  });
  assert.equal(parseUrl('redis://:P@host').endpoint, { host: 'host', port: 6379 });
  assert.equal(parseUrl('rediss://host:1').endpoint, { host: 'host', port: 1, tls: {} });
  assert.is(parseUrl('redis://[::1]:7000').endpoint.host, '::1');
  assert.is(parseUrl('unix:/tmp/x.sock').endpoint.path, '/tmp/x.sock');
  assert.is(parseUrl('unix:///tmp/x.sock').endpoint.path, '/tmp/x.sock');
});

test('what is no URL of a server is refused, without repeating it', () => {
  for (const text of ['', 'localhost:7000', 'http://:secret@host', 'redis://', 'redis://h/secret', 'unix:']) {
    assert.throws(
      () => parseUrl(text),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT' && !error.message.includes('secret'),
      text,
    );
  }
});

test('addresses are written with IPv6 in brackets', () => {
  assert.is(formatAddress({ host: 'a', port: 1 }), 'a:1');
  assert.is(formatAddress({ host: '::1', port: 1 }), '[::1]:1');
  assert.is(formatAddress({ host: 'x', port: 0, path: '/s' }), '/s');
});

test('ports are integers from 1 to 65535', () => {
  assert.is(checkPort(65535), 65535);
  for (const port of [0, -1, 65536, 1.5, Number.NaN]) assert.throws(() => checkPort(port), /port/);
});

test.run();
