import { createServer, type Server, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FlakyProxy } from '../../src/testing/flaky-proxy.ts';
import { RawClient } from './support.ts';

const NUMBERS = 3000;
const test = suite('testing/flaky-proxy');
let server: Server;
let proxy: FlakyProxy;
/** What the server does with a connection. */
let serve: (socket: Socket) => void;

test.before.each(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await FlakyProxy.listen({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
});

test.after.each(async () => {
  await proxy.close();
  server.close();
});

/** Writes 0, 1, 2, ... turn by turn, so that they are many pieces. */
function count(socket: Socket, n = 0): void {
  if (n === NUMBERS || socket.destroyed) return;
  socket.write(`${n},`);
  setImmediate(count, socket, n + 1);
}

test('bytes stay in order while the network is slow, quick and slow again', async () => {
  serve = count;
  const client = new RawClient({ host: '127.0.0.1', port: proxy.port });
  let pieces = 0;
  proxy.setMode({ kind: 'delay', delayMs: 5 });
  await client.until(() => {
    if (client.chunks.length > pieces) {
      pieces = client.chunks.length;
      proxy.setMode(pieces % 2 === 0 ? { kind: 'delay', delayMs: 5 } : { kind: 'pass' });
    }
    return client.text.split(',').length > NUMBERS;
  });
  assert.equal(
    client.text.split(',').slice(0, -1).map(Number),
    Array.from({ length: NUMBERS }, (_, n) => n),
  );
  client.close();
});

test('a blackhole takes what there is and what comes, and says nothing; new connections are well', async () => {
  serve = (socket) => socket.on('data', (bytes) => socket.write(bytes));
  const silent = new RawClient({ host: '127.0.0.1', port: proxy.port });
  silent.write('before');
  await silent.until(() => silent.text === 'before');
  proxy.blackhole();
  silent.write('after');
  const other = new RawClient({ host: '127.0.0.1', port: proxy.port });
  other.write('hello');
  await other.until(() => other.text === 'hello');
  assert.equal([silent.text, silent.end], ['before', undefined]);
  silent.close();
  other.close();
});

test('a connection is cut behind so many bytes', async () => {
  serve = (socket) => socket.on('data', () => socket.write('0123456789'));
  const client = new RawClient({ host: '127.0.0.1', port: proxy.port });
  client.write('x');
  await client.until(() => client.text.length === 10);
  proxy.cutAfter(4);
  client.write('x');
  await client.until(() => client.end !== undefined);
  assert.is(client.text, '01234567890123');
});

test.run();
