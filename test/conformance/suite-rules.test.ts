import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Progress } from '../../src/cli/conform/progress.ts';
import {
  CASES,
  type Case,
  type CaseResult,
  findCase,
  makeReport,
  type RunOptions,
  runCases,
  type Target,
  toTerminal,
} from '../../src/conformance/index.ts';
import { type Faults, SmallServer, smallTarget } from '../support/small-server.ts';

const test = suite('rules of the suite');

const PATIENT = { timeoutMs: 1000, quietMs: 25 };

async function resultOf(one: Case | string, faults: Faults = {}, options: RunOptions = {}): Promise<CaseResult> {
  const { target, close } = await smallTarget(faults);
  try {
    const cases = [typeof one === 'string' ? findCase(one)! : one];
    return (await runCases(cases, target, { ...PATIENT, ...options })).results[0]!;
  } finally {
    close();
  }
}

test('silence is not slept for: a reply too many is found behind the fence', async () => {
  const late: Faults = {
    reply: (reply, args, client) => {
      if (args[0] === 'ECHO') setImmediate(() => client.say('+late\r\n'));
      return reply;
    },
  };
  const { verdict, consequence } = await resultOf('framing/payload-like-resp', late, { quietMs: 1 });
  assert.equal([verdict, consequence], ['fail', 'desync']);
});

test('a fence is a word that nobody knows, so that no reply of the case can be taken for it', async () => {
  const { observation } = await resultOf('framing/ping');
  const sent = observation!.wire.filter(({ direction }) => direction === 'sent').map(({ bytes }) => bytes.toString());
  assert.match(sent.at(-1)!, /^\*2\r\n\$4\r\nPING\r\n\$18\r\nfence-[0-9a-f]{12}\r\n$/);
});

test('silence is tried once more with more patience, and a slow reply is no hang', async () => {
  const slow: Faults = {
    reply: (reply, args, client) => {
      if (args[0] !== 'PING') return reply;
      setTimeout(() => client.say(reply), 1500);
      return '';
    },
  };
  const { verdict, attempts } = await resultOf('framing/ping', slow);
  assert.equal([verdict, attempts], ['pass', 2]);
});

test('what the network did is tried once more, and is nobody’s failure', async () => {
  const refusals = (count: number): Faults => {
    let hellos = 0;
    // The first one is the suite's own question.
    const isRefused = () => ++hellos > 1 && hellos <= 1 + count;
    return { answer: ([name]) => (name === 'HELLO' && isRefused() ? '-ERR not now\r\n' : undefined) };
  };
  const once = await resultOf('nulls/get-resp3', refusals(1));
  assert.equal([once.verdict, once.attempts], ['pass', 2]);
  const always = await resultOf('nulls/get-resp3', refusals(100));
  assert.equal([always.verdict, always.attempts, always.note], ['error', 2, 'HELLO was refused']);
});

test('a reset behind the error passes with a note, and one that ate it is tried with a slow writer', async () => {
  const reset = (isEaten: boolean): Faults => ({
    refuse: ({ answer }, client) => {
      if (isEaten) client.reset();
      else if (client.kept === '') client.say(answer.toString('latin1'));
      client.kept = 'refused';
      if (!isEaten) setTimeout(() => client.reset(), 20);
      return true;
    },
  });
  const behind = await resultOf('multibulk/letter', reset(false));
  assert.equal([behind.verdict, behind.note], ['pass', 'closed with a reset']);
  const eaten = await resultOf('multibulk/letter', reset(true));
  assert.equal([eaten.verdict, eaten.attempts], ['lenient', 2]);
  const sent = eaten.observation!.wire.filter(({ direction }) => direction === 'sent');
  assert.ok(sent.length > 0);
});

test('a server that ends itself behind a close that was right is found out, and the case named', async () => {
  const suicidal: Faults = {
    refuse: ({ answer }, client) => {
      client.say(answer.toString('latin1'));
      client.server.close();
      return true;
    },
  };
  const { target, close } = await smallTarget(suicidal);
  const cases = ['framing/ping', 'multibulk/letter', 'framing/two-in-one-write'].map((name) => findCase(name)!);
  const { killedBy, results } = await runCases(cases, target, { ...PATIENT, jobs: 1 });
  close();
  assert.is(killedBy?.id, 'multibulk/letter');
  assert.equal(
    results.map(({ verdict }) => verdict),
    ['pass', 'crash', 'skip'],
  );
});

