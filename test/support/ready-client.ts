import { Client, type ConnectOptions } from '../../src/net/index.ts';
import { FakeRuntime } from './fake-runtime.ts';

/** A client of one server in RESP2, which the server has welcomed. */
export async function readyClient(options: ConnectOptions = {}): Promise<{ client: Client; runtime: FakeRuntime }> {
  const runtime = new FakeRuntime();
  const client = new Client({ protocol: 2, runtime, ...options });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  return { client, runtime };
}
