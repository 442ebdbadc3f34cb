import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CredentialStore, clientSettings, Links, NO_SLOT } from '../../src/net/index.ts';
import { FakeRuntime, type FakeTransport } from '../support/fake-runtime.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/links');

function setUp(count: number): { runtime: FakeRuntime; links: Links } {
  const runtime = new FakeRuntime();
  const settings = clientSettings({ runtime, protocol: 2 });
  const options = {
    endpoint: { host: 'h', port: 1 },
    settings,
    handshake: { protocol: 2 },
    credentials: new CredentialStore({}),
  } as const;
  const owner = { onReady: () => {}, onReply: () => {}, onPush: () => {}, onLost: () => {} };
  return { runtime, links: new Links(options, owner, count) };
}

function send(links: Links, key: string, slot: number): void {
  links.enqueue(makeCommand(['GET', key], { slot }).command);
}

function sendPinned(links: Links, key: string, slot: number): void {
  const { command } = makeCommand(['GET', key], { slot });
  command.pinnedTo = links.address;
  links.enqueue(command);
}

/** Makes those that are being dialled. @returns what each connection, in the order of dialling, has written. */
function written(runtime: FakeRuntime): string[] {
  runtime.advance(0);
  for (const transport of runtime.transports) if (!WELCOMED.has(transport)) welcome(transport);
  runtime.flush();
  return runtime.transports.map((transport) => transport.takeCommands().join(', '));
}

const WELCOMED = new WeakSet<FakeTransport>();

function welcome(transport: FakeTransport): void {
  WELCOMED.add(transport);
  transport.welcome();
}

test('commands of one slot always take the same connection, and each connection is dialled when it is needed', () => {
  const { runtime, links } = setUp(3);
  for (const [key, slot] of [
    ['a', 0],
    ['b', 3],
    ['c', 1],
    ['d', 0],
    ['e', 16_381],
  ] as const) {
    send(links, key, slot);
  }
  assert.equal(written(runtime), ['GET a, GET b, GET d', 'GET c, GET e']);
  send(links, 'f', 2);
  send(links, 'g', 0);
  assert.equal(written(runtime), ['GET g', '', 'GET f']);
  assert.is(links.of(5), links.of(2));
  assert.is(links.of(NO_SLOT), links.of(0));
  assert.is(links.owed, 7);
});

test('what has no slot takes the connection that owes least; what is pinned to the server, and has none, the first', () => {
  const { runtime, links } = setUp(3);
  send(links, 'a', NO_SLOT);
  send(links, 'b', 1);
  send(links, 'c', 1);
  assert.equal(written(runtime), ['GET a', 'GET b, GET c']);
  send(links, 'd', NO_SLOT);
  sendPinned(links, 'e', NO_SLOT);
  sendPinned(links, 'f', 4);
  assert.equal(written(runtime), ['GET d, GET e', 'GET f']);
  send(links, 'g', NO_SLOT);
  assert.equal(written(runtime), ['GET g', ''], 'both owe three: the first, and the third is not dialled for it');
  runtime.transports[1]!.reply('+x\r\n+x\r\n');
  send(links, 'h', NO_SLOT);
  assert.equal(written(runtime), ['', 'GET h']);
});

test('it is ready with one connection; what failed counts while there is none', () => {
  const { runtime, links } = setUp(2);
  assert.equal([links.isReady, links.failures], [false, 0]);
  send(links, 'a', 1);
  runtime.advance(0);
  runtime.last.close(new Error('refused'));
  assert.equal([links.isReady, links.failures], [false, 1]);
  links.open();
  written(runtime);
  assert.equal([links.isReady, links.failures], [true, 0]);
  assert.is(links.roundTripMs, 0);
  links.open();
  assert.is(runtime.transports.length, 2, 'one is enough');
});

test('only the connection that gave the last answer is replaced', () => {
  const { runtime, links } = setUp(2);
  send(links, 'a', 0);
  send(links, 'b', 1);
  written(runtime);
  links.lastAnswered = links.of(1);
  runtime.transports[1]!.reply('+x\r\n');
  links.replace();
  assert.equal(
    runtime.transports.map(({ isDestroyed }) => isDestroyed),
    [false, true],
  );
});

test.run();
