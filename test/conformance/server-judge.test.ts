import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Alternative,
  type Ending,
  judge,
  type Observation,
  Pattern,
  parseServerInfo,
  TokenReader,
} from '../../src/conformance/index.ts';
import { compareVersions, isTooOld, knownOf } from '../../src/conformance/server-version.ts';
import { stepState } from '../../src/conformance/wait.ts';

const test = suite('server judge');

const WORDS = { key: (name: string) => name, values: new Map<string, string>() };
const PASS: Alternative = { verdict: 'pass', replies: ['+OK'] };
const CLOSED: Alternative = { verdict: 'pass', replies: ['-ERR'], ending: 'closed' };
const KNOWN = { server: '*', issue: 'x#1', replies: ['+KO'] };

function seen(wire: string, ending: Ending = 'open'): Observation {
  const reader = new TokenReader();
  reader.feed(Buffer.from(wire, 'latin1'));
  return { steps: [{ tokens: reader.tokens, isCut: reader.isInside }], ending, fault: reader.fault, wire: [] };
}

function verdict(expect: readonly Alternative[], observation: Observation, level: 'must' | 'info' = 'must'): string {
  return judge({ level, expect }, [KNOWN], { observation, words: WORDS }).verdict;
}

test('the first answer that fits decides', () => {
  const lenient: Alternative = { verdict: 'lenient', replies: ['+OK'] };
  assert.is(verdict([PASS, lenient], seen('+OK\r\n')), 'pass');
  assert.is(verdict([lenient, PASS], seen('+OK\r\n')), 'lenient');
});

test('what was not foreseen fails, unless it is known, or only recorded', () => {
  assert.is(verdict([PASS], seen('+NO\r\n')), 'fail');
  assert.is(verdict([PASS], seen('+KO\r\n')), 'deviates');
  assert.is(verdict([{ ...PASS, verdict: 'info' }], seen('+NO\r\n'), 'info'), 'info');
});

test('a reply too many fails, and half a reply', () => {
  assert.is(verdict([PASS], seen('+OK\r\n+OK\r\n')), 'fail');
  assert.is(verdict([PASS], seen('+OK\r\n+O')), 'fail');
});

test('a reset where a close is expected is one', () => {
  const judgement = judge({ level: 'must', expect: [CLOSED] }, [], {
    observation: seen('-ERR x\r\n', 'rst'),
    words: WORDS,
  });
  assert.equal(judgement, { verdict: 'pass', note: 'closed with a reset' });
});

test('a reset that ate the error is lenient', () => {
  assert.is(verdict([CLOSED], seen('', 'rst')), 'lenient');
  assert.is(verdict([CLOSED], seen('', 'fin')), 'fail');
});

test('a connection that should close and stays fails', () => {
  assert.is(verdict([CLOSED], seen('-ERR x\r\n', 'open')), 'fail');
});

test('silence where a reply is owed is a hang', () => {
  assert.is(verdict([PASS], seen('', 'deaf')), 'hang');
});

test('bytes that are no RESP fail even where anything else is only recorded', () => {
  assert.is(verdict([{ ...PASS, verdict: 'info' }], seen('garbage\r\n'), 'info'), 'fail');
});

test('bytes that are no RESP fail though an answer fits, and though it is known', () => {
  const fault = 'a line feed alone';
  assert.is(verdict([PASS], { ...seen('+OK\r\n'), fault }), 'fail');
  assert.is(verdict([PASS], { ...seen('+KO\r\n'), fault }), 'fail');
});

test('versions are compared by their numbers', () => {
  assert.ok(compareVersions('10.0.0', '7.0.0') > 0);
  assert.ok(compareVersions('7.0.15', '7.0.9') > 0);
  assert.is(compareVersions('7.0', '7.0.0'), 0);
  assert.is(isTooOld({ name: 'redis', version: '6.0.16' }, { since: '6.0.17' }), true);
  assert.is(isTooOld({ name: '', version: '' }, { since: '6.2' }), false);
});

test('a deviation is known of its server and versions only', () => {
  const known = [{ server: 'valkey', from: '8.0', before: '8.0.2', issue: 'x', replies: [''] }];
  const of = (name: string, version: string) => knownOf({ known }, { name, version }).length;
  assert.equal(
    [of('valkey', '8.0.1'), of('valkey', '8.0.2'), of('valkey', '7.2.7'), of('redis', '8.0.1')],
    [1, 0, 0, 0],
  );
});

test('the server is who it says it is', () => {
  const valkey = 'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nredis_mode:standalone\r\n';
  assert.equal(parseServerInfo(valkey), { name: 'valkey', version: '8.0.1', mode: 'standalone' });
  assert.equal(parseServerInfo('redis_version:7.0.15\r\n'), { name: 'redis', version: '7.0.15', mode: '' });
  assert.equal(parseServerInfo(''), { name: '', version: '', mode: '' });
});

test('a step waits while something is owed, and settles where only silence can tell', () => {
  const patterns = (...texts: string[]) => texts.map((text) => new Pattern(text, WORDS));
  const { tokens } = seen('+OK\r\n').steps[0]!;
  assert.is(stepState(patterns('+OK'), tokens, false), 'complete');
  assert.is(stepState(patterns('+OK +OK'), tokens, false), 'wait');
  assert.is(stepState(patterns('+OK', '+OK +OK'), tokens, false), 'settle');
  assert.is(stepState(patterns(''), [], false), 'settle');
  assert.is(stepState(patterns('+NO'), tokens, false), 'settle');
});

test.run();
