import type { Keyspace } from './keyspace.ts';
import * as wire from './wire.ts';

/** What a data command works on. */
export interface DataContext {
  readonly keyspace: Keyspace;
  readonly protocol: wire.Protocol;
  /** The virtual clock. */
  readonly now: number;
}

/** Runs a command whose arity is right; `args` as latin1 text, the name first. @returns the reply. */
export type DataCommand = (context: DataContext, args: readonly string[]) => string;

const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);

/** The data commands that simulated nodes have, by their upper-case name. */
export const DATA_COMMANDS: ReadonlyMap<string, DataCommand> = new Map<string, DataCommand>([
  ['GET', ({ keyspace, protocol }, [, key]) => stringReply(keyspace.get(key!), protocol)],
  ['SET', set],
  ['STRLEN', ({ keyspace }, [, key]) => onString(keyspace.get(key!), (text) => wire.integer(text.length))],
  ['APPEND', append],
  ['INCR', (context, [, key]) => increment(context, key!, 1n)],
  ['DECR', (context, [, key]) => increment(context, key!, -1n)],
  ['INCRBY', (context, [, key, by]) => incrementBy(context, key!, { text: by!, sign: 1n })],
  ['DECRBY', (context, [, key, by]) => incrementBy(context, key!, { text: by!, sign: -1n })],
  ['MSET', mset],
  ['MGET', mget],
  ['DEL', ({ keyspace }, args) => wire.integer(args.slice(1).filter((key) => keyspace.delete(key)).length)],
  ['UNLINK', ({ keyspace }, args) => wire.integer(args.slice(1).filter((key) => keyspace.delete(key)).length)],
  ['EXISTS', ({ keyspace }, args) => wire.integer(args.slice(1).filter((key) => keyspace.has(key)).length)],
  ['TYPE', type],
  ['EXPIRE', (context, [, key, seconds]) => expire(context, key!, { text: seconds!, unitMs: 1000 })],
  ['PEXPIRE', (context, [, key, milliseconds]) => expire(context, key!, { text: milliseconds!, unitMs: 1 })],
  ['PERSIST', persist],
  ['TTL', ({ keyspace }, [, key]) => wire.integer(inSeconds(keyspace.ttlMs(key!)))],
  ['PTTL', ({ keyspace }, [, key]) => wire.integer(Math.round(keyspace.ttlMs(key!)))],
  ['RPUSH', (context, args) => push(context, args, (list, values) => list.push(...values))],
  ['LPUSH', (context, args) => push(context, args, (list, values) => list.unshift(...values.toReversed()))],
  ['LLEN', ({ keyspace }, [, key]) => onList(keyspace.get(key!), (list) => wire.integer(list.length))],
  ['LRANGE', lrange],
]);

function stringReply(value: string | string[] | undefined, protocol: wire.Protocol): string {
  if (value === undefined) return wire.nil(protocol);
  return typeof value === 'string' ? wire.bulk(value) : wire.WRONG_TYPE;
}

function onString(value: string | string[] | undefined, run: (text: string) => string): string {
  return typeof value === 'object' ? wire.WRONG_TYPE : run(value ?? '');
}

function onList(value: string | string[] | undefined, run: (list: string[]) => string): string {
  return typeof value === 'string' ? wire.WRONG_TYPE : run(value ?? []);
}

function set({ keyspace, now, protocol }: DataContext, args: readonly string[]): string {
  const [, key, value, ...options] = args;
  let expiresAt: number | undefined;
  let keepsExpiry = false;
  let condition: string | undefined;
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!.toUpperCase();
    if ((option === 'EX' || option === 'PX') && expiresAt === undefined && i + 1 < options.length) {
      const amount = parseInteger(options[++i]!);
      if (amount === undefined) return wire.NOT_AN_INTEGER;
      if (amount <= 0n) return wire.error("ERR invalid expire time in 'set' command");
      expiresAt = now + Number(amount) * (option === 'EX' ? 1000 : 1);
    } else if (option === 'KEEPTTL') keepsExpiry = true;
    else if ((option === 'NX' || option === 'XX') && condition === undefined) condition = option;
    else return wire.SYNTAX_ERROR;
  }
  if (keepsExpiry && expiresAt !== undefined) return wire.SYNTAX_ERROR;
  if (condition !== undefined && keyspace.has(key!) !== (condition === 'XX')) return wire.nil(protocol);
  keyspace.set(key!, value!, keepsExpiry);
  if (expiresAt !== undefined) keyspace.expireAt(key!, expiresAt);
  return wire.OK;
}

