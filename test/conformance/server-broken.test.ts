import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES, type Case, FAILURES, findCase, type Run, runCases, type Target } from '../../src/conformance/index.ts';
import { bulk, error, type Faults, type SmallClient, SmallServer, smallTarget } from '../support/small-server.ts';

const test = suite('broken servers');

/** Faults that servers have had, or could; each with the case that has to find it. */
const BROKEN: readonly { fault: string; found: string; verdict?: string; faults: Faults }[] = [
  {
    fault: 'ignores SKIP',
    found: 'client-reply/skip',
    faults: { reply: (reply) => reply, answer: (args) => (args[2] === 'SKIP' ? '' : undefined) },
  },
  {
    fault: 'says $-1 in RESP3',
    found: 'nulls/get-resp3',
    faults: { reply: (reply) => (reply === '_\r\n' ? '$-1\r\n' : reply) },
  },
  {
    fault: 'says _ in RESP2',
    found: 'nulls/get-resp2',
    faults: { reply: (reply) => (reply === '$-1\r\n' ? '_\r\n' : reply) },
  },
  {
    fault: 'takes LF for the end of a length',
    found: 'bulk/lf-only',
    faults: { read: (chunk) => Buffer.from(chunk.toString('latin1').replace('$4\nPING', '$4\r\nPING'), 'latin1') },
  },
  {
    fault: 'keeps a reply until the next command comes',
    found: 'framing/one-and-a-half',
    faults: {
      reply: (reply, args, client) => {
        if (args[0] !== 'ECHO') return reply;
        const kept = client.kept;
        client.kept = reply;
        return kept;
      },
    },
  },
  {
    fault: 'closes without the error',
    found: 'multibulk/letter',
    faults: {
      refuse: (_, client) => {
        client.end();
        return true;
      },
    },
  },
  {
    fault: 'says the error and stays',
    found: 'closing/one-error',
    faults: {
      refuse: ({ answer }, client) => {
        client.say(answer.toString('latin1'));
        return true;
      },
    },
  },
  {
    fault: 'says the error twice',
    found: 'bulk/negative',
    faults: {
      refuse: ({ answer }, client) => {
        client.say(answer.toString('latin1').repeat(2));
        client.end();
        return true;
      },
    },
  },
  {
    fault: 'answers *0',
    found: 'multibulk/zero',
    faults: { read: (chunk, client) => tell(chunk, '*0\r\n', () => client.say('*0\r\n')) },
  },
  {
    fault: 'answers a blank line',
    found: 'framing/blank-lines',
    faults: { read: (chunk, client) => tell(chunk, '\r\n*1\r\n', () => client.say(error('ERR empty'))) },
  },
  {
    fault: 'takes a plus sign in a count',
    found: 'multibulk/plus-sign',
    faults: { read: (chunk) => replace(chunk, '*+1', '*1') },
  },
  {
    fault: 'takes a leading zero in a length',
    found: 'bulk/leading-zero',
    faults: { read: (chunk) => replace(chunk, '$04', '$4') },
  },
  {
    fault: 'forgets what a chunk began',
    found: 'framing/split-anywhere',
    faults: {
      read: (chunk, client) => {
        client.forget();
        return chunk;
      },
    },
  },
  {
    fault: 'answers two commands in the wrong order',
    found: 'framing/two-in-one-write',
    faults: { reply: (reply) => (reply === bulk('a') ? bulk('b') : reply === bulk('b') ? bulk('a') : reply) },
  },
  {
    fault: 'stops at an error',
    found: 'framing/error-in-pipeline',
    faults: {
      answer: (_, client) => (client.kept === 'stopped' ? '' : undefined),
      reply: (reply, _, client) => stopAtError(reply, client),
    },
  },
  {
    fault: 'cuts a value at NUL',
    found: 'binary/all-bytes',
    faults: { reply: (reply, args) => (args[0] === 'GET' ? bulk('') : reply) },
  },
  {
    fault: 'reads values as UTF-8',
    found: 'binary/invalid-utf8',
    faults: { answer: (args, { server }) => readAsUtf8(args, server) },
  },
  {
    fault: 'counts characters instead of bytes',
    found: 'inline/utf8',
    faults: {
      reply: (reply, args) =>
        args[0] === 'ECHO' ? `$${Buffer.from(args[1]!, 'latin1').toString().length}\r\n${args[1]}\r\n` : reply,
    },
  },
  {
    fault: 'puts the name into the error as it is',
    found: 'errors/crlf-in-name',
    faults: { answer: ([name = '']) => (name.startsWith('FOO') ? error(`ERR unknown command '${name}'`) : undefined) },
  },
  {
    fault: 'has no arity',
    found: 'errors/arity',
    faults: { answer: (args) => (args.length === 1 && args[0] === 'GET' ? '$-1\r\n' : undefined) },
  },
  {
    fault: 'sends messages as arrays in RESP3',
    found: 'push/message',
    faults: { reply: (reply) => reply.replace('>3', '*3') },
  },
  {
    fault: 'confirms two subscriptions once',
    found: 'pubsub/subscribe',
    faults: {
      reply: (reply, args) =>
        args[0] === 'SUBSCRIBE' && args.length > 2 ? reply.slice(0, reply.indexOf('*3', 1)) : reply,
    },
  },
  {
    fault: 'says +PONG to a RESP2 subscriber',
    found: 'pubsub/ping-subscribed',
    faults: { reply: (reply, args) => (args.length === 1 && reply.startsWith('*2') ? '+PONG\r\n' : reply) },
  },
  {
    fault: 'serves GET to a RESP2 subscriber',
    found: 'pubsub/get-subscribed',
    faults: { answer: (args, { channels }) => (args[0] === 'GET' && channels.size > 0 ? '$-1\r\n' : undefined) },
  },
  {
    fault: 'forgets the header of EXEC',
    found: 'transactions/basic',
    faults: { reply: (reply, args) => (args[0] === 'EXEC' ? reply.replace(/^\*\d+\r\n/, '') : reply) },
  },
  {
    fault: 'runs EXEC after a queued error',
    found: 'transactions/unknown-command',
    faults: { answer: (args, client) => forgive(args, client) },
  },
  {
    fault: 'does not close behind QUIT',
    found: 'closing/quit',
    faults: {
      read: (chunk) => replace(chunk, 'QUIT', 'PING'),
      reply: (reply, args) => (args[0] === 'PING' && args.length === 1 ? '+OK\r\n' : reply),
    },
  },
  {
    fault: 'changes to RESP3 only later',
    found: 'hello/pipelined',
    faults: { answer: (args) => (args[0] === 'HGETALL' ? '*0\r\n' : undefined) },
  },
  {
    fault: 'takes HELLO 4',
    found: 'hello/four',
    faults: { answer: (args) => (args[0] === 'HELLO' && args[1] === '4' ? '+OK\r\n' : undefined) },
  },
  {
    fault: 'lets strangers subscribe',
    found: 'auth/subscribe-first',
    faults: {
      answer: (args, { isAuthenticated }) => (args[0] === 'SUBSCRIBE' && !isAuthenticated ? '+OK\r\n' : undefined),
    },
  },
  {
    fault: 'does not answer a wrong AUTH behind another command',
    found: 'auth/wrong-again',
    faults: {
      reply: (reply, args, client) =>
        args[0] === 'AUTH' && client.isAuthenticated && reply.startsWith('-') ? '' : reply,
    },
  },
  {
    fault: 'answers twice',
    found: 'framing/ping',
    faults: { reply: (reply, args) => (args.length === 1 ? reply + reply : reply) },
  },
  {
    fault: 'adds a line end',
    found: 'framing/two-in-one-write',
    faults: { reply: (reply, args) => (args[0] === 'ECHO' ? `${reply}\r\n` : reply) },
  },
  {
    fault: 'forgets the line end of a payload',
    found: 'framing/payload-like-resp',
    faults: { reply: (reply, args) => (args[0] === 'ECHO' ? `${reply.slice(0, -2)}xx` : reply) },
  },
  {
    fault: 'counts from two',
    found: 'framing/pipeline-order',
    faults: { reply: (reply, args) => (args[0] === 'INCR' ? `:${Number(reply.slice(1)) + 1}\r\n` : reply) },
  },
  {
    fault: 'falls silent',
    found: 'framing/inline-between',
    verdict: 'hang',
    faults: {
      reply: (reply, args, client) => {
        if (args[0] === 'ECHO') client.kept = 'silent';
        return client.kept === '' ? reply : '';
      },
    },
  },
  {
    fault: 'dies of a count',
    found: 'multibulk/minus-ten',
    verdict: 'crash',
    faults: {
      read: (chunk, client) => {
        if (chunk.includes('*-10\r\n')) client.server.close();
        return chunk;
      },
    },
  },
];

