import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CommandSender, commandArrays, commands } from '../../src/facade/index.ts';
import type { SendOptions } from '../../src/net/index.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';

const test = suite('commands');

class Recorder implements CommandSender {
  readonly sent: { args: readonly Argument[]; options: SendOptions | undefined }[] = [];
  readonly #reply: Reply;

  constructor(reply: Reply = 'OK') {
    this.#reply = reply;
  }

  send(args: readonly Argument[], options?: SendOptions): Promise<Reply> {
    this.sent.push({ args, options });
    return Promise.resolve(this.#reply);
  }
}

test('a method sends one command and resolves with its reply', async () => {
  const recorder = new Recorder('v');
  assert.is(await commands(recorder).get('k'), 'v');
  assert.equal(recorder.sent, [{ args: ['GET', 'k'], options: { reply: 'string' } }]);
});

test('the options of send are those of the facade', async () => {
  const recorder = new Recorder(Buffer.from('v'));
  const value: Buffer | null = await commands(recorder, { reply: 'bytes', timeoutMs: 5, retry: 'never' }).get('k');
  assert.equal(value, Buffer.from('v'));
  assert.equal(recorder.sent[0]!.options, { reply: 'bytes', timeoutMs: 5, retry: 'never' });
});

test('two facades do not know of each other', async () => {
  const [a, b] = [new Recorder(), new Recorder()];
  const [first, second] = [commands(a), commands(b)];
  await Promise.all([first.ping(), second.time(), second.ping()]);
  assert.is(a.sent.length, 1);
  assert.is(b.sent.length, 2);
});

test('a rejection is the sender’s own', async () => {
  const error = new Error('lost');
  const results = await Promise.allSettled([commands({ send: () => Promise.reject(error) }).get('k')]);
  assert.equal(results, [{ status: 'rejected', reason: error }]);
});

test('a subcommand is one method', async () => {
  const recorder = new Recorder();
  const facade = commands(recorder);
  await facade.configGet(['maxmemory', 'port']);
  await facade.clientNoEvict('ON');
  await facade.clusterSetslot(7, { NODE: 'id' });
  await facade.command();
  await facade.ftConfigGet('*');
  assert.equal(
    recorder.sent.map(({ args }) => args),
    [
      ['CONFIG', 'GET', 'maxmemory', 'port'],
      ['CLIENT', 'NO-EVICT', 'ON'],
      ['CLUSTER', 'SETSLOT', 7, 'NODE', 'id'],
      ['COMMAND'],
      ['FT.CONFIG', 'GET', '*'],
    ],
  );
});

test('a method needs no object', async () => {
  const [first, second] = [new Recorder(), new Recorder()];
  const { get } = commands(first);
  await commands(second).get('b');
  await get('a');
  assert.equal(
    [first.sent[0]!.args, second.sent[0]!.args],
    [
      ['GET', 'a'],
      ['GET', 'b'],
    ],
  );
  const { set } = commandArrays();
  assert.equal(
    ['x', 'y'].map((key) => set(key, 1)),
    [
      ['SET', 'x', 1],
      ['SET', 'y', 1],
    ],
  );
});

test('a facade is no promise, so that it can be returned from an async function', async () => {
  const facade = commands(new Recorder());
  assert.not('then' in facade);
  assert.is(await facade, facade);
});

test('a mistake throws at once, and nothing is sent', () => {
  const recorder = new Recorder();
  const facade = commands(recorder) as unknown as { set(...args: unknown[]): unknown };
  assert.throws(() => facade.set('k', 'v', { ex: 10 }), /SET has no option ex/);
  assert.throws(() => facade.set('k'), /SET needs value/);
  assert.is(recorder.sent.length, 0);
});

test('commands as arrays are what the methods would send', async () => {
  const recorder = new Recorder();
  const arrays = commandArrays();
  await commands(recorder).set('k', 1, { EX: 10 });
  assert.equal(arrays.set('k', 1, { EX: 10 }), recorder.sent[0]!.args as Argument[]);
  assert.equal(arrays.hset('h', [['f', 'v']]), ['HSET', 'h', 'f', 'v']);
});

test('each call makes an array of its own', () => {
  const arrays = commandArrays();
  const first = arrays.get('a');
  assert.equal(arrays.get('b'), ['GET', 'b']);
  assert.equal(first, ['GET', 'a']);
});

test.run();
