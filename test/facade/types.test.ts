import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/cluster/index.ts';
import {
  type CommandArrays,
  type CommandSender,
  type Commands,
  commands,
  type Double,
  type Integer,
  type Key,
} from '../../src/facade/index.ts';
import type { Client, Session } from '../../src/net/index.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';

const test = suite('types');

// What follows is checked by the compiler: an assertion that does not hold is `false`, which is no `true`.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Accepts<Method extends keyof Commands, Args extends readonly unknown[]> =
  Args extends Parameters<Commands[Method]> ? true : false;
type ReplyOf<Method extends keyof Commands, Text extends Reply = string> = Awaited<ReturnType<Commands<Text>[Method]>>;
type IsAny<T> = 0 extends 1 & T ? true : false;
type OptionsOfSet = NonNullable<Parameters<Commands['set']>[2]>;

type Holds = readonly [
  // Whatever sends can be used.
  Cluster extends CommandSender ? true : false,
  Client extends CommandSender ? true : false,
  Session extends CommandSender ? true : false,
  // Parameters are those of the documentation, in its order.
  Equal<Parameters<Commands['get']>, [key: Key]>,
  Equal<Parameters<Commands['expire']>[1], Integer>,
  Equal<Parameters<Commands['incrbyfloat']>[1], Double>,
  Equal<Parameters<Commands['lpop']>, [key: Key, count?: Integer | undefined]>,
  Equal<Parameters<Commands['lmove']>[2], 'LEFT' | 'RIGHT'>,
  Equal<Parameters<Commands['del']>, [key: Key | readonly Key[]]>,
  Equal<Parameters<Commands['hset']>[1], readonly (readonly [field: Argument, value: Argument])[]>,
  Accepts<'get', [string]>,
  Accepts<'get', [Buffer]>,
  Equal<Accepts<'get', []>, false>,
  Equal<Accepts<'get', [undefined]>, false>,
  Equal<Accepts<'get', [{ key: string }]>, false>,
  Equal<Accepts<'expire', [string, string]>, false>,
  Equal<Accepts<'lmove', [string, string, 'LEFT', 'UP']>, false>,
  Equal<Accepts<'hset', [string, [string]]>, false>,
  // Options: none, one, several, undefined, a flag that is not known before.
  Accepts<'set', [string, string]>,
  Accepts<'set', [string, string, { EX: 10 }]>,
  Accepts<'set', [string, string, { NX: true; GET: true; PX: 10n }]>,
  Accepts<'set', [string, string, { EX: undefined }]>,
  Accepts<'set', [string, string, { EX: number | undefined }]>,
  Accepts<'set', [string, string, { NX: boolean }]>,
  Equal<Accepts<'set', [string, string, { EX: true }]>, false>,
  Equal<Accepts<'set', [string, string, { EX: 1; PX: 1 }]>, false>,
  Equal<Accepts<'set', [string, string, { NX: true; XX: true }]>, false>,
  Equal<Accepts<'set', [string, string, 'NX']>, false>,
  'EX' extends keyof OptionsOfSet ? true : false,
  'ex' extends keyof OptionsOfSet ? false : true,
  // Blocks and choices.
  Accepts<'sort', [string, { LIMIT: { offset: 0; count: 1 }; GET: readonly string[]; DESC: true }]>,
  Equal<Accepts<'sort', [string, { LIMIT: { offset: 0 } }]>, false>,
  Accepts<'geosearch', [string, { FROMMEMBER: string }, { BYRADIUS: 1; unit: 'km' }, { COUNT: 1; ANY: true }]>,
  Equal<Accepts<'geosearch', [string, { FROMMEMBER: string }, { BYRADIUS: 1 }]>, false>,
  Equal<
    Accepts<'geosearch', [string, { FROMMEMBER: string }, { BYRADIUS: 1; BYBOX: 1; height: 1; unit: 'km' }]>,
    false
  >,
  Equal<Accepts<'geosearch', [string, { FROMMEMBER: string }, { BYRADIUS: 1; unit: 'km' }, { ANY: true }]>, false>,
  Accepts<'xadd', [string, '*', [[string, number]], { strategy: 'MAXLEN'; '~': true; threshold: 10 }]>,
  Equal<Accepts<'xadd', [string, '*', [[string, number]], { threshold: 10 }]>, false>,
  Accepts<'clientKill', [string]>,
  Accepts<'clientKill', [[{ ID: [1] }, { SKIPME: 'NO' }]]>,
  Equal<Accepts<'clientKill', [[{ ID: [1]; SKIPME: 'NO' }]]>, false>,
  Accepts<'bitfield', [string, [{ OVERFLOW: 'SAT'; INCRBY: { encoding: 'u8'; offset: '#1'; increment: 1 } }]]>,
  Equal<Accepts<'bitfield', [string, [{ OVERFLOW: 'SAT' }]]>, false>,
  // Replies.
  Equal<ReplyOf<'get'>, string | null>,
  Equal<ReplyOf<'get', Buffer>, Buffer | null>,
  Equal<ReplyOf<'incr'>, number | bigint>,
  Equal<ReplyOf<'mset'>, 'OK'>,
  Equal<ReplyOf<'hgetall'>, Reply>,
  Equal<ReplyOf<'scan', Buffer>, [cursor: Buffer, elements: Buffer[]]>,
  // No any: neither in what goes in nor in what comes out.
  Equal<{ [Method in keyof Commands]: IsAny<ReplyOf<Method>> }[keyof Commands], false>,
  Equal<{ [Method in keyof Commands]: IsAny<Parameters<Commands[Method]>[number]> }[keyof Commands], false>,
  // Arrays take what the methods take.
  Equal<Parameters<CommandArrays['set']>, Parameters<Commands['set']>>,
  Equal<ReturnType<CommandArrays['set']>, Argument[]>,
];

/** Never called: its types are what is tested. */
export async function uses(cluster: Cluster, ttl: number | undefined, isNew: boolean): Promise<void> {
  const facade = commands(cluster);
  await facade.set('k', 'v', { EX: ttl, NX: isNew });
  const pairs: string[] = await facade.hgetall<string[]>('h');
  const text: string | null = await facade.get('k');
  const bytes: Buffer | null = await commands(cluster, { reply: 'bytes' }).get('k');
  await commands(cluster, { route: { node: 'id' }, timeoutMs: 5 }).clientId();
  await facade.hset('h', Object.entries({ a: 1, b: '2' }));
  await facade.hset('h', [...new Map([['a', 1]])]);
  void [pairs, text, bytes];
}

type AllTrue<List extends readonly boolean[]> = Equal<List[number], true>;

test('the assertions of this file compile', () => {
  const holds: AllTrue<Holds> = true;
  assert.ok(holds);
});

test.run();
