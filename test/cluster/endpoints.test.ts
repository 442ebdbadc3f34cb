import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isLoopback, resolveEndpoint } from '../../src/cluster/endpoints.ts';
import type { Endpoint } from '../../src/net/index.ts';

const test = suite('cluster/endpoints');
const VIA: Endpoint = { host: '10.0.0.1', port: 7000 };

function dialled(host: string | null, port: number, via: Endpoint = VIA): string | undefined {
  const endpoint = resolveEndpoint({ host, port }, via, undefined)?.endpoint;
  return endpoint && `${endpoint.host} ${endpoint.port}`;
}

test('an announced address is dialled as it is', () => {
  assert.is(dialled('10.0.0.2', 7001), '10.0.0.2 7001');
  assert.is(dialled('node.example', 7001), 'node.example 7001');
  assert.is(dialled('2001:db8::1', 7001), '2001:db8::1 7001');
});

test('NULL, the empty host and the wildcard addresses mean the host that answered', () => {
  for (const host of [null, '', '0.0.0.0', '::']) assert.is(dialled(host, 7001), '10.0.0.1 7001', String(host));
});

test('`?` and impossible ports are never dialled [failure mode 16]', () => {
  assert.is(dialled('?', 7001), undefined);
  for (const port of [0, -1, 65536, 1.5, Number.NaN]) assert.is(dialled('h', port), undefined);
});

test('loopback heard from elsewhere is reached through the host that answered; heard on loopback it is itself', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
    assert.is(dialled(host, 7001), '10.0.0.1 7001');
    assert.is(dialled(host, 7001, { host: '127.0.0.1', port: 7000 }), `${host} 7001`);
  }
});

test('the address that was announced is kept for messages', () => {
  assert.is(resolveEndpoint({ host: '127.0.0.1', port: 7001 }, VIA, undefined)?.announced, '127.0.0.1:7001');
  assert.is(resolveEndpoint({ host: null, port: 7001 }, VIA, undefined)?.announced, '10.0.0.1:7001');
});

test('addressMap is an object or a function, and comes before everything', () => {
  const map = { '127.0.0.1:7001': { host: 'outside', port: 1 } };
  const announced = { host: '127.0.0.1', port: 7001 };
  assert.equal(resolveEndpoint(announced, VIA, map)?.endpoint, { host: 'outside', port: 1 });
  assert.equal(resolveEndpoint(announced, VIA, () => ({ host: 'f', port: 2 }))?.endpoint, { host: 'f', port: 2 });
  assert.is(resolveEndpoint({ host: 'other', port: 1 }, VIA, map)?.endpoint.host, 'other');
  assert.is(resolveEndpoint({ host: '__proto__', port: 1 }, VIA, map)?.endpoint.host, '__proto__');
});

test('the transport stays TLS', () => {
  const tls = { servername: 'x' };
  assert.equal(resolveEndpoint({ host: 'h', port: 1 }, { ...VIA, tls }, undefined)?.endpoint.tls, tls);
});

test('loopback is told by its text', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '::ffff:127.0.0.1'])
    assert.is(isLoopback(host), true);
  for (const host of ['10.0.0.1', '128.0.0.1', 'local', '::', '1127.0.0.1']) assert.is(isLoopback(host), false, host);
});

test.run();