test('a node of a cluster that was there and is gone ends the run, though the others answer', async () => {
  const { target, close } = await smallTarget();
  const node = await SmallServer.listen();
  const nodes = new Map([
    ['A', target.plain],
    ['B', { host: '127.0.0.1', port: node.port }],
  ]);
  const toB: Case = { ...findCase('framing/ping')!, server: 'cluster', steps: [{ on: 'B:x', send: [['PING']] }] };
  const cases = ['framing/first', 'framing/second', 'framing/third'].map((id): Case => ({ ...toB, id }));
  const onResult = () => node.close();
  const { killedBy, results } = await runCases(cases, { ...target, nodes }, { ...PATIENT, jobs: 1, onResult });
  close();
  assert.equal(
    results.map(({ verdict }) => verdict),
    ['pass', 'error', 'skip'],
  );
  assert.is(killedBy?.id, 'framing/second');
});

test('what is not RESP fails whatever it says: behind a close, and where no fence is asked', async () => {
  const torn: Faults = {
    refuse: (_, client) => {
      client.say('-ERR Protocol error: invalid\nlength\r\n');
      client.end();
      return true;
    },
    answer: ([name]) => (name === 'GET' ? '-NOAUTH you\nmay not\r\n' : undefined),
  };
  for (const name of ['multibulk/letter', 'auth/get-first']) {
    const { verdict, consequence } = await resultOf(name, torn);
    assert.equal([verdict, consequence], ['fail', 'desync'], name);
  }
});

test('a state that the cluster does not come to is an error of the cases that want it, and asked for once', async () => {
  const { target, close } = await smallTarget();
  const asked: string[] = [];
  const shown: string[] = [];
  const enter = (stage: string): Promise<never> => {
    asked.push(stage);
    return Promise.reject(new Error('no vote'));
  };
  const wanting: Case = { ...findCase('framing/ping')!, stage: 'moved' };
  const cases = [wanting, { ...wanting, id: 'framing/too-new', needs: ['remote'] as const }];
  const onResult = ({ verdict }: CaseResult) => shown.push(verdict);
  const { results } = await runCases(cases, { ...target, enter }, { ...PATIENT, onResult });
  close();
  assert.equal(asked, ['moved']);
  assert.equal(
    results.map(({ verdict, note }) => [verdict, note]),
    [
      ['error', 'the cluster did not become moved: no vote'],
      ['skip', 'needs a connection from another machine'],
    ],
  );
  assert.equal(shown, ['error', 'skip']);
});

test('a cluster is brought into no further state when the run is over', async () => {
  const { target, close } = await smallTarget({ reply: (reply, [name]) => (name === 'ECHO' ? '+no\r\n' : reply) });
  const asked: string[] = [];
  const enter = async (stage: string) => {
    asked.push(stage);
    return new Map<string, string>();
  };
  const failing: Case = { ...findCase('framing/payload-like-resp')!, stage: 'stable' };
  const cases = [failing, { ...findCase('framing/ping')!, stage: 'down' }];
  const { results } = await runCases(cases, { ...target, enter }, { ...PATIENT, bail: true });
  close();
  assert.equal(asked, ['stable']);
  assert.equal(
    results.map(({ verdict, note }) => [verdict, note]),
    [
      ['fail', undefined],
      ['skip', 'stopped at the first failure'],
    ],
  );
});

test('a server that never stops sending is broken off', async () => {
  const flood: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? '+x\r\n'.repeat(500_000) : reply) };
  const { verdict, note } = await resultOf('framing/two-in-one-write', flood, { maxBytes: 100_000 });
  assert.is(verdict, 'fail');
  assert.match(note!, /more than is allowed/);
});

test('what would send more than is allowed is skipped', async () => {
  const { verdict, note } = await resultOf('framing/eight-megabytes', {}, { maxBytes: 100_000 });
  assert.is(verdict, 'skip');
  assert.match(note!, /^sends \d+ bytes, more than 100000$/);
});

