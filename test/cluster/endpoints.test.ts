import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AddressMap, type AnnouncedAddress, isLoopback, resolveEndpoint } from '../../src/cluster/endpoints.ts';
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

test('an IPv6 address is announced without brackets, and mapped and named with them', () => {
  const announced = { host: 'fd00::1', port: 7001 };
  assert.is(resolveEndpoint(announced, VIA, undefined)?.announced, '[fd00::1]:7001');
  const map = { '[fd00::1]:7001': { host: 'outside', port: 1 } };
  assert.equal(resolveEndpoint(announced, VIA, map)?.endpoint, { host: 'outside', port: 1 });
});

test('the transport stays TLS', () => {
  const tls = { servername: 'x' };
  assert.equal(resolveEndpoint({ host: 'h', port: 1 }, { ...VIA, tls }, undefined)?.endpoint.tls, tls);
});

/** The name that a certificate must have; undefined for that of the host that is dialled. */
function serverName(announced: AnnouncedAddress, via: Partial<Endpoint> = {}, map?: AddressMap): string | undefined {
  return resolveEndpoint(announced, { ...VIA, tls: {}, ...via }, map)?.endpoint.serverName;
}

test('over TLS a node that is dialled by its address is known by the host name that it announces', () => {
  assert.is(serverName({ host: '10.0.0.2', port: 1, hostname: 'node2' }), 'node2');
  assert.is(serverName({ host: 'fd00::2', port: 1, hostname: 'node2' }), 'node2');
  assert.is(serverName({ host: '10.0.0.2', port: 1 }), undefined);
  assert.is(serverName({ host: 'node2', port: 1, hostname: 'other' }), undefined, 'it is dialled by its name');
  assert.is(serverName({ host: '10.0.0.2', port: 1, hostname: 'node2' }, { tls: undefined }), undefined);
});

test('over TLS the host of the seed has the seed’s name, and no other host has', () => {
  const via = { serverName: 'seed' };
  for (const host of [null, '', '0.0.0.0', '10.0.0.1', '127.0.0.1']) {
    assert.is(serverName({ host, port: 7001, hostname: 'n' }, via), 'seed', String(host));
  }
  assert.is(serverName({ host: '10.0.0.2', port: 7001 }, via), undefined);
});

test('over TLS addressMap says the name, where the one that is dialled is not it', () => {
  const announced = { host: '10.0.0.2', port: 1, hostname: 'inside' };
  const to = { host: '203.0.113.1', port: 1 };
  assert.is(
    serverName(announced, {}, () => to),
    undefined,
  );
  assert.is(
    serverName(announced, {}, () => ({ ...to, serverName: 'outside' })),
    'outside',
  );
});

test('loopback is told by its text', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '::ffff:127.0.0.1'])
    assert.is(isLoopback(host), true);
  for (const host of ['10.0.0.1', '128.0.0.1', 'local', '::', '1127.0.0.1']) assert.is(isLoopback(host), false, host);
});

test.run();
