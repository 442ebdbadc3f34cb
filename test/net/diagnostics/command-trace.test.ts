import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, COMMANDS, type CommandTrace } from '../../../src/net/index.ts';
import { everything } from '../../support/everything.ts';
import { FakeRuntime } from '../../support/fake-runtime.ts';
import { readyClient } from '../../support/ready-client.ts';
import { Recorder } from '../../support/recorder.ts';

const test = suite('net/diagnostics/command-trace');

const recording = (): Recorder<CommandTrace> => Recorder.tracing<CommandTrace>('slotwire:command');

test('a command is told when it is sent, and again when it has settled', async () => {
  const { client, runtime } = await readyClient();
  const recorder = recording();
  const promise = client.send(['set', 'key', 'value']);
  assert.equal(recorder.events, ['start', 'end']);
  runtime.flush();
  runtime.last.reply('+OK\r\n');
  assert.is(await promise, 'OK');
  recorder.stop();
  assert.equal(recorder.events, ['start', 'end', 'asyncStart', 'asyncEnd']);
  assert.is(new Set(recorder.told.map(([, trace]) => trace)).size, 1);
  const trace = recorder.messages('asyncEnd')[0]!;
  assert.equal([trace.command, trace.argumentCount, trace.keyCount], ['SET', 2, 1]);
  assert.equal([trace.address, trace.error, trace.batchSize], ['127.0.0.1:6379', undefined, undefined]);
});

test('its attributes have OpenTelemetry’s names, and a question mark for each argument', async () => {
  const { client, runtime } = await readyClient({ host: 'cache.example', port: 7000, database: 0 });
  const recorder = recording();
  const promise = client.send(['CONFIG', 'GET', 'maxmemory']);
  const atStart = recorder.messages('start')[0]!.attributes;
  const expected = {
    'db.system.name': 'redis',
    'db.operation.name': 'CONFIG GET',
    'db.namespace': '0',
    'db.query.text': 'CONFIG GET ?',
    'network.transport': 'tcp',
    'server.address': 'cache.example',
    'server.port': 7000,
  };
  assert.equal(atStart, expected);
  runtime.flush();
  runtime.last.reply('-WRONGTYPE no\r\n');
  await promise.catch(() => undefined);
  recorder.stop();
  assert.equal(recorder.messages('asyncEnd')[0]!.attributes, {
    ...expected,
    'error.type': 'WRONGTYPE',
    'db.response.status_code': 'WRONGTYPE',
  });
});

test('the peer is the address that the transport has reached, or the path of a Unix socket', async () => {
  const { client, runtime } = await readyClient({ host: 'cache.example' });
  const recorder = recording();
  runtime.last.close(new Error('gone'));
  const lost = client.send(['GET', 'a']);
  runtime.advance(100);
  runtime.last.peerAddress = '10.1.2.80';
  runtime.last.welcome();
  runtime.last.reply('+v\r\n');
  await lost;
  const { attributes } = recorder.messages('asyncEnd')[0]!;
  assert.equal([attributes['network.peer.address'], attributes['network.peer.port']], ['10.1.2.80', 6379]);

  const other = new Client({ path: '/run/redis.sock', runtime: new FakeRuntime() });
  other.send(['GET', 'a']).catch(() => undefined);
  recorder.stop();
  const local = recorder.messages('start').at(-1)!.attributes;
  assert.equal(local['network.transport'], 'unix');
  assert.equal([local['server.address'], local['network.peer.address']], ['/run/redis.sock', '/run/redis.sock']);
  assert.equal(['server.port' in local, 'network.peer.port' in local], [false, false]);
  other.destroy();
});

test('a failure is told with its code, its prefix, and no word of the server’s besides', async () => {
  const { client, runtime } = await readyClient();
  const recorder = recording();
  const refused = client.send(['SETX', 'key', 'precious']).catch((error: Error) => error);
  const late = client.send(['GET', 'a'], { timeoutMs: 50 }).catch((error: Error) => error);
  runtime.flush();
  runtime.last.reply("-ERR unknown command 'SETX', with args beginning with: 'key' 'precious'\r\n");
  runtime.advance(50);
  const error = (await refused) as Error;
  await late;
  recorder.stop();
  assert.match(error.message, /precious/, 'the caller is told all that the server said');
  assert.equal(
    recorder.messages('error').map((trace) => trace.error),
    [
      { name: 'ErrorReply', code: 'ERR_REPLY', prefix: 'ERR', message: 'ERR', wasSent: true },
      {
        name: 'TimeoutError',
        code: 'ERR_COMMAND_TIMEOUT',
        prefix: undefined,
        message: 'GET not answered within 50 ms',
        wasSent: true,
      },
    ],
  );
  assert.is(recorder.messages('asyncEnd').at(-1)!.attributes['error.type'], 'ERR_COMMAND_TIMEOUT');
  assert.is('db.response.status_code' in recorder.messages('asyncEnd').at(-1)!.attributes, false);
});