test('with a seed the same bytes are sent again, without one never', async () => {
  const sent = async (seed?: string) => {
    const { observation } = await resultOf('binary/invalid-utf8', {}, { seed });
    return observation!.wire
      .filter(({ direction }) => direction === 'sent')
      .map(({ bytes }) => bytes.toString())
      .join('');
  };
  assert.is(await sent('x'), await sent('x'));
  assert.is.not(await sent('x'), await sent('y'));
  assert.is.not(await sent(), await sent());
});

test('an operator sees whose connections they are, until the run is over', async () => {
  const names: string[] = [];
  const faults: Faults = {
    answer: (args) => {
      if (args[1] === 'SETNAME') names.push(args[2]!);
      return undefined;
    },
  };
  await resultOf('framing/ping', faults);
  assert.ok(names.length >= 2 && names.every((name) => name === 'slotwire-conform'));
});

test('keys are written below the suite’s own prefix alone, and deleted', async () => {
  const written = new Set<string>();
  const { target, close } = await smallTarget({
    answer: (args) => {
      if (['SET', 'DEL', 'INCR'].includes(args[0]!)) written.add(args[1]!);
      return undefined;
    },
  });
  const cases = CASES.filter(({ section, writes }) => writes && ['framing', 'binary'].includes(section));
  await runCases(cases, target, PATIENT);
  close();
  assert.ok(written.size > 3);
  const own = [...written].filter((key) => !key.startsWith('slotwire:'));
  // The empty key has no prefix; its case puts back what was there.
  assert.equal(
    own.filter((key) => key !== ''),
    [],
  );
});

test('a target that asks for a password and gets a wrong one ends the run at once', async () => {
  const server = await SmallServer.listen({}, 'secret');
  const plain = { host: '127.0.0.1', port: server.port };
  const target: Target = { name: 'x', plain, login: { password: 'wrong' }, gives: new Set() };
  const [result] = await Promise.allSettled([runCases([findCase('framing/ping')!], target)]);
  server.close();
  assert.ok(result!.status === 'rejected' && String(result!.reason).includes('refuses the login'));
});

test('what a failure leads to is told by what was seen', async () => {
  const twice: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? reply + reply : reply) };
  const silent: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? '' : reply) };
  const other: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? '$1\r\nz\r\n' : reply) };
  const words: Faults = { answer: ([name]) => (name === 'LPUSH' ? '-OTHER words\r\n' : undefined) };
  const leads = async (name: string, faults: Faults) => (await resultOf(name, faults)).consequence;
  assert.is(await leads('framing/two-in-one-write', twice), 'desync');
  assert.is(await leads('framing/two-in-one-write', silent), 'desync');
  assert.is(await leads('framing/two-in-one-write', other), 'value');
  const torn: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? `${reply.slice(0, -2)}xx` : reply) };
  assert.is(await leads('framing/two-in-one-write', torn), 'desync', 'what is no RESP leaves nobody a place');
  assert.is(await leads('framing/error-in-pipeline', words), 'text');
  const stays: Faults = {
    refuse: ({ answer }, client) => {
      client.say(answer.toString('latin1'));
      client.forget();
      return true;
    },
  };
  assert.is(await leads('multibulk/letter', stays), 'connection');
});

test('a person is told what is not right: requirement, source, bytes, ending', async () => {
  const { target, close } = await smallTarget({
    refuse: ({ answer }, client) => {
      client.say(answer.toString('latin1'));
      client.forget();
      return true;
    },
  });
  const run = await runCases([findCase('multibulk/letter')!], target, PATIENT);
  close();
  const text = toTerminal(makeReport(run, { version: '1' }), { color: false, width: 100 });
  for (const part of [
    'fail multibulk/letter',
    '  see ',
    '  sent ',
    '  expected ',
    '  got ',
    '  ending    open, expected closed',
  ]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
});

test('while a run goes on, a section is shown when its last case is done', () => {
  const cases = [{ section: 'a' }, { section: 'b' }, { section: 'a' }];
  const lines: string[] = [];
  const progress = new Progress(cases, (text) => lines.push(text), false);
  progress.add('a', 'pass');
  progress.add('b', 'fail');
  assert.equal(lines, ['b                  F\n']);
  progress.add('a', 'skip');
  assert.equal(lines.at(-1), 'a                  .-\n');
});

test.run();
