import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judge, type Verdict } from '../../tools/corpus/judge.ts';
import { matrix } from '../../tools/corpus/matrix.ts';
import type { PeerOutcome } from '../../tools/corpus/peer-process.ts';
import { peerFactory } from '../../tools/corpus/peers.ts';
import { readInAllWays } from '../../tools/corpus/run-peer.ts';
import { bytesOf, type Outcome, type ReplyVector, replyVectors } from '../support/vectors.ts';

const test = suite('corpus');

function vector(expect: Outcome): ReplyVector {
  return { id: 'some/vector', title: '', source: [], requirement: 'must', protocol: 2, wire: '', expect };
}

function outcome(values: string[], error?: string): PeerOutcome {
  return { whole: { values, error }, cut: undefined };
}

test('our decoder gets every vector right by the judgement of others', () => {
  const make = peerFactory('slotwire', import.meta.url);
  for (const each of replyVectors()) {
    const wire = bytesOf(each.wire);
    // Long ones are cut at every place in their own test.
    if (wire.length < 2000) assert.is(judge(each, readInAllWays(make, wire)), 'ok', each.id);
  }
});

test('each way of being wrong has a verdict of its own', () => {
  const one = vector({ replies: [[':', '1']] });
  const failure = vector({ replies: [], end: 'error' });
  const cut: PeerOutcome = {
    whole: { values: ['{"number":"1"}'], error: undefined },
    cut: { how: '', reading: { values: [], error: undefined } },
  };
  const cases: [ReplyVector, PeerOutcome, Verdict][] = [
    [one, outcome(['{"number":"1"}']), 'ok'],
    [one, outcome(['{"number":"2"}']), 'wrong'],
    [one, outcome(['"1"']), 'wrong'],
    [one, outcome([]), 'silent'],
    [one, outcome([], 'Error: no'), 'refuses'],
    [one, cut, 'splits'],
    [failure, outcome([], 'Error: no'), 'ok'],
    [failure, outcome(['null']), 'accepts'],
    [failure, outcome([]), 'silent'],
    [failure, outcome(['null'], 'Error: no'), 'wrong'],
    [one, 'hang', 'hang'],
    [one, 'crash', 'crash'],
  ];
  for (const [each, reading, verdict] of cases) assert.is(judge(each, reading), verdict);
});

test('attributes may be dropped, what they annotate may not', () => {
  const attributed = vector({
    replies: [
      [
        '*',
        [
          [
            '|',
            [
              [
                ['+', 'ttl'],
                [':', '1'],
              ],
            ],
            ['+', 'x'],
          ],
        ],
      ],
    ],
  });
  assert.is(judge(attributed, outcome(['[{"attributes":{"map":[["ttl",{"number":"1"}]]},"value":"x"}]'])), 'ok');
  assert.is(judge(attributed, outcome(['["x"]'])), 'ok');
  assert.is(judge(attributed, outcome(['[]'])), 'wrong');
});

test('the matrix counts by section, and shows who is wrong where', () => {
  const vectors = [vector({ replies: [] }), { ...vector({ replies: [] }), id: 'some/other' }];
  const verdicts = new Map<string, Verdict>([['some/vector', 'hang']]);
  const lines = matrix(vectors, [{ name: 'peer', version: '1.0', verdicts }]).split('\n');
  assert.ok(lines.some((line) => /^some +0\/1$/.test(line)));
  assert.ok(lines.some((line) => /^some\/vector +H$/.test(line)));
  assert.not.ok(lines.some((line) => line.startsWith('some/other')));
});

test.run();