/** Short, because what is owed by a broken server never comes. */
const IMPATIENT = { timeoutMs: 150, quietMs: 25 };

test('twenty broken servers at least are found', () => {
  assert.ok(BROKEN.length >= 20, String(BROKEN.length));
});

for (const { fault, found, verdict, faults } of BROKEN) {
  test(`a server that ${fault} fails ${found}`, async () => {
    const { verdict: given, note } = (await run(found, faults)).results[0]!;
    assert.ok(FAILURES.includes(given), `${given}: ${note}`);
    if (verdict !== undefined) assert.is(given, verdict);
  });
}

test('a right server passes each of them', async () => {
  const names = [...new Set(BROKEN.map(({ found }) => found))].filter((name) => name !== 'hello/pipelined');
  const { target, close } = await smallTarget();
  const { results } = await runCases(
    names.map((name) => findCase(name)!),
    target,
    IMPATIENT,
  );
  close();
  for (const { case: one, verdict, note } of results) assert.is(verdict, 'pass', `${one.id}: ${note}`);
});

test('a case that kills the server is named, and nothing is run behind it', async () => {
  const { faults } = BROKEN.find(({ fault }) => fault === 'dies of a count')!;
  const { target, close } = await smallTarget(faults);
  const cases = ['framing/ping', 'multibulk/minus-ten', 'framing/two-in-one-write'].map((name) => findCase(name)!);
  const { killedBy, results } = await runCases(cases, target, { ...IMPATIENT, jobs: 1 });
  close();
  assert.is(killedBy?.id, 'multibulk/minus-ten');
  assert.equal(
    results.map(({ verdict }) => verdict),
    ['pass', 'crash', 'skip'],
  );
});

