import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { CASES, REPLY_VECTORS, selectCases } from '../../src/conformance/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { Handshake } from '../../src/net/handshake.ts';
import { Client, type ConnectOptions } from '../../src/net/index.ts';
import { Decoder, NEED_DATA, Push, type Reply, RequestDecoder } from '../../src/resp/index.ts';
import { FakeRuntime, type FakeTransport } from '../support/fake-runtime.ts';
import { LeasingClient, outcome, quiet } from '../support/leasing-client.ts';
import { push, subscribed } from '../support/subscribed-client.ts';

const test = suite('findings');

const FOLDER = new URL('../../../docs/findings/', import.meta.url);

/** What this client does about each finding, by its page. */
const DEFENCES: Readonly<Record<string, () => void | Promise<void>>> = {
  'auth-reply-that-never-comes': async () => {
    const runtime = new FakeRuntime();
    const client = new Client({ runtime, password: 'secret' });
    void quiet(client.send(['GET', 'k']));
    runtime.advance(0);
    await outcome(Promise.resolve());
    runtime.last.accept();
    runtime.flush();
    assert.equal(runtime.last.takeCommands(), ['HELLO 3 AUTH default secret'], 'and nothing behind it');
    runtime.last.reply('%1\r\n$5\r\nproto\r\n:3\r\n');
    runtime.flush();
    assert.equal(runtime.last.takeCommands(), ['GET k']);
    client.destroy();
  },
  'blank-line-eats-skip-and-asking': async () => {
    const { commands, connection } = await asked(['SET', '', '\r\n', 1]);
    assert.is(commands, '*4\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\n\r\n\r\n$1\r\n1\r\n', 'an array, whatever is in it');
    connection.close();
  },
  'client-reply-in-multi': () => isRefused([['CLIENT', 'REPLY', 'OFF']]),
  'deaf-socket': async () => {
    const { promise, runtime, connection } = await asked(['GET', 'k'], {
      livenessMs: 1000,
      timeoutMs: 60_000,
      retry: 'never',
    });
    runtime.advance(1500);
    assert.is(((await outcome(promise)) as RedisError).code, 'ERR_CONNECTION_LOST');
    assert.ok(connection.isDestroyed, 'nobody waits for the server to close');
  },
  'debug-push-ends-the-server': async () => {
    const { promise, connection } = await asked(['DEBUG', 'PROTOCOL', 'push']);
    connection.close();
    const { code, wasSent } = (await outcome(promise)) as RedisError;
    assert.equal([code, wasSent], ['ERR_CONNECTION_LOST', true]);
  },
  'pushes-inside-exec': () => {
    const [first, exec, next] = decode('*3\r\n+PONG\r\n>3\r\n+message\r\n+c\r\n+m\r\n:1\r\n+PONG\r\n+next\r\n');
    assert.instance(first, Push);
    assert.equal([exec, next], [['PONG', 1, 'PONG'], 'next']);
  },
  'redirect-channel-cut': () => {
    const handshake = new Handshake({ address: 'node:7000', protocol: 'auto', tracksReads: true });
    assert.equal(handshake.start(), { kind: 'send', args: ['HELLO', 3] });
    assert.equal(handshake.onReply(['proto', 3]), { kind: 'send', args: ['CLIENT', 'TRACKING', 'ON'] });
    const old = new Handshake({ address: 'node:7000', protocol: 2, tracksReads: true });
    old.start();
    assert.is(old.onReply('PONG').kind, 'ready', 'no tracking over RESP2, so no channel');
  },
  'subscribe-in-multi': async () => {
    await isRefused([['SUBSCRIBE', 'c']]);
    const fake = await LeasingClient.ready();
    const transaction = quiet(fake.client.transaction([['PING'], ['SUBSCRIBE', 'c']]));
    assert.is(((await outcome(transaction)) as RedisError).code, 'ERR_NEEDS_SESSION');
    fake.client.destroy();
  },
  'sunsubscribe-on-a-replica': async () => {
    const { subscription, transport, runtime, client } = await subscribed(['c']);
    const closing = subscription.unsubscribe();
    runtime.flush();
    assert.equal(transport.takeCommands(), ['UNSUBSCRIBE c', 'PING 1'], 'its end is told by the answer to PING');
    transport.reply(`-MOVED 1 h:1\r\n${push('pong', '1')}`);
    await closing;
    client.destroy();
  },
  'streamed-string-of-length-15': () => {
    const wire = '$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;1\r\nd\r\n;0\r\n+next\r\n';
    assert.equal(decode(wire), ['Hello word', 'next']);
    assert.throws(() => decode('$15?\r\n'));
  },
  'two-to-the-53-minus-one': () => {
    for (let below = 0; below < 48; below++) {
      const value = Number.MAX_SAFE_INTEGER - below;
      assert.equal(decode(`:${value}\r\n:-${value}\r\n`), [value, -value]);
    }
    assert.equal(decode(':9007199254740993\r\n'), [9_007_199_254_740_993n]);
  },
  'proto-key': () => {
    const decoder = new Decoder({ maps: 'object' });
    decoder.feed(Buffer.from('%1\r\n$9\r\n__proto__\r\n%1\r\n$7\r\nisAdmin\r\n#t\r\n'));
    const reply = decoder.next() as { isAdmin?: unknown; __proto__?: unknown };
    assert.is(Object.getPrototypeOf(reply), null);
    assert.is(reply.isAdmin, undefined);
    assert.equal(Object.keys(reply), ['__proto__']);
  },
  'braces-in-keys': () => {
    assert.is(hashSlot('foo{}{bar}'), 8363);
    assert.is.not(hashSlot('foo{}{bar}'), hashSlot('bar'));
  },
  'digits-are-not-checked': async () => {
    for (const wire of [':1.5\r\n', ':12a\r\n', '$abc\r\n', '$-2\r\n', '*1.0\r\n', ': 1\r\n']) {
      const { promise, connection } = await asked(['INCR', 'k']);
      connection.reply(wire);
      assert.is(((await outcome(promise)) as RedisError).code, 'ERR_CONNECTION_LOST', wire);
      assert.ok(connection.isDestroyed, wire);
    }
  },
  'attributes-end-the-connection': async () => {
    const { promise, connection } = await asked(['GET', 'k']);
    connection.reply('|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n');
    assert.is(await promise, 'v');
    assert.not(connection.isDestroyed);
  },
  'endless-length': async () => {
    const { commands, connection } = await asked(['SET', 'k', 'x'.repeat(100_000)]);
    assert.match(commands, /^\*3\r\n\$3\r\nSET\r\n\$1\r\nk\r\n\$100000\r\nx+\r\n$/, 'six digits, and their CRLF');
    connection.close();
    const decoder = new RequestDecoder();
    decoder.feed(Buffer.from(`*1\r\n$${'1'.repeat(70_000)}`));
    assert.throws(() => decoder.next(), 'too big bulk count string');
  },
  'payload-end-not-checked': async () => {
    for (const wire of ['$3\r\nfooXY', '$3\r\nfoobar\r\n', '$3\r\nfoo\n\n', '*1\r\n$0\r\nab\r\n']) {
      const { promise, connection } = await asked(['INCR', 'k']);
      connection.reply(wire);
      assert.is(((await outcome(promise)) as RedisError).code, 'ERR_CONNECTION_LOST', wire);
    }
  },
};

