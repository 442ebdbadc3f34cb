import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { argumentText, type CommandInfo, keyPositions } from '../../commands/index.ts';
import { RedisError } from '../../errors.ts';
import type { Argument } from '../../resp/index.ts';
import type { Command, Outcome, Trace } from '../command.ts';
import { formatAddress } from '../endpoint.ts';
import type { Transaction } from '../transaction.ts';
import { type Attributes, commonAttributes, type Place } from './attributes.ts';
import { type Failure, failureOf } from './failure.ts';

/** What a client knows of its commands before they are sent. */
export interface TraceHome {
  /** The database index that its connections were made with. */
  readonly database: number;
  /** The server, where there is only one. */
  readonly place: Place | undefined;
}

/** One command, or one of several that were sent together. */
interface Call {
  readonly info: CommandInfo | undefined;
  readonly args: readonly Argument[];
}

/** Longer ones end in `...`: who counts them has few. */
const MAX_QUERY_LENGTH = 256;

/**
 * One call of `send`, `sendAll`, `transaction` or `runScript`, as subscribers of the tracing channel `slotwire:command`
 * are told of it: by `start` and `end` when it is sent, by `asyncStart` and `asyncEnd` when it has settled, and by `error`
 * before these when it failed.
 *
 * It is a view: what is not known yet (slot, address, redirects) is there at the end. Names and numbers alone are in it,
 * no argument and no reply.
 */
export class CommandTrace implements Trace {
  readonly #home: TraceHome;
  /** A `sendAll` has several. */
  readonly #subject: Command | readonly Command[];
  #place: Place | undefined;
  /** Of all its commands; nearly none fails. */
  #failed: { readonly first: Failure; count: number } | undefined;

  constructor(subject: Command | readonly Command[], home: TraceHome) {
    this.#subject = subject;
    this.#home = home;
    this.#place = home.place;
  }

  /** Why it failed; of a `sendAll` or a transaction the first of its errors. */
  get error(): Failure | undefined {
    return this.#failed?.first;
  }

  /** How many commands failed. */
  get failures(): number {
    return this.#failed?.count ?? 0;
  }