function append({ keyspace }: DataContext, [, key, suffix]: readonly string[]): string {
  return onString(keyspace.get(key!), (text) => {
    keyspace.set(key!, text + suffix!, true);
    return wire.integer(text.length + suffix!.length);
  });
}

function incrementBy(context: DataContext, key: string, by: { text: string; sign: bigint }): string {
  const amount = parseInteger(by.text);
  return amount === undefined ? wire.NOT_AN_INTEGER : increment(context, key, amount * by.sign);
}

function increment({ keyspace }: DataContext, key: string, amount: bigint): string {
  return onString(keyspace.get(key) ?? '0', (text) => {
    const value = parseInteger(text);
    if (value === undefined) return wire.NOT_AN_INTEGER;
    const sum = value + amount;
    if (sum > MAX_INTEGER || sum < MIN_INTEGER) return wire.error('ERR increment or decrement would overflow');
    keyspace.set(key, String(sum), true);
    return wire.integer(sum);
  });
}

function mset({ keyspace }: DataContext, args: readonly string[]): string {
  if (args.length % 2 === 0) return wire.error("ERR wrong number of arguments for 'mset' command");
  for (let i = 1; i < args.length; i += 2) keyspace.set(args[i]!, args[i + 1]!);
  return wire.OK;
}

function mget({ keyspace, protocol }: DataContext, args: readonly string[]): string {
  const values = args.slice(1).map((key) => keyspace.get(key));
  return wire.array(values.map((value) => (typeof value === 'string' ? wire.bulk(value) : wire.nil(protocol))));
}

function type({ keyspace }: DataContext, [, key]: readonly string[]): string {
  const value = keyspace.get(key!);
  if (value === undefined) return wire.simple('none');
  return wire.simple(typeof value === 'string' ? 'string' : 'list');
}

function expire({ keyspace, now }: DataContext, key: string, after: { text: string; unitMs: number }): string {
  const amount = parseInteger(after.text);
  if (amount === undefined) return wire.NOT_AN_INTEGER;
  return wire.integer(keyspace.expireAt(key, now + Number(amount) * after.unitMs) ? 1 : 0);
}

function persist({ keyspace }: DataContext, [, key]: readonly string[]): string {
  const isExpiring = keyspace.ttlMs(key!) >= 0;
  if (isExpiring) keyspace.expireAt(key!, Number.POSITIVE_INFINITY);
  return wire.integer(isExpiring ? 1 : 0);
}

function push(
  { keyspace }: DataContext,
  [, key, ...values]: readonly string[],
  add: (list: string[], values: readonly string[]) => void,
): string {
  return onList(keyspace.get(key!), (list) => {
    add(list, values);
    if (list.length === values.length) keyspace.set(key!, list);
    return wire.integer(list.length);
  });
}

function lrange({ keyspace }: DataContext, [, key, start, stop]: readonly string[]): string {
  const from = parseInteger(start!);
  const to = parseInteger(stop!);
  if (from === undefined || to === undefined) return wire.NOT_AN_INTEGER;
  return onList(keyspace.get(key!), (list) => {
    const end = to < 0n ? list.length + Number(to) + 1 : Number(to) + 1;
    return wire.array(list.slice(Number(from), Math.max(0, end)).map(wire.bulk));
  });
}

function inSeconds(milliseconds: number): number {
  return milliseconds < 0 ? milliseconds : Math.round(milliseconds / 1000);
}

/** An integer as servers take it: canonical decimal of 64 bits. */
function parseInteger(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > MAX_INTEGER || value < MIN_INTEGER ? undefined : value;
}