const pages = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replace('.md', ''));

for (const page of pages) {
  test(`this client defends against docs/findings/${page}`, async () => {
    assert.ok(page in DEFENCES, 'a finding without a test of what we do about it');
    await DEFENCES[page]?.();
  });
}

test('every page shows the bytes, and the one command that shows them', () => {
  for (const page of pages) {
    const text = readFileSync(new URL(`${page}.md`, FOLDER), 'utf8');
    assert.match(text, /^ {4}[<>] /m, page);
    const commands = [...text.matchAll(/^ {4}((?:slotwire|node|redis-cli) .*)$/gm)].map(([, command]) => command!);
    assert.is(commands.length, 1, page);
    assert.match(text, /\*\*This client/, page);
    checkCommand(commands[0]!);
  }
});

test('the pages of the defences are there', () => {
  assert.equal(Object.keys(DEFENCES).sort(), pages.sort());
});

/** What is named in a command exists. */
function checkCommand(command: string): void {
  const only = [...command.matchAll(/--only (\S+)/g)].map(([, name]) => name!);
  if (command.startsWith('slotwire conform')) assert.ok(selectCases(CASES, { only }).length > 0, command);
  if (!command.startsWith('slotwire vectors')) return;
  const vectors = REPLY_VECTORS.map(({ id }) => ({ id, section: id.split('/')[0]!, level: 'must' as const }));
  assert.ok(selectCases(vectors, { only }).length > 0, command);
  const adapter = /conformance\/adapters\/\S+/.exec(command)![0];
  assert.not.throws(() => readFileSync(new URL(`../../../${adapter}`, import.meta.url)), command);
}

/** A client with one command under way. */
async function asked(
  args: (string | number)[],
  options: ConnectOptions & { retry?: 'never' } = {},
): Promise<{ promise: Promise<Reply>; runtime: FakeRuntime; connection: FakeTransport; commands: string }> {
  const { retry, ...settings } = options;
  const runtime = new FakeRuntime();
  const client = new Client({ runtime, protocol: 2, ...settings });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  const connection = runtime.last;
  const promise = quiet(client.send<Reply>(args, retry === undefined ? {} : { retry }));
  runtime.flush();
  return { promise, runtime, connection, commands: connection.take() };
}

async function isRefused(commands: readonly string[][]): Promise<void> {
  const fake = await LeasingClient.ready();
  for (const args of commands) {
    const error = (await outcome(quiet(fake.client.send(args)))) as RedisError;
    assert.equal([error.code, error.wasSent], ['ERR_NEEDS_SESSION', false], String(args));
  }
  assert.equal(fake.commands(fake.shared), []);
  fake.client.destroy();
}

function decode(wire: string): Reply[] {
  const decoder = new Decoder();
  decoder.feed(Buffer.from(wire));
  const replies: Reply[] = [];
  for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) replies.push(reply);
  return replies;
}

test.run();
