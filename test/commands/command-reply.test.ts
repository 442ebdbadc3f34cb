import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CommandNames, learnCommand, readCommandReply } from '../../src/commands/index.ts';
import type { Reply } from '../../src/resp/index.ts';

const test = suite('commands/command-reply');

/** ZUNIONSTORE as Redis 7 describes it, its maps in the flat form. */
const ZUNIONSTORE: Reply[] = [
  'zunionstore',
  -4,
  ['write', 'denyoom', 'movablekeys'],
  1,
  1,
  1,
  ['@write'],
  [],
  [
    ['flags', ['OW', 'update'], 'begin_search', ['type', 'index', 'spec', ['index', 1]], 'find_keys', range(0)],
    ['flags', ['RO'], 'begin_search', ['type', 'index', 'spec', ['index', 2]], 'find_keys', keynum()],
  ],
  [],
];

function range(lastKey: number): Reply[] {
  return ['type', 'range', 'spec', ['lastkey', lastKey, 'keystep', 1, 'limit', 0]];
}

function keynum(): Reply[] {
  return ['type', 'keynum', 'spec', ['keynumidx', 0, 'firstkey', 1, 'keystep', 1]];
}

/** Flat pairs as Maps, all the way down, as a client with `maps: 'map'` reads RESP3. */
function asMap(flat: Reply[]): Map<Reply, Reply> {
  const entries = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as const] : []));
  const isMap = (name: Reply): boolean => name === 'begin_search' || name === 'find_keys' || name === 'spec';
  return new Map(entries.map(([name, value]) => [name, isMap(name) ? asMap(value as Reply[]) : value]));
}

test('flags, key specifications and tips are read in the notation of the tables', () => {
  const expected = { path: 'ZUNIONSTORE', arity: -4, group: 'write denyoom (O1) (R2#0+1)' };
  assert.equal(readCommandReply(ZUNIONSTORE), [expected]);
  const maps = [...ZUNIONSTORE];
  maps[8] = (ZUNIONSTORE[8] as Reply[][]).map(asMap);
  assert.equal(readCommandReply(maps), [expected]);
});

test('before Redis 7 there are only first key, last key and step', () => {
  assert.equal(readCommandReply(['mset', -3, ['write'], 1, -1, 2])[0]!.group, 'write (W1..-1+2)');
  assert.equal(readCommandReply(['x', -3, ['readonly', 'movablekeys'], 0, 0, 0])[0]!.group, 'readonly (R?!)');
});

test('a keyword is read in upper case, and keys that can’t be found are hidden ones', () => {
  const keyword = ['flags', ['RO'], 'begin_search', ['type', 'keyword', 'spec', ['keyword', 'keys', 'startfrom', 1]]];
  const unknown = ['flags', ['RW', 'incomplete'], 'begin_search', ['type', 'unknown', 'spec', []]];
  const reply: Reply[] = [
    'y',
    2,
    [],
    0,
    0,
    0,
    [],
    [],
    [
      [...keyword, 'find_keys', range(-1)],
      [...unknown, 'find_keys', ['type', 'unknown', 'spec', []]],
    ],
  ];
  assert.is(readCommandReply(reply)[0]!.group, '(RKEYS@1..-1) (W?!)');
});

test('what a server teaches is found like what the tables have, subcommands too', () => {
  const names = new CommandNames();
  const child: Reply[] = ['my.box|open', 3, ['readonly'], 2, 2, 1, [], ['request_policy:all_shards'], [], []];
  assert.is(learnCommand('MY.BOX', [['my.box', -2, ['module'], 0, 0, 0, [], [], [], [child]]], names), true);
  const open = names.find('MY.BOX')!.subcommands!.find('open')!;
  assert.equal([open.name, open.isReadonly, open.requestPolicy], ['MY.BOX OPEN', true, 'all_shards']);
  assert.is(names.find('my.box')!.runsUserCode, true);
});

test('a command that a server calls by another name is found by that one', () => {
  const names = new CommandNames();
  assert.is(learnCommand('FETCH', [['get', 2, ['readonly'], 1, 1, 1]], names), true);
  assert.equal([names.find('fetch')?.name, names.find('get')], ['FETCH', undefined]);
});

test('what is no description is not learnt', () => {
  const names = new CommandNames();
  const strange: Reply[] = ['a', 1, [], 0, 0, 0, [], [], [], [['a|b c', 1, [], 0, 0, 0]]];
  const newKind: Reply[] = [
    'z',
    1,
    [],
    0,
    0,
    0,
    [],
    [],
    [['flags', ['RO'], 'begin_search', ['type', 'index', 'spec', ['index', -1]], 'find_keys', range(0)]],
  ];
  const bare = Object.create(null) as Reply;
  for (const reply of [
    [[bare, 1, [], 0, 0, 0]],
    [['a', 1, [bare], 0, 0, 0]],
    null,
    'x',
    [],
    [null],
    [['a']],
    [strange],
    [newKind],
    new Error('x'),
  ]) {
    assert.is(learnCommand('NAME', reply, names), false);
  }
  assert.equal([...names], []);
});

test.run();
