import type { Buffer } from 'node:buffer';
import type { SendOptions } from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { Given } from './call-writer.ts';
import { type CallSyntax, encodeCall, readCallSyntax } from './encode-call.ts';
import type { CommandMethods } from './generated/command-methods.ts';
import { SYNTAX_TABLE } from './generated/syntax-table.ts';
import { methodName } from './method-name.ts';

/** Whatever sends commands: a cluster, the client of one server, a session. */
export interface CommandSender<Options extends SendOptions = SendOptions> {
  send(args: readonly Argument[], options?: Options): Promise<Reply>;
}

/** A method for each command. `Text` is what bulk strings are delivered as. */
export type Commands<Text extends Reply = string> = CommandMethods<Text>;

/** The same methods, each of which returns the command instead of sending it. */
export type CommandArrays = {
  readonly [Method in keyof Commands]: (...args: Parameters<Commands[Method]>) => Argument[];
};

/**
 * The commands of Redis and Valkey as methods: `commands(cluster).set(key, value, { EX: 10 })`.
 *
 * Required arguments come first, in the documented order; then optional values; last an object with all that has a word
 * of its own, under this word. A repeated block is a list of tuples (`hset(key, [[field, value]])`), any other an object.
 * Counts such as `numkeys` are those of the lists. The type of a reply, where it is certain, is the method's; another
 * one is the caller's to state: `hgetall<string[]>(key)`.
 *
 * Every method throws a TypeError (`ERR_INVALID_ARGUMENT`) synchronously, for an unknown or missing argument too.
 *
 * @param sender is called with `send(args, options)`, once for each call of a method.
 * @param options of every command sent, those of the sender's `send`; `reply` is `'string'`, whatever the client's own
 * default, or `'bytes'`. With a `route` to several nodes a reply may be none of its method's type.
 */
export function commands<Options extends SendOptions>(
  sender: CommandSender<Options>,
  options?: Omit<Options, 'reply'> & { readonly reply?: 'string' | undefined },
): Commands;
export function commands<Options extends SendOptions>(
  sender: CommandSender<Options>,
  options: Omit<Options, 'reply'> & { readonly reply: 'bytes' },
): Commands<Buffer>;
export function commands(sender: CommandSender, options: SendOptions = {}): unknown {
  const sendOptions = { reply: 'string', ...options } as const;
  return bind((args) => sender.send(args, sendOptions));
}

/** Commands as arrays, for `sendAll` and transactions: `commandArrays().incrby(key, 2)` is `['INCRBY', key, 2]`. */
export function commandArrays(): CommandArrays {
  return bind((args) => args) as CommandArrays;
}

/** What the methods of one facade do with the command that they stand for. */
type Finish = (args: Argument[]) => unknown;

const FINISH: unique symbol = Symbol('finish');

interface Facade {
  readonly [FINISH]: Finish;
}

let methods: object | undefined;

function bind(finish: Finish): unknown {
  methods ??= makeMethods(SYNTAX_TABLE);
  return Object.create(methods, { [FINISH]: { value: finish } });
}

/**
 * A property for each command. Its method is made when a facade is first asked for it, and needs no `this`; the syntax
 * is read then, once for all facades: importing this costs nothing, and a facade costs what is used of it.
 */
function makeMethods(table: string): object {
  const properties: PropertyDescriptorMap = {};
  for (const line of table.split('\n')) {
    const name = methodName(line.split(' ', 1)[0]!);
    let syntax: CallSyntax | undefined;
    const get = function makeMethod(this: Facade): unknown {
      syntax ??= readCallSyntax(line);
      const [callSyntax, finish] = [syntax, this[FINISH]];
      const method = (...given: Given[]): unknown => finish(encodeCall(callSyntax, given));
      Object.defineProperty(this, name, { value: method });
      return method;
    };
    properties[name] = { get };
  }
  return Object.create(null, properties) as object;
}