test('a command that is refused at the door has its start and its end too', async () => {
  const { client } = await readyClient();
  const recorder = recording();
  await client.send(['WATCH', 'a']).catch(() => undefined);
  recorder.stop();
  assert.equal(recorder.events, ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
  assert.is(recorder.messages('error')[0]!.error!.code, 'ERR_NEEDS_SESSION');
});

test('a sendAll is one operation, with its size, and the name that all its commands have', async () => {
  const { client, runtime } = await readyClient();
  const recorder = recording();
  const gets = client.sendAll([
    ['GET', 'a'],
    ['get', 'b'],
  ]);
  const mixed = client.sendAll([['GET', 'a'], ['SET', 'b', 1], ['NOPE']]);
  const single = client.sendAll([['GET', 'a']]);
  runtime.flush();
  runtime.last.reply('+1\r\n+2\r\n+3\r\n-OOM full\r\n-ERR no\r\n+6\r\n');
  await Promise.all([gets, mixed, single]);
  assert.equal(await client.sendAll([]), []);
  // The empty one has settled before it is told that it has begun, and is told so afterwards all the same.
  await turn();
  recorder.stop();
  const ended = recorder.messages('asyncEnd');
  assert.equal(
    ended.map((trace) => [trace.command, trace.batchSize, trace.failures, trace.error?.prefix]),
    [
      ['PIPELINE GET', 2, 0, undefined],
      ['PIPELINE', 3, 2, 'OOM'],
      ['GET', undefined, 0, undefined],
      ['PIPELINE', 0, 0, undefined],
    ],
  );
  assert.equal(
    ended.map(({ attributes }) => [attributes['db.query.text'], attributes['db.operation.batch.size']]),
    [
      ['GET ?', 2],
      ['GET ?; SET ? ?; NOPE', 3],
      ['GET ?', undefined],
      ['', 0],
    ],
  );
});

test('a transaction is one operation too, and errors within its reply are its failures', async () => {
  const { client, runtime } = await readyClient();
  const recorder = recording();
  const promise = client.transaction([
    ['SET', 'a', 1],
    ['INCR', 'b'],
  ]);
  runtime.flush();
  runtime.last.reply('+OK\r\n');
  runtime.flush();
  runtime.last.reply('+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n-WRONGTYPE no\r\n');
  await promise;
  recorder.stop();
  const [trace] = recorder.messages('asyncEnd') as [CommandTrace];
  assert.equal([trace.command, trace.batchSize, trace.failures, trace.error?.prefix], ['MULTI', 2, 1, 'WRONGTYPE']);
  assert.is(trace.attributes['db.query.text'], 'SET ? ?; INCR ?');
});

test('no argument and no reply is in what is told, whatever is asked of it', async () => {
  const { client, runtime } = await readyClient();
  const recorder = recording();
  const promise = client.send(['SET', 'secret-key', Buffer.from('secret-value')], { reply: 'bytes' });
  const read = client.send(['GET', 'secret-key']);
  runtime.flush();
  runtime.last.reply('+OK\r\n$12\r\nsecret-value\r\n');
  await Promise.all([promise, read]);
  recorder.stop();
  assert.not.match(everything(recorder.told), /secret/);
});

test('a long query text is cut', async () => {
  const { client } = await readyClient();
  const recorder = recording();
  client.send(['MGET', ...Array.from({ length: 100_000 }, (_, n) => n)]).catch(() => undefined);
  recorder.stop();
  const text = String(recorder.messages('start')[0]!.attributes['db.query.text']);
  assert.ok(text.startsWith('MGET ? ? ?') && text.endsWith('...') && text.length < 300, text.slice(0, 300));
  client.destroy();
});

test('subscribers are told at the end of the turn, once for all replies of a chunk, before callers go on', async () => {
  const { client, runtime } = await readyClient();
  const order: string[] = [];
  const listen = (trace: unknown): void => void order.push(`told ${(trace as CommandTrace).command}`);
  subscribe('tracing:slotwire:command:asyncEnd', listen);
  const a = client.send(['GET', 'a']).then(() => order.push('a goes on'));
  const b = client.send(['INCR', 'b']).then(() => order.push('b goes on'));
  runtime.flush();
  runtime.last.reply('+1\r\n:2\r\n');
  assert.equal(order, [], 'never on the decoder’s stack');
  await Promise.all([a, b]);
  unsubscribe('tracing:slotwire:command:asyncEnd', listen);
  assert.equal(order, ['told GET', 'told INCR', 'a goes on', 'b goes on']);
});

test('what subscribers bind to the start is the context in which a command is sent', async () => {
  const { client, runtime } = await readyClient();
  const storage = new AsyncLocalStorage<string>();
  COMMANDS.start.bindStore(storage as never, ((trace: CommandTrace) => `span of ${trace.command}`) as never);
  runtime.last.close();
  let dialledIn: string | undefined;
  runtime.onOpen = () => {
    dialledIn = storage.getStore();
  };
  const setTimer = runtime.setTimer.bind(runtime);
  runtime.setTimer = (callback, delayMs) => setTimer(AsyncLocalStorage.bind(callback), delayMs);
  client.send(['GET', 'a']).catch(() => undefined);
  COMMANDS.start.unbindStore(storage as never);
  runtime.advance(1000);
  assert.is(dialledIn, 'span of GET');
  client.destroy();
});

test('a subscriber that comes while a command is under way hears of the next one alone', async () => {
  const { client, runtime } = await readyClient();
  const first = client.send(['GET', 'a']);
  const recorder = recording();
  const second = client.send(['INCR', 'b']);
  runtime.flush();
  runtime.last.reply('+1\r\n:2\r\n');
  await Promise.all([first, second]);
  recorder.stop();
  assert.equal(
    recorder.messages('asyncEnd').map(({ command }) => command),
    ['INCR'],
  );
});

test.run();
