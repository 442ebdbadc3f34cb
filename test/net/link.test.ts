import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RedisError } from '../../src/errors.ts';
import { type Command, CredentialStore, clientSettings } from '../../src/net/index.ts';
import { Link, type LinkOwner } from '../../src/net/link.ts';
import { FakeRuntime, type FakeTransport } from '../support/fake-runtime.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/link');

interface Seen {
  replies: string[];
  lost: string[];
  retired: { unanswered: string[]; queued: string[] }[];
}

function words({ args }: Command): string {
  return args.join(' ');
}

/** A link that has a connection; `keepsOrder`: its owner does, and takes what was queued. */
function setUp({ keepsOrder = false, maxConnectionAgeMs = Number.POSITIVE_INFINITY } = {}) {
  const runtime = new FakeRuntime();
  const settings = clientSettings({ runtime, protocol: 2, idleProbeMs: 100_000, livenessMs: 1000, maxConnectionAgeMs });
  const seen: Seen = { replies: [], lost: [], retired: [] };
  const owner: LinkOwner = {
    onReady: () => undefined,
    onReply: (_link, command, reply) => seen.replies.push(`${words(command)}: ${String(reply)}`),
    onPush: () => undefined,
    onLost: (_link, unanswered, error: RedisError | undefined) =>
      seen.lost.push([error?.code, ...unanswered.map(words)].join(', ')),
  };
  if (keepsOrder) {
    owner.onRetired = (_link, unanswered, queued) =>
      seen.retired.push({ unanswered: unanswered.map(words), queued: queued.map(words) });
  }
  const endpoint = { host: 'h', port: 1 };
  const link = new Link(
    { endpoint, settings, handshake: { protocol: 2 }, credentials: new CredentialStore({}) },
    owner,
  );
  link.open();
  runtime.advance(0);
  runtime.last.welcome();
  return { runtime, link, seen };
}

function send(link: Link, text: string): Command {
  const { command } = makeCommand(text.split(' '));
  link.enqueue(command);
  return command;
}

/** The connection that was opened next. */
function welcome(runtime: FakeRuntime): FakeTransport {
  runtime.advance(0);
  runtime.last.welcome();
  runtime.flush();
  return runtime.last;
}

test('a retired connection answers what it owes; until then the next writes nothing, and what was queued moves over', () => {
  const { runtime, link, seen } = setUp();
  const old = runtime.last;
  send(link, 'INCR a');
  runtime.flush();
  send(link, 'INCR b');
  link.retire();
  send(link, 'INCR c');
  const next = welcome(runtime);
  assert.equal([old.takeCommands(), next.takeCommands()], [['INCR a'], []]);
  assert.is(link.owed, 1);
  old.reply(':1\r\n');
  assert.is(old.isDestroyed, true);
  assert.equal(next.takeCommands(), ['INCR b', 'INCR c']);
  next.reply(':2\r\n:3\r\n');
  assert.equal(seen.replies, ['INCR a: 1', 'INCR b: 2', 'INCR c: 3']);
  assert.equal(seen.lost, [''], 'told once, without an error');
});

test('when the retired one is lost, what waits behind it comes back with what it had, in order', () => {
  const { runtime, link, seen } = setUp();
  const old = runtime.last;
  send(link, 'GET a');
  runtime.flush();
  link.retire();
  send(link, 'INCR b');
  const next = welcome(runtime);
  old.close(new Error('reset'));
  assert.equal(seen.lost, ['ERR_CONNECTION_LOST, GET a, INCR b']);
  send(link, 'GET c');
  runtime.flush();
  assert.equal(next.takeCommands(), ['GET c']);
});

test('an owner that keeps the order is told what is unanswered and what was queued; the next may write at once', () => {
  const { runtime, link, seen } = setUp({ keepsOrder: true });
  send(link, 'INCR a');
  const givenUp = send(link, 'INCR given-up');
  runtime.flush();
  givenUp.state = 'settled';
  const old = runtime.last;
  send(link, 'INCR b');
  link.retire();
  assert.equal(seen.retired, [{ unanswered: ['INCR a'], queued: ['INCR b'] }]);
  send(link, 'INCR c');
  assert.equal(welcome(runtime).takeCommands(), ['INCR c']);
  old.reply(':1\r\n:7\r\n');
  assert.equal([seen.replies, old.isDestroyed], [['INCR a: 1'], true]);
});

test('retired twice in a row, the third waits for the first', () => {
  const { runtime, link } = setUp();
  const first = runtime.last;
  send(link, 'INCR a');
  runtime.flush();
  link.retire();
  send(link, 'INCR b');
  const second = welcome(runtime);
  link.retire();
  assert.is(second.isDestroyed, true, 'it owes nothing');
  const third = welcome(runtime);
  assert.equal(third.takeCommands(), []);
  first.reply(':1\r\n');
  assert.equal(third.takeCommands(), ['INCR b']);
});

test('an old connection is retired at its time: the next one is dialled at once when it is busy, else when it is needed', () => {
  for (const isBusy of [true, false]) {
    const { runtime, link } = setUp({ maxConnectionAgeMs: 600 });
    const old = runtime.last;
    runtime.advance(569);
    if (isBusy) send(link, 'GET a');
    runtime.flush();
    assert.is(old.isDestroyed, false);
    runtime.advance(1);
    assert.is(old.isDestroyed, !isBusy, 'its time is at 570 ms, by the fake chance');
    assert.is(runtime.transports.length, isBusy ? 2 : 1);
    send(link, 'GET b');
    const next = welcome(runtime);
    if (isBusy) old.reply('+x\r\n');
    assert.equal(next.takeCommands(), ['GET b']);
  }
});

test('a pinned connection is not retired for its age before it is let go', () => {
  const { runtime, link } = setUp({ maxConnectionAgeMs: 300 });
  link.pin();
  link.pin();
  runtime.advance(1000);
  link.unpin();
  runtime.advance(1000);
  assert.is(runtime.last.isDestroyed, false);
  link.unpin();
  runtime.advance(300);
  assert.is(runtime.last.isDestroyed, true);
});

test.run();
