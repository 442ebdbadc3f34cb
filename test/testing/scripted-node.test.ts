import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_ANSWER, ScriptedNode, type ScriptedNodeOptions, step } from '../../src/testing/index.ts';
import { errorOf, RawClient } from './support.ts';

const test = suite('testing/scripted-node');

const opened: { close(): unknown }[] = [];

test.after.each(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function listen(options: ScriptedNodeOptions): Promise<ScriptedNode> {
  const node = await ScriptedNode.listen(options);
  opened.push(node);
  return node;
}

function dial(node: ScriptedNode): RawClient {
  const client = new RawClient({ host: node.host, port: node.port });
  opened.push(client);
  return client;
}

test('a script is played command by command', async () => {
  const script = [step.expect('GET', 'a'), step.send('$1\r\n1\r\n'), step.expect(), step.send('+OK\r\n')];
  const node = await listen({ scripts: [script] });
  const client = dial(node);
  client.write('*2\r\n$3\r\nget\r\n$1\r\na\r\nANY thing\r\n');
  await client.until(() => client.text === '$1\r\n1\r\n+OK\r\n');
  node.verify();
});

test('each connection has the script of its turn, and those beyond have none', async () => {
  const node = await listen({ scripts: [[step.send('first')], [step.send('second')]] });
  const clients = [];
  for (const expected of ['first', 'second']) {
    const client = dial(node);
    await client.until(() => client.text === expected);
    clients.push(client);
  }
  const third = dial(node);
  third.write('PING\r\n');
  await node.until(() => node.commands.length === 1);
  assert.is(third.text, '');
});

test('a reply that is cut arrives in pieces', async () => {
  const node = await listen({ scripts: [[step.send('$3\r\nabc\r\n', 1, 6, 8)]] });
  const client = dial(node);
  await client.until(() => client.text === '$3\r\nabc\r\n');
  assert.equal(client.chunks, ['$', '3\r\nab', 'c\r', '\n']);
});

test('the node knows where its own stream was cut, and where in it each command lay', async () => {
  const node = await listen({});
  const client = dial(node);
  client.write('PING\r\nGE');
  await node.until(() => node.connections[0]?.chunkEnds.length === 1);
  client.write('T k\r\n');
  await node.until(() => node.commands.length === 2);
  assert.equal(node.connections[0]?.chunkEnds, [8, 13]);
  assert.equal(
    node.commands.map(({ start, end }) => [start, end]),
    [
      [0, 6],
      [6, 13],
    ],
  );
});

test('a command that the script does not expect breaks the connection and fails the test', async () => {
  const node = await listen({ scripts: [[step.expect('GET', 'a'), step.send('+OK\r\n')]] });
  const client = dial(node);
  client.write('GET b\r\n');
  await client.until(() => client.end !== undefined);
  assert.is(client.end, 'ECONNRESET');
  assert.throws(() => node.verify(), /connection 0, step 0: expected GET a, got GET b/);
});

test('bytes that are no request break the connection and fail the test', async () => {
  const node = await listen({});
  const client = dial(node);
  client.write('*1\r\n:5\r\n');
  await client.until(() => client.end !== undefined);
  assert.throws(() => node.verify(), /connection 0, step 0: .*expected '\$', got ':'/);
});

test('what was not played fails the test: a step, a connection that never came, an answer nobody asked for', async () => {
  const node = await listen({ scripts: [[step.expect()], [step.close(), step.close()]] });
  node.answerOnce(['GET', 'k'], '+OK\r\n');
  const client = dial(node);
  await node.until(() => node.connections.length === 1);
  assert.throws(() => node.verify(), /connection 0: 1 of 1 steps.*connection 1: 2 of 2 steps.*nobody sent GET k/);
  client.close();
});

test('a connection ends in order or breaks, as the script has it', async () => {
  const node = await listen({ scripts: [[step.close()], [step.expect(), step.reset()]] });
  const first = dial(node);
  await first.until(() => first.end !== undefined);
  assert.is(first.end, 'in order');
  const second = dial(node);
  second.write('PING\r\n');
  await second.until(() => second.end !== undefined);
  assert.is(second.end, 'ECONNRESET');
});

test('a delay is timed by the clock that was given', async () => {
  const timers: { callback: () => void; delayMs: number }[] = [];
  const clock = { setTimer: (callback: () => void, delayMs: number) => timers.push({ callback, delayMs }) };
  const node = await listen({ clock, scripts: [[step.delay(60_000), step.send('+late\r\n')]] });
  const client = dial(node);
  await node.until(() => timers.length === 1);
  assert.is(timers[0]?.delayMs, 60_000);
  assert.is(client.text, '');
  timers[0]?.callback();
  await client.until(() => client.text === '+late\r\n');
});

test('a node that stopped reading takes nothing until it reads again', async () => {
  const node = await listen({ scripts: [[step.stopReading(), step.send('+go\r\n')]] });
  const client = dial(node);
  await client.until(() => client.text === '+go\r\n');
  client.write('PING\r\n');
  await node.until(() => node.connections[0]?.remainingSteps === 0);
  // The echo over a second connection comes later than the bytes of the first could have.
  const other = dial(node);
  other.write('PING\r\n');
  await node.until(() => node.commands.length > 0);
  assert.is(node.commands[0]?.connection, node.connections[1]);
  node.connections[0]?.resumeReading();
  await node.until(() => node.commands.length === 2);
});

test('a silent node answers nothing any more, neither by script nor by fallback', async () => {
  const node = await listen({ scripts: [[step.silence(), step.send('+never\r\n')]], fallback: () => '+never\r\n' });
  const client = dial(node);
  client.write('PING\r\nPING\r\n');
  await node.until(() => node.commands.length === 2);
  node.connections[0]?.send('+now\r\n');
  await client.until(() => client.text === '+now\r\n');
});

test('single answers go before the handler, the handler before the script, the fallback after it', async () => {
  const node = await listen({
    handler: (args) => (String(args[0]) === 'PING' ? '+PONG\r\n' : undefined),
    scripts: [[step.expect('GET'), step.send('+script\r\n')]],
    fallback: () => '+fallback\r\n',
  });
  node.answerOnce(['PING'], '+once\r\n');
  const client = dial(node);
  const answers: string[] = [];
  for (const command of ['PING', 'PING', 'GET', 'GET']) {
    const before = client.text.length;
    client.write(`${command}\r\n`);
    await client.until(() => client.text.length > before);
    answers.push(client.text.slice(before).trim());
  }
  assert.equal(answers, ['+once', '+PONG', '+script', '+fallback']);
});

test('several single answers to one command are given in their order', async () => {
  const node = await listen({});
  for (const word of ['MOVED', 'TRYAGAIN', 'OK']) node.answerOnce(['GET', 'k'], `+${word}\r\n`);
  const client = dial(node);
  client.write('GET k\r\nGET other\r\nGET k\r\nGET k\r\n');
  await client.until(() => client.text === '+MOVED\r\n+TRYAGAIN\r\n+OK\r\n');
  node.verify();
});

test('answers to a pipeline leave in the order of its commands, whoever gives them', async () => {
  const node = await listen({ fallback: (args) => `+${args[1]}\r\n` });
  node.answerOnce(['GET', '2'], '+two\r\n');
  const client = dial(node);
  client.write('GET 1\r\nGET 2\r\nGET 3\r\n');
  await client.until(() => client.text === '+1\r\n+two\r\n+3\r\n');
});

test('a handler may answer with silence, so that nobody else answers', async () => {
  const node = await listen({
    handler: (args) => (args.length === 1 ? NO_ANSWER : undefined),
    fallback: () => '+2\r\n',
  });
  const client = dial(node);
  client.write('PING\r\nPING x\r\n');
  await client.until(() => client.text === '+2\r\n');
});

test('a command knows whether ASKING stood right before it on its connection', async () => {
  const node = await listen({});
  const client = dial(node);
  client.write('ASKING\r\nGET a\r\nGET b\r\nasking\r\nPING\r\n');
  await node.until(() => node.commands.length === 5);
  assert.equal(
    node.commands.map(({ text, isAfterAsking }) => `${text} ${isAfterAsking}`),
    ['ASKING false', 'GET a true', 'GET b false', 'asking false', 'PING true'],
  );
});

test('a closed node listens again on the same port', async () => {
  const node = await listen({ fallback: () => '+OK\r\n' });
  const { port } = node;
  const first = dial(node);
  await node.until(() => node.connections.length === 1);
  await node.close();
  await first.until(() => first.end !== undefined);
  assert.not(node.connections[0]?.isOpen);
  await node.open();
  assert.is(node.port, port);
  const second = dial(node);
  second.write('PING\r\n');
  await second.until(() => second.text === '+OK\r\n');
});

test('a Unix socket will do as well; it has no RST, so that a reset is a close', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  const path = join(folder, 'socket');
  const node = await listen({ path, scripts: [[step.expect(), step.send('+OK\r\n'), step.reset()]] });
  assert.is(node.address, path);
  const client = new RawClient({ path });
  client.write('PING\r\n');
  await client.until(() => client.end !== undefined);
  assert.is(client.text, '+OK\r\n');
  assert.is(node.port, 0);
  await node.close();
  rmSync(folder, { recursive: true });
});

test('waiting in vain says what was received', async () => {
  const { setTimeout } = globalThis;
  const node = await listen({});
  const client = dial(node);
  client.write('PING\r\n');
  await node.until(() => node.commands.length === 1);
  globalThis.setTimeout = ((callback: () => void) => setTimeout(callback, 1)) as typeof setTimeout;
  const waiting = node.until(() => false);
  globalThis.setTimeout = setTimeout;
  assert.match((await errorOf(waiting)).message, 'received: ["PING"]');
});

test.run();