  /** `GET`, `CLIENT SETNAME`; of several commands `PIPELINE` or `MULTI`, with the name that all of them have. */
  get command(): string {
    const calls = this.#calls();
    const [first] = calls;
    const name = first === undefined ? undefined : nameOf(first);
    if (name !== undefined && calls.length === 1) return name;
    const kind = isBatch(this.#subject) ? 'PIPELINE' : 'MULTI';
    return name !== undefined && calls.every((call) => nameOf(call) === name) ? `${kind} ${name}` : kind;
  }

  /** How many commands a `sendAll` or a transaction has; undefined for one that is alone. */
  get batchSize(): number | undefined {
    const { length } = this.#calls();
    return length === 1 ? undefined : length;
  }

  /** The arguments of all commands, without their names. */
  get argumentCount(): number {
    return sum(this.#calls(), (call) => call.args.length - wordsOf(call));
  }

  /** The keys of all commands, as far as tables know them. */
  get keyCount(): number {
    return sum(this.#calls(), ({ info, args }) => (info === undefined ? 0 : keyPositions(info, args).length));
  }

  /** The hash slot; -1 where there is none, or more than one. */
  get slot(): number {
    const records = this.#records();
    return records.length === 1 ? records[0]!.slot : -1;
  }

  /** MOVED and ASK followed. */
  get redirects(): number {
    return sum(this.#records(), ({ redirects }) => redirects);
  }

  /** Other refusals, and failed look-ups of the way, after each of which it was sent again. */
  get refusals(): number {
    return sum(this.#records(), ({ refusals }) => refusals);
  }

  /** The server that it was last given to; undefined while there is none, and for commands that go to several. */
  get address(): string | undefined {
    return this.#place && formatAddress(this.#place.endpoint);
  }

  /** The command with a `?` for each argument: `SET ? ?`. */
  get queryText(): string {
    const texts = this.#calls().map((call) => [nameOf(call), ...placeholders(call)].join(' '));
    const text = new Set(texts).size === 1 ? texts[0]! : texts.join('; ');
    return text.length <= MAX_QUERY_LENGTH ? text : `${text.slice(0, MAX_QUERY_LENGTH)}...`;
  }

  /** All of this by OpenTelemetry's names. */
  get attributes(): Attributes {
    const { batchSize, slot, redirects, refusals } = this;
    const attributes = commonAttributes(this.#place, this.error);
    attributes['db.operation.name'] = this.command;
    attributes['db.namespace'] = String(this.#home.database);
    attributes['db.query.text'] = this.queryText;
    if (batchSize !== undefined) attributes['db.operation.batch.size'] = batchSize;
    if (slot >= 0) attributes['slotwire.slot'] = slot;
    if (redirects > 0) attributes['slotwire.redirects'] = redirects;
    if (refusals > 0) attributes['slotwire.refusals'] = refusals;
    return attributes;
  }

  /** A connection was given the command. @internal */
  sentTo(place: Place): void {
    this.#place = place;
  }

  /** Its caller is being told. @internal */
  settled(outcome: Outcome, isError: boolean): void {
    if (isError) this.#fail(outcome as RedisError);
    else if (Array.isArray(outcome) && this.#transaction !== undefined) this.#failEach(outcome);
    tellLater(this);
  }

  /** The same of a `sendAll`. @internal */
  settledAll(outcomes: readonly Outcome[]): void {
    this.#failEach(outcomes);
    tellLater(this);
  }

  #failEach(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) if (outcome instanceof RedisError) this.#fail(outcome);
  }

  #fail(error: RedisError): void {
    this.#failed ??= { first: failureOf(error), count: 0 };
    this.#failed.count++;
  }

  get #transaction(): Transaction | undefined {
    return isBatch(this.#subject) ? undefined : this.#subject.transaction;
  }

  #records(): readonly Command[] {
    return isBatch(this.#subject) ? this.#subject : [this.#subject];
  }

  #calls(): readonly Call[] {
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#records();
    return transaction.commands.map((args, i) => ({ args, info: transaction.infos[i] }));
  }
}

/** Subscribers of `slotwire:command`. */
export const COMMANDS: TracingChannel<unknown, CommandTrace> = tracingChannel('slotwire:command');

/** Sends what a trace is about, in the context that subscribers have bound to its `start`. */
export function traceSending<T>(trace: CommandTrace, send: (subject: T) => void, subject: T): void {
  if (hasNoStores(COMMANDS.start)) {
    COMMANDS.start.publish(trace);
    send(subject);
  } else COMMANDS.start.runStores(trace, send, undefined, subject);
  COMMANDS.end.publish(trace);
}

/**
 * Whether it is certain that no context is bound to a channel. `runStores` is right in any case, but makes three closures a
 * command for contexts that there mostly are none of; a Node.js that keeps them elsewhere is asked to run them.
 */
function hasNoStores(start: object): boolean {
  return (start as { _stores?: { size?: unknown } })._stores?.size === 0;
}

/** Settled in this turn, to be told at its end. */
let settled: CommandTrace[] = [];

/** Once for all replies of a chunk: subscribers are a user's code, and don't run on the decoder's stack. */
function tellLater(trace: CommandTrace): void {
  if (settled.push(trace) === 1) queueMicrotask(tellSettled);
}

function tellSettled(): void {
  const traces = settled;
  settled = [];
  for (const trace of traces) {
    if (trace.error !== undefined) COMMANDS.error.publish(trace);
    COMMANDS.asyncStart.publish(trace);
    COMMANDS.asyncEnd.publish(trace);
  }
}

function isBatch(subject: Command | readonly Command[]): subject is readonly Command[] {
  return Array.isArray(subject);
}

function nameOf({ info, args }: Call): string {
  return info?.name ?? argumentText(args[0]!);
}

/** How many of the arguments are the command's name: a subcommand's has two words. */
function wordsOf({ info }: Call): number {
  return info?.name.includes(' ') === true ? 2 : 1;
}

/** No more than are shown. */
function placeholders(call: Call): string[] {
  return new Array<string>(Math.min(call.args.length - wordsOf(call), MAX_QUERY_LENGTH)).fill('?');
}

function sum<T>(values: readonly T[], count: (value: T) => number): number {
  return values.reduce((total, value) => total + count(value), 0);
}
