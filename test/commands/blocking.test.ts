import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blockingTimeoutMs, isBlockingCall, withBlockingTimeout } from '../../src/commands/blocking.ts';
import { findCommand, knownCommands } from '../../src/commands/find-command.ts';

const test = suite('blocking');

const CALLS: readonly (readonly [call: string, timeoutMs: number | undefined])[] = [
  ['BLPOP a b 1.5', 1500],
  ['BRPOP a 0', Number.POSITIVE_INFINITY],
  ['BLMOVE a b LEFT RIGHT 2', 2000],
  ['BLMOVEM a b LEFT RIGHT 2 COUNT 7 OBO', 2000],
  ['BRPOPLPUSH a b 3', 3000],
  ['BLMPOP 4 1 a LEFT', 4000],
  ['BZMPOP 0.0001 1 a MIN', 1],
  ['BZPOPMIN a 5', 5000],
  ['XREAD BLOCK 250 STREAMS a 0', 250],
  ['XREAD COUNT 1 block 0 STREAMS a 0', Number.POSITIVE_INFINITY],
  ['XREADGROUP GROUP BLOCK c BLOCK 10 STREAMS a >', 10],
  ['WAIT 1 100', 100],
  ['WAITAOF 1 1 0', Number.POSITIVE_INFINITY],
];

for (const [call, timeoutMs] of CALLS) {
  test(`${call} waits ${timeoutMs} ms`, () => {
    const args = call.split(' ');
    assert.ok(isBlockingCall(findCommand(args)!, args));
    assert.is(blockingTimeoutMs(findCommand(args)!, args), timeoutMs);
  });
}

for (const call of ['XREAD STREAMS BLOCK 0', 'XREADGROUP GROUP BLOCK c STREAMS a >', 'LPOP a', 'GET BLOCK']) {
  test(`${call} does not wait`, () => {
    const args = call.split(' ');
    assert.not(isBlockingCall(findCommand(args)!, args));
    assert.is(blockingTimeoutMs(findCommand(args)!, args), undefined);
  });
}

test('a timeout may be a number or bytes', () => {
  const info = findCommand(['BLPOP'])!;
  assert.is(blockingTimeoutMs(info, ['BLPOP', 'a', 2]), 2000);
  assert.is(blockingTimeoutMs(info, ['BLPOP', 'a', Buffer.from('0.25')]), 250);
});

test('what is no timeout is left to the server', () => {
  const info = findCommand(['BLPOP'])!;
  for (const timeout of ['', 'soon', -1, '-0.5', 'NaN']) {
    assert.is(blockingTimeoutMs(info, ['BLPOP', 'a', timeout]), undefined);
  }
  assert.is(blockingTimeoutMs(findCommand(['XREAD'])!, ['XREAD', 'BLOCK']), undefined);
});

test('a blocking command whose timeout is nowhere stated may wait for ever', () => {
  const info = { ...findCommand(['BLPOP'])!, name: 'BNEW' };
  assert.is(blockingTimeoutMs(info, ['BNEW', 'a', 1]), Number.POSITIVE_INFINITY);
});

test('every command that the servers flag as blocking says where its timeout is', () => {
  for (const info of knownCommands()) {
    if (!info.isBlocking) continue;
    const args = info.name.startsWith('XREAD') ? [info.name, 'BLOCK', 1] : [info.name, 1, 1, 1, 1, 1];
    assert.ok(Number.isFinite(blockingTimeoutMs(info, args)), info.name);
  }
});

test('a call that goes out again is given what is left of its time, rounded up to what old servers understand', () => {
  for (const [args, expected] of [
    [
      ['BLPOP', 'a', 'b', 30],
      ['BLPOP', 'a', 'b', 10],
    ],
    [
      ['BLMPOP', 30, 1, 'a', 'LEFT'],
      ['BLMPOP', 10, 1, 'a', 'LEFT'],
    ],
    [
      ['XREAD', 'COUNT', 2, 'BLOCK', 30_000, 'STREAMS', 's', '$'],
      ['XREAD', 'COUNT', 2, 'BLOCK', 9500, 'STREAMS', 's', '$'],
    ],
    [
      ['BLPOP', 'a', 0],
      ['BLPOP', 'a', 0],
    ],
    [
      ['BLPOP', 'a', 'nonsense'],
      ['BLPOP', 'a', 'nonsense'],
    ],
    [
      ['GET', 'a'],
      ['GET', 'a'],
    ],
  ] as const) {
    assert.equal(withBlockingTimeout(findCommand(args)!, args, 9500), expected);
  }
  // 0 would be for ever.
  assert.equal(withBlockingTimeout(findCommand(['BLPOP'])!, ['BLPOP', 'a', 3], -20), ['BLPOP', 'a', 1]);
});

test.run();
