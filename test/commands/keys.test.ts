import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand } from '../../src/commands/find-command.ts';
import { firstKeyIndex, keyPositions } from '../../src/commands/keys.ts';

const test = suite('keys');

// Each agrees with COMMAND GETKEYS of Redis 7.0, 8.0, Redict 7.3 and Valkey 8.0, 8.1, where they have the command; in
// the written form, "" is an empty argument. Channels are not keys to COMMAND GETKEYS, but route like them.
const CALLS: readonly (readonly [call: string, positions: number[]])[] = [
  ['GET k', [1]],
  ['SET k v EX 10', [1]],
  ['MGET a b c', [1, 2, 3]],
  ['MSET a 1 b 2', [1, 3]],
  ['MSETEX 2 a 1 b 2 EX 5', [2, 4]],
  ['DEL a b', [1, 2]],
  ['BITOP AND d a b', [2, 3, 4]],
  ['COPY a b', [1, 2]],
  ['BLPOP a b 0', [1, 2]],
  ['BLMOVE a b LEFT RIGHT 0', [1, 2]],
  ['LCS a b LEN', [1, 2]],
  ['LMPOP 2 a b LEFT', [2, 3]],
  ['BLMPOP 0 2 a b LEFT', [3, 4]],
  ['ZUNIONSTORE d 2 a b WEIGHTS 1 2', [1, 3, 4]],
  ['ZINTERCARD 2 a b LIMIT 3', [2, 3]],
  ['SDIFFSTORE d a b', [1, 2, 3]],
  ['GEORADIUS k 1 2 3 m', [1]],
  ['GEORADIUS k 1 2 3 m STORE d', [1, 7]],
  ['GEORADIUSBYMEMBER k store 3 m STOREDIST d', [1, 6]],
  ['GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 m', [1, 2]],
  ['EVAL s 2 a b c', [3, 4]],
  ['EVALSHA s 0 x', []],
  ['FCALL_RO f 1 a', [3]],
  ['XREAD COUNT 2 BLOCK 0 STREAMS a b 0 0', [6, 7]],
  ['XREADGROUP GROUP streams c STREAMS a >', [5]],
  ['XGROUP CREATE k g $', [2]],
  ['XINFO STREAM k FULL', [2]],
  ['OBJECT ENCODING k', [2]],
  ['MEMORY USAGE k', [2]],
  ['MIGRATE h 1 k 0 100', [3]],
  ['MIGRATE h 1 "" 0 100 AUTH p KEYS a b', [9, 10]],
  ['STRALGO LCS KEYS a b', [3, 4]],
  ['WATCH a b', [1, 2]],
  ['SSUBSCRIBE a b', [1, 2]],
  ['SPUBLISH a m', [1]],
  ['JSON.MGET a b $', [1, 2]],
  ['JSON.MSET a $ 1 b $ 2', [1, 4]],
  ['CMS.MERGE d 2 a b', [1, 3, 4]],
  ['SUBSCRIBE a', []],
  ['PING', []],
  ['KEYS *', []],
  ['OBJECT HELP', []],
];

for (const [call, positions] of CALLS) {
  test(`keys of ${call}`, () => {
    const args = call.split(' ').map((word) => (word === '""' ? '' : word));
    const info = findCommand(args)!;
    assert.equal(keyPositions(info, args), positions);
    assert.is(firstKeyIndex(info, args), positions[0] ?? -1);
  });
}

test('a call that is too short has no key', () => {
  for (const args of [['GET'], ['MGET'], ['EVAL', 's'], ['XREAD', 'STREAMS'], ['BITOP', 'AND']]) {
    const info = findCommand(args)!;
    assert.equal(keyPositions(info, args), []);
    assert.is(firstKeyIndex(info, args), -1);
  }
});

test('the key is behind a missing optional one', () => {
  const args = ['MIGRATE', 'h', 1, Buffer.alloc(0), 0, 100, Buffer.from('keys'), 'a'];
  assert.is(firstKeyIndex(findCommand(args)!, args), 7);
});

test.run();
