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

/** The port that is found when chance offers these first. */
async function findWith(offers: readonly number[]): Promise<number> {
  const { random } = Math;
  const waiting = [...offers];
  // The range has 12528 ports from 10240 on.
  Math.random = () => (waiting.length > 0 ? (waiting.shift()! - 10_240 + 0.5) / 12_528 : random());
  try {
    return await findFreePort(HOST);
  } finally {
    Math.random = random;
  }
}

test('no port is given out twice', async () => {
  const port = await findFreePort(HOST);
  assert.is.not(await findWith([port]), port);
});

test('a port whose bus port is taken is not free', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(12_345 + BUS_PORT_OFFSET, HOST, resolve));
  try {
    assert.is.not(await findWith([12_345]), 12_345);
  } finally {
    server.close();
  }
});

test('a host that is not of this machine is an error at once', async () => {
  const error = await errorOf(findFreePort('192.0.2.1'));
  assert.is((error as NodeJS.ErrnoException).code, 'EADDRNOTAVAIL');
});

test.run();
