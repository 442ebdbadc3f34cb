/**
 * What eleven servers were seen to answer before this suite was written, judged by it: replies recorded by other means, of Redis
 * 4.0 to 8.0 and Valkey 7.2 to 8.1. None may be a failure, and every record that cannot be judged says why.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, CASES, type Case, Pattern, type Token, TokenReader } from '../../src/conformance/index.ts';
import { isTooOld, knownOf } from '../../src/conformance/server-version.ts';

const test = suite('observed servers');

interface Observed {
  readonly servers: readonly string[];
  readonly cases: readonly [id: string, replies: readonly [text: string, servers: 'all' | readonly number[]][]][];
}

const OBSERVED = JSON.parse(
  readFileSync(new URL('../../../test/support/server-observed.json', import.meta.url), 'utf8'),
) as Observed;

/** Records of something else than the case sends; scripted ones that are no bytes at all are not in the file. */
const RECORDED_OTHERWISE: Readonly<Record<string, string>> = {
  ...of('the record holds the last connection alone, or leaves out what prepared it', [
    ...['NUL-07', 'NUL-08', 'RPL-13', 'RPL-14', 'PUB-02', 'PUB-03', 'PUB-12', 'PSH-03', 'PSH-06', 'PSH-07', 'PSH-08'],
    ...['PSH-09', 'PSH-12', 'PSH-13', 'PSH-15', 'MON-01', 'MON-02', 'MON-03', 'MON-05', 'CLS-05', 'CLS-06', 'BLO-01'],
    ...['BLO-02', 'CLU-11', 'CLU-17', 'CLU-21', 'CLU-23', 'CLU-24', 'CLU-32', 'CLU-57', 'CLU-65'],
  ]),
  ...of('the case uses other values than the record', ['MBL-26', 'CLU-22', 'CLU-33', 'CLU-37', 'CLU-50', 'CLU-62']),
};

function of(reason: string, ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, reason]));
}

const byAlias = new Map(CASES.map((one) => [one.alias.toUpperCase(), one]));

for (const [id, replies] of OBSERVED.cases) {
  const one = byAlias.get(id.toUpperCase());
  if (one === undefined) continue;
  test(`${one.id} (${one.alias}) agrees with what was seen`, () => {
    for (const [text, servers] of replies) {
      const names = servers === 'all' ? OBSERVED.servers : servers.map((at) => OBSERVED.servers[at]!);
      for (const name of names) {
        const verdict = verdictOf(one, name, text);
        if (id in RECORDED_OTHERWISE) return;
        assert.ok(verdict !== 'fail', `${name} answered ${text}`);
      }
    }
  });
}

test('nearly all records are judged', () => {
  const judged = OBSERVED.cases.filter(([id]) => byAlias.has(id.toUpperCase()) && !(id in RECORDED_OTHERWISE));
  assert.ok(judged.length > 350, String(judged.length));
  assert.equal(
    OBSERVED.cases.filter(([id]) => !byAlias.has(id.toUpperCase())).map(([id]) => id),
    [],
  );
});

test('a record that is judged otherwise is no more excused', () => {
  const isExcused = ([id, replies]: Observed['cases'][number]) => {
    const one = byAlias.get(id.toUpperCase())!;
    const verdicts = replies.flatMap(([text, servers]) =>
      (servers === 'all' ? OBSERVED.servers : servers.map((at) => OBSERVED.servers[at]!)).map((name) =>
        verdictOf(one, name, text),
      ),
    );
    return verdicts.some((verdict) => verdict === 'fail' || verdict === 'other');
  };
  const needless = OBSERVED.cases.filter(([id]) => id in RECORDED_OTHERWISE).filter((each) => !isExcused(each));
  assert.equal(
    needless.map(([id]) => id),
    [],
  );
});

const WORDS = { key: (name: string) => name, values: new Map<string, string>() };
const RELEASES: Readonly<Record<string, string>> = { '8.0b': '8.0.0', unst2501: '8.1.0' };

/** The replies of all steps as one: the record does not always cut them where the case does. */
function verdictOf(one: Case, server: string, text: string): string {
  const [, name = '', release = ''] = /^([a-z]+)-(.*)$/.exec(server) ?? [];
  const profile = { name, version: RELEASES[release] ?? release };
  const hasResp3 = !(name === 'redis' && /^[45]\./.test(release));
  if (isTooOld(profile, one) || (one.protocol === 3 && !hasResp3)) return 'skip';
  const isClosed = /<FIN>|<ERR:/.test(text);
  const tokens = readTokens(text.replaceAll('(closed)', '').replace(/<FIN>|<ERR:[A-Z]*>/g, ''));
  const known = knownOf(one, profile).map((each) => ({ ...each, verdict: 'deviates' }));
  const fitting = [...one.expect, ...known].find(
    (answer) => (answer.ending === 'closed') === isClosed && fits(answer, tokens),
  );
  return fitting?.verdict ?? (one.level === 'info' ? 'other' : 'fail');
}

function fits({ replies }: Answer, tokens: readonly Token[]): boolean {
  const wanted = replies.map((reply) => reply.replace(/\.\.\.$/, '')).join(' ');
  const pattern = new Pattern(withoutWords(wanted) + (replies.at(-1)!.endsWith('...') ? ' ...' : ''), WORDS);
  // HELLO 3 has a reply of its own in some records.
  const starts = tokens[0]?.type === '%' ? [...tokens.keys()] : [0];
  return starts.some((from) => pattern.match(tokens.slice(from)) === 'full');
}

/** Names, slots and addresses were others; what had been left over from earlier cases was deleted or not. */
function withoutWords(pattern: string): string {
  return pattern
    .replace(/^:0 /, ':? ')
    .replace(/([-+$=!])([A-Z0-9]*)[~!]?"(?:[^"\\]|\\.)*<[a-z](?:[^"\\]|\\.)*"/g, (_, type: string, code: string) =>
      type === '-' ? `-${code}` : `${type}?`,
    )
    .replace(/:<[a-z][^>]*>/g, ':?');
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' };

function readTokens(text: string): readonly Token[] {
  const reader = new TokenReader();
  const bytes = text.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
  reader.feed(Buffer.from(bytes, 'latin1'));
  return reader.tokens;
}

test.run();
