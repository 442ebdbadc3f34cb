import { setImmediate as turn } from 'node:timers/promises';
import { Client, type ConnectOptions } from '../../src/net/index.ts';
import { FakeRuntime, type FakeTransport } from './fake-runtime.ts';

/** A client in RESP2 of one fake server; each connection it leases is welcomed when the test says so. */
export class LeasingClient {
  readonly runtime: FakeRuntime = new FakeRuntime();
  readonly client: Client;

  private constructor(options: ConnectOptions) {
    this.client = new Client({ protocol: 2, runtime: this.runtime, ...options });
  }

  static async ready(options: ConnectOptions = {}): Promise<LeasingClient> {
    const fake = new LeasingClient(options);
    const isReady = fake.client.ready();
    fake.runtime.advance(0);
    // Credentials may take a turn.
    await turn();
    fake.runtime.last.welcome();
    await isReady;
    return fake;
  }

  /** The connection that plain commands share. */
  get shared(): FakeTransport {
    return this.runtime.transports[0]!;
  }

  /** The newest leased connection, dialled and welcomed. */
  lease(): FakeTransport {
    this.runtime.advance(0);
    this.runtime.last.welcome();
    this.runtime.flush();
    return this.runtime.last;
  }

  /** How many connections were dialled. */
  get dialled(): number {
    this.runtime.advance(0);
    return this.runtime.transports.length;
  }

  /** The commands that the client wrote over a connection since the last look. */
  commands(transport: FakeTransport): string[] {
    this.runtime.flush();
    return transport.takeCommands();
  }
}

/** Keeps a rejection that nobody looks at yet from ending the run. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What a promise has come to, after all call-backs that are due: `'pending'`, its value or its error. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let result: unknown = 'pending';
  promise.then(
    (value) => (result = value),
    (error: unknown) => (result = error),
  );
  await turn();
  return result;
}