test('a case that kills the node of a cluster that it speaks to is named, though the others live', async () => {
  const { faults } = BROKEN.find(({ fault }) => fault === 'dies of a count')!;
  const { target, close } = await smallTarget();
  const node = await SmallServer.listen(faults);
  const nodes = new Map([['B', { host: '127.0.0.1', port: node.port }]]);
  const { needs: _, ...deadly } = findCase('multibulk/minus-ten')!;
  const one: Case = { ...deadly, server: 'cluster', steps: deadly.steps.map((step) => ({ ...step, on: 'B' })) };
  const { killedBy, results } = await runCases([one], { ...target, nodes }, IMPATIENT);
  close();
  assert.is(results[0]?.verdict, 'crash');
  assert.is(killedBy, one);
});

test('what a slow server says to the login and to HELLO belongs to no case', async () => {
  const sayLater = (reply: string, [name]: readonly string[], client: SmallClient) => {
    const isSlow = name === 'AUTH' || name === 'HELLO';
    if (!isSlow && client.kept === '') return reply;
    client.kept += reply;
    if (isSlow) setTimeout(sayKept, 30, client);
    return '';
  };
  const server = await SmallServer.listen({ reply: sayLater }, 'secret');
  const plain = { host: '127.0.0.1', port: server.port };
  const target: Target = { name: 'slow', plain, login: { password: 'secret' }, gives: new Set() };
  const cases = ['nulls/get-resp2', 'nulls/get-resp3'].map((name) => findCase(name)!);
  const { results } = await runCases(cases, target);
  server.close();
  for (const { case: one, verdict, note } of results) assert.is(verdict, 'pass', `${one.id}: ${note}`);
});

test('nothing unsafe is run unless it is allowed', async () => {
  const { target, close } = await smallTarget();
  const unsafe = CASES.filter(({ needs }) => needs?.includes('unsafe'));
  const { results } = await runCases(unsafe, target, IMPATIENT);
  close();
  assert.ok(unsafe.length > 20);
  assert.ok(results.every(({ verdict }) => verdict === 'skip'));
});

async function run(name: string, faults: Faults): Promise<Run> {
  const { target, close } = await smallTarget(faults);
  try {
    return await runCases([findCase(name)!], target, IMPATIENT);
  } finally {
    close();
  }
}

function sayKept(client: SmallClient): void {
  client.say(client.kept);
  client.kept = '';
}

function tell(chunk: Buffer, wanted: string, say: () => void): Buffer {
  if (chunk.includes(wanted)) say();
  return chunk;
}

function replace(chunk: Buffer, wanted: string, by: string): Buffer {
  return Buffer.from(chunk.toString('latin1').replace(wanted, by), 'latin1');
}

function stopAtError(reply: string, client: { kept: string }): string {
  if (reply.startsWith('-WRONGTYPE')) client.kept = 'stopped';
  return reply;
}

function readAsUtf8(args: readonly string[], { values }: SmallServer): string | undefined {
  if (args[0] !== 'SET') return undefined;
  values.set(args[1]!, Buffer.from(Buffer.from(args[2]!, 'latin1').toString()).toString('latin1'));
  return '+OK\r\n';
}

function forgive(args: readonly string[], client: { isAborted: boolean }): undefined {
  if (args[0] === 'EXEC') client.isAborted = false;
  return undefined;
}

test.run();
