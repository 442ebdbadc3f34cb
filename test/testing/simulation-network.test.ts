import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualRuntime } from '../../src/testing/index.ts';
import type { SimulatedConnection } from '../../src/testing/simulation/simulated-connection.ts';
import { SimulatedNetwork } from '../../src/testing/simulation/simulated-network.ts';

const ADDRESS = '10.0.0.1:7000';
const ENDPOINT = { host: '10.0.0.1', port: 7000 };
const test = suite('testing/simulation: the network');

/** A server that notes what it gets, and a client that does the same. */
class Pair {
  readonly runtime = new VirtualRuntime(7);
  readonly network = new SimulatedNetwork(this.runtime);
  connection!: SimulatedConnection;
  atServer = '';
  atClient = '';
  written = 0;
  isConnected = false;
  hasServerEnded = false;
  end: Error | 'in order' | undefined;

  constructor() {
    this.network.listen(ADDRESS, {
      isListening: true,
      accept: (connection) => {
        this.connection = connection;
        return {
          onBytes: (bytes) => {
            this.atServer += bytes.toString();
          },
          onEnd: () => {
            this.hasServerEnded = true;
          },
        };
      },
    });
  }

  dial(endpoint = ENDPOINT): ReturnType<VirtualRuntime['openTransport']> {
    return this.runtime.openTransport(endpoint, {
      onConnect: () => {
        this.isConnected = true;
      },
      onBytes: (buffer, length) => {
        this.atClient += buffer.toString('utf8', 0, length);
      },
      onClose: (error) => {
        this.end = error ?? 'in order';
      },
    });
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function write(pair: Pair, transport: ReturnType<Pair['dial']>, text: string): void {
  transport.write([Buffer.from(text)], () => {
    pair.written++;
  });
}

test('bytes arrive later, in order, both ways', async () => {
  const pair = new Pair();
  const transport = pair.dial();
  await pair.runtime.pass(10);
  assert.ok(pair.isConnected);
  for (const letter of LETTERS) write(pair, transport, letter + letter);
  assert.is(pair.atServer, '');
  pair.connection.reply('one');
  pair.connection.reply('two');
  await pair.runtime.pass(100);
  assert.is(pair.atServer, [...LETTERS].map((letter) => letter + letter).join(''));
  assert.is(pair.atClient, 'onetwo');
});

test('a connection breaks after exactly so many bytes, in the middle of what was sent', async () => {
  const pair = new Pair();
  const transport = pair.dial();
  await pair.runtime.pass(10);
  pair.connection.cutAfter('requests', 5);
  write(pair, transport, LETTERS);
  await pair.runtime.pass(100);
  assert.is(pair.atServer, 'abcde');
  assert.instance(pair.end, Error);
  assert.ok(pair.hasServerEnded);
});

test('replies are cut the same way', async () => {
  const pair = new Pair();
  pair.dial();
  await pair.runtime.pass(10);
  pair.connection.cutAfter('replies', 3);
  pair.connection.reply(LETTERS);
  await pair.runtime.pass(100);
  assert.is(pair.atClient, 'abc');
  assert.instance(pair.end, Error);
});

test('a half-open connection swallows everything and tells nobody', async () => {
  const pair = new Pair();
  const transport = pair.dial();
  await pair.runtime.pass(10);
  pair.connection.halfOpen();
  write(pair, transport, 'lost');
  pair.connection.reply('lost');
  await pair.runtime.pass(60_000);
  assert.equal([pair.atServer, pair.atClient, pair.end, pair.hasServerEnded], ['', '', undefined, false]);
});

test('a narrow window holds the next write until the server has read', async () => {
  const pair = new Pair();
  pair.network.weatherAt(ADDRESS).windowBytes = 10;
  const transport = pair.dial();
  await pair.runtime.pass(10);
  write(pair, transport, LETTERS);
  await pair.runtime.pass(100);
  assert.is(pair.written, 0);
  pair.connection.consumed(20);
  await pair.runtime.pass(1);
  assert.is(pair.written, 1);
});

test('an end in good order lets what was sent arrive first', async () => {
  const pair = new Pair();
  pair.dial();
  await pair.runtime.pass(10);
  pair.connection.reply('last words');
  pair.connection.end();
  await pair.runtime.pass(100);
  assert.equal([pair.atClient, pair.end], ['last words', 'in order']);
});

test('the server hears that the client has gone, behind what the client had sent', async () => {
  const pair = new Pair();
  const transport = pair.dial();
  await pair.runtime.pass(10);
  write(pair, transport, 'last words');
  transport.destroy();
  await pair.runtime.pass(100);
  assert.equal([pair.atServer, pair.hasServerEnded], ['last words', true]);
  assert.equal(pair.network.connectionsTo(ADDRESS), []);
});

test('an address where nobody listens refuses, a silent one does not even do that', async () => {
  const pair = new Pair();
  pair.dial({ host: '10.0.0.1', port: 7001 });
  await pair.runtime.pass(10);
  assert.match((pair.end as Error).message, /ECONNREFUSED/);
  pair.end = undefined;
  pair.network.setSilent(ADDRESS, true);
  pair.dial();
  await pair.runtime.pass(60_000);
  assert.equal([pair.end, pair.isConnected], [undefined, false]);
  pair.network.setSilent(ADDRESS, false);
  pair.dial();
  await pair.runtime.pass(10);
  assert.ok(pair.isConnected);
});

test.run();
