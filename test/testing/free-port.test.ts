import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUS_PORT_OFFSET, findFreePort } from '../../src/testing/free-port.ts';
import { errorOf } from './support.ts';

const test = suite('testing/free-port');
const HOST = '127.0.0.1';

test('a port and its cluster bus port lie below the range of outgoing connections', async () => {
  for (let i = 0; i < 20; i++) {
    const port = await findFreePort(HOST);
    assert.ok(port >= 1024 && port + BUS_PORT_OFFSET < 32_768, String(port));
  }
});

test('no port is given out twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => findFreePort(HOST)));
  assert.is(new Set(ports).size, ports.length);
});

test('a port whose bus port is taken is not free', async () => {
  const { random } = Math;
  const port = 12_345;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port + BUS_PORT_OFFSET, HOST, resolve));
  let offers = 0;
  // Chance offers that port first: the range has 12528 from 10240 on.
  Math.random = () => (offers++ === 0 ? (port - 10_240 + 0.5) / 12_528 : random());
  try {
    assert.is.not(await findFreePort(HOST), port);
    assert.ok(offers > 1);
  } finally {
    Math.random = random;
    server.close();
  }
});

test('a host that is not of this machine is an error at once', async () => {
  const error = await errorOf(findFreePort('192.0.2.1'));
  assert.is((error as NodeJS.ErrnoException).code, 'EADDRNOTAVAIL');
});

test.run();
