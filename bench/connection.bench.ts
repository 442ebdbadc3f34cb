/**
 * What one command costs the client, without a network: a transport in memory answers every command at once. The server's
 * time and the kernel's are not in it, encoding, pairing, decoding and promises are.
 */
import { Bench } from 'tinybench';
import {
  connect,
  type Endpoint,
  type Runtime,
  systemRuntime,
  type Transport,
  type TransportEvents,
} from '../src/net/index.ts';
import { report } from './support/report.ts';

const COMMANDS = 1000;
const HELLO_REPLY = Buffer.from('%1\r\n+proto\r\n:3\r\n');
const VALUE_REPLY = Buffer.from(`$16\r\n${'v'.repeat(16)}\r\n`);

/** Answers as many values as it is sent commands: a command of these benches has two arguments, so one `*2` each. */
class EchoTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #replies = Buffer.concat(Array.from({ length: COMMANDS }, () => VALUE_REPLY));
  #isWelcomed = false;

  constructor(_endpoint: Endpoint, events: TransportEvents) {
    this.#events = events;
    setImmediate(() => events.onConnect());
  }

  write(pieces: readonly Buffer[], done: () => void): void {
    const commands = pieces.reduce((count, piece) => count + countCommands(piece), 0);
    setImmediate(() => {
      done();
      if (this.#isWelcomed) this.#events.onBytes(this.#replies, commands * VALUE_REPLY.length);
      else this.#events.onBytes(HELLO_REPLY, HELLO_REPLY.length);
      this.#isWelcomed = true;
    });
  }

  destroy(): void {}
  setReferenced(): void {}
}

function countCommands(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(0x2a); at >= 0; at = piece.indexOf(0x2a, at + 1)) count++;
  return count;
}

const runtime: Runtime = { ...systemRuntime, openTransport: (endpoint, events) => new EchoTransport(endpoint, events) };
const client = await connect({ runtime });
const keys = Array.from({ length: COMMANDS }, (_, n) => `key:${n}`);

const bench = new Bench({ name: 'one connection', time: 1000 });
bench
  .add(`GET, ${COMMANDS} callers, a promise each`, async () => {
    await Promise.all(keys.map((key) => client.send(['GET', key])));
  })
  .add(`GET, sendAll of ${COMMANDS}`, async () => {
    await client.sendAll(keys.map((key) => ['GET', key]));
  })
  .add(`GET as bytes, sendAll of ${COMMANDS}`, async () => {
    await client.sendAll(
      keys.map((key) => ['GET', key]),
      { reply: 'bytes' },
    );
  });
await report(bench, COMMANDS);
client.destroy();
