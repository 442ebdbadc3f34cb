import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectCluster } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { connect } from '../../src/net/index.ts';
import { findFreePort } from '../../src/testing/free-port.ts';
import { type ServerProcess, startServer } from '../../src/testing/index.ts';
import { lacksTls, needing } from '../support/server-needs.ts';

// A certificate for localhost and 127.0.0.1, signed by itself, for these tests alone.
const CERTIFICATE = resolve('test/support/tls/certificate.pem');
const KEY = resolve('test/support/tls/key.pem');

const test = suite('integration/tls');
const ca = readFileSync(CERTIFICATE);
const port = await findFreePort('127.0.0.1');
const server = await startTlsServer();
const testTls = needing(test, server !== undefined, 'a server that was built with TLS');

test.after(() => server?.stop());

/** Undefined where the server knows no TLS. */
async function startTlsServer(): Promise<ServerProcess | undefined> {
  const files = { 'tls-cert-file': CERTIFICATE, 'tls-key-file': KEY, 'tls-ca-cert-file': CERTIFICATE };
  try {
    return await startServer({ config: { 'tls-port': port, 'tls-auth-clients': 'no', ...files } });
  } catch (error) {
    if (lacksTls(error)) return undefined;
    throw error;
  }
}

testTls('commands, large values and batches go over TLS', async () => {
  const client = await connect({ port, tls: { ca } });
  const big = 'é'.repeat(500_000);
  assert.equal(await client.sendAll([['SET', 'big', big], ['PING'], ['GET', 'big']]), ['OK', 'PONG', big]);
  const replies = await client.sendAll(Array.from({ length: 5000 }, () => ['INCR', 'n']));
  assert.ok(replies.every((reply, n) => reply === n + 1));
  await client.close();
});

testTls('a certificate that nobody vouches for is ERR_CONNECT', async () => {
  try {
    await connect({ port, tls: true });
    assert.unreachable();
  } catch (error) {
    assert.is((error as RedisError).code, 'ERR_CONNECT');
    assert.match((error as RedisError).message, /certificate/);
  }
});

testTls('rediss:// seeds carry the TLS options', async () => {
  const cluster = await connectCluster({ seeds: [`rediss://localhost:${port}`], tls: { ca } });
  assert.is(await cluster.send(['SET', 'k', 1]), 'OK');
  await cluster.close();
});

testTls('plain bytes to a TLS port do not hang', async () => {
  try {
    await connect({ port, connectTimeoutMs: 2000 });
    assert.unreachable();
  } catch (error) {
    assert.match((error as RedisError).code, /^ERR_CONNECT/);
  }
});

test.run();
