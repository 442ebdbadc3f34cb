import { getServers, setServers } from 'node:dns';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createSystemRuntime } from '../../src/net/runtime.ts';
import { NameServer } from '../support/name-server.ts';

const test = suite('net/runtime');

test('a host name has all its addresses', async () => {
  const addresses = await createSystemRuntime().resolveHost('localhost');
  assert.ok(addresses.length > 0 && addresses.every((address) => address === '127.0.0.1' || address === '::1'));
});

test('the SRV records of a name have hosts, ports and priorities; a name without any rejects', async () => {
  const before = getServers();
  const targets = [
    { host: 'a.example', port: 7000, priority: 1 },
    { host: 'b.example', port: 7001, priority: 20 },
  ];
  const server = new NameServer(new Map([['_redis._tcp.example', targets]]));
  try {
    setServers([await server.listen()]);
    const runtime = createSystemRuntime();
    const found = [...(await runtime.resolveService('_redis._tcp.example'))];
    assert.equal(
      found.sort((x, y) => x.port - y.port),
      targets,
    );
    const failed = runtime.resolveService('_redis._tcp.nowhere').catch((error: NodeJS.ErrnoException) => error.code);
    assert.match(String(await failed), /ENOTFOUND|ENODATA/);
  } finally {
    setServers(before);
    server.close();
  }
});

/** Whether a timer of the runtime keeps the process alive. */
function isReferenced(timer: unknown): boolean {
  return (timer as NodeJS.Timeout).hasRef();
}

test('timers keep the process alive until they are told not to, those to come as well', () => {
  const runtime = createSystemRuntime();
  const other = createSystemRuntime().setTimer(() => undefined, 60_000);
  const first = runtime.setTimer(() => undefined, 60_000);
  assert.is(isReferenced(first), true);
  runtime.setReferenced(false);
  const second = runtime.setTimer(() => undefined, 60_000);
  assert.equal([isReferenced(first), isReferenced(second)], [false, false]);
  runtime.setReferenced(true);
  assert.equal([isReferenced(first), isReferenced(second)], [true, true]);
  assert.is(isReferenced(other), true, 'each client has its own');
  for (const timer of [first, second]) runtime.clearTimer(timer);
  runtime.clearTimer(undefined);
  createSystemRuntime().clearTimer(other);
});

test.run();
