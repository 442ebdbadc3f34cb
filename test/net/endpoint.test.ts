import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPort, formatAddress, isIpAddress, parseServiceUrl, parseUrl } from '../../src/net/index.ts';

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

test('user names and passwords are percent-decoded; what could be misread as another part is encoded', () => {
  const password = 'p@ss:w/o?r#d %é';
  const text = encodeURIComponent(password);
  assert.is(parseUrl(`redis://:${text}@host`).password, password);
  assert.is(parseUrl(`rediss://us%3Aer:${text}@[fd00::1]:7000`).username, 'us:er');
  assert.is(parseUrl(`rediss://u:${text}@[fd00::1]:7000`).endpoint.host, 'fd00::1');
  assert.is(parseUrl(`unix://u:${text}@/tmp/x.sock`).password, password);
  assert.is(parseServiceUrl(`redis+srv://u:${text}@name`)?.password, password);
});

test('a Unix socket may have a user, a password and a database; a path is taken as it is', () => {
  assert.equal(parseUrl('unix://user:pw@/tmp/a%20b.sock?db=3'), {
    endpoint: { host: 'localhost', port: 0, path: '/tmp/a%20b.sock' },
    username: 'user',
    password: 'pw',
    database: 3,
  });
  assert.is(parseUrl('unix://:pw@/tmp/x').password, 'pw');
  assert.is(parseUrl('unix:/tmp/x@y').endpoint.path, '/tmp/x@y');
  assert.is(parseUrl('unix:relative.sock').endpoint.path, 'relative.sock');
});

test('a service is asked for as it is named, or as the one of Redis', () => {
  assert.equal(parseServiceUrl('redis+srv://example.com'), {
    service: '_redis._tcp.example.com',
    username: undefined,
    password: undefined,
  });
  const given = parseServiceUrl('rediss+srv://user:pw@_cache._tcp.example.com');
  assert.equal(given, { service: '_cache._tcp.example.com', tls: {}, username: 'user', password: 'pw' });
  for (const text of ['redis://h', 'rediss://h', 'h', 'unix:/redis+srv:']) assert.is(parseServiceUrl(text), undefined);
  for (const text of ['redis+srv://', 'redis+srv://:secret@h:7000', 'redis+srv://h/secret', 'redis+srv:secret']) {
    assert.throws(
      () => parseServiceUrl(text),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT' && !error.message.includes('secret'),
    );
  }
  assert.throws(() => parseUrl('redis+srv://h'), /for the seeds of a cluster/);
});

test('what is no URL of a server is refused, without repeating it', () => {
  const wrong = ['', 'localhost:7000', 'http://:secret@host', 'redis://', 'redis://h/secret', 'redis://h/-1', 'unix:'];
  wrong.push('redis://:secret%@host', 'redis://:secret%ff@host', 'unix://:secret@relative', 'unix:/x?db=secret');
  for (const text of wrong) {
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

test('an address is told from a name by its text', () => {
  for (const host of ['10.0.0.1', '::1', 'fd00::1']) assert.is(isIpAddress(host), true);
  for (const host of ['localhost', 'example.com', '10.0.0', '']) assert.is(isIpAddress(host), false);
});

test('ports are integers from 1 to 65535', () => {
  assert.is(checkPort(65535), 65535);
  for (const port of [0, -1, 65536, 1.5, Number.NaN]) assert.throws(() => checkPort(port), /port/);
});

test.run();
