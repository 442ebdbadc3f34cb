/** Runs one case against a target: prepares its connections, plays it, judges it, cleans up. */
import { createHash, randomBytes } from 'node:crypto';
import type { Endpoint } from '../net/index.ts';
import type { Case, KnownDeviation } from './case.ts';
import { contentBytes } from './content.ts';
import { FAILURES, type Judgement, judge } from './judge.ts';
import type { Observation } from './observation.ts';
import { runSteps, type Stage } from './run-steps.ts';
import { knownOf } from './server-version.ts';
import { areAlive, ask, Control, type Profile, type Target } from './target.ts';
import type { Patience } from './wait.ts';
import { WireConnection, type WireLog } from './wire-connection.ts';
import { expandWords, type Words } from './words.ts';

/** All keys and channels of the suite begin with this. */
export const KEY_PREFIX = 'slotwire:';

/** What a case came to. */
export interface CaseResult extends Judgement {
  readonly case: Case;
  readonly ms: number;
  /** How often it was played; not once for each cut of a sweep. */
  readonly attempts: number;
  /** Undefined when it was not run. */
  readonly observation?: Observation;
}

/** Where and how cases are run. */
export interface CaseContext {
  readonly target: Target;
  readonly profile: Profile;
  readonly patience: Patience;
  /** False: a known deviation counts as a failure. */
  readonly acceptKnown: boolean;
  /** A connection that gets more is broken off. */
  readonly maxBytes: number;
  /** What the names of keys are made of. */
  readonly seed?: string | undefined;
}

/** Runs a case; never rejects. */
export async function runCase(one: Case, context: CaseContext): Promise<CaseResult> {
  const startedAt = performance.now();
  const known = context.acceptKnown ? knownOf(one, context.profile) : [];
  let outcome = await attempt(one, context, { known });
  let attempts = 1;
  // What the network did is tried again; so is silence, with more patience, and a reset that came too early.
  const again = secondTry(outcome);
  if (again !== undefined) {
    attempts = 2;
    outcome = await attempt(one, context, { known, ...again });
  }
  // A server that closes as it should may have ended itself behind it.
  const isDoubtful = FAILURES.includes(outcome.verdict) || isClosed(outcome);
  if (isDoubtful && !(await areAlive(endpointsOf(one, context.target)))) {
    outcome = { ...outcome, verdict: 'crash', note: 'the server does not answer any more', consequence: 'hang' };
  }
  return { ...outcome, case: one, attempts, ms: Math.round(performance.now() - startedAt) };
}

/** The servers that a case speaks to: one, but in a cluster. */
export function endpointsOf(one: Case, target: Target): Endpoint[] {
  const names = new Set(one.steps.map(({ on }) => on ?? 'a'));
  return [...new Set([...names].map((name) => endpointOf(one, name, target)))];
}

function isClosed({ observation }: Outcome): boolean {
  return observation?.ending === 'fin' || observation?.ending === 'rst';
}

interface Manner {
  readonly slowly?: boolean;
  readonly patiently?: boolean;
}

interface Attempt extends Manner {
  readonly known: readonly KnownDeviation[];
}

type Outcome = Judgement & { readonly observation?: Observation };

function secondTry({ verdict, note, observation }: Outcome): Manner | undefined {
  if (verdict === 'error') return {};
  if (verdict === 'hang') return { patiently: true };
  if (note?.includes('reset') === true && observation?.ending === 'rst' && verdict === 'lenient')
    return { slowly: true };
  return undefined;
}

async function attempt(one: Case, context: CaseContext, manner: Attempt): Promise<Outcome> {
  const { known } = manner;
  const { target, patience } = context;
  const keys = new Set<string>();
  const words = newWords(target, keys, nonceFor(one, context.seed));
  const stage: Stage = {
    patience: manner.patiently === true ? { ...patience, timeoutMs: 3 * patience.timeoutMs } : patience,
    words,
    open: (name, log) => openFor(one, name, { ...context, log }),
    act: async (what) => target.act?.(what),
    slowly: manner.slowly === true,
  };
  let outcome: Outcome = { verdict: 'error', note: 'nothing was run' };
  let control: Control | undefined;
  try {
    control = await controlFor(one, target);
    for (const cutAt of cuts(one, words)) {
      const observation = await runSteps(
        one,
        [...one.expect, ...known],
        cutAt === undefined ? stage : { ...stage, cutAt },
      );
      outcome = { ...judge(one, known, { observation, words }), observation };
      const isBad = FAILURES.includes(outcome.verdict);
      if (isBad && cutAt !== undefined) outcome = { ...outcome, note: `cut at byte ${cutAt}` };
      if (isBad) break;
    }
  } catch (error) {
    outcome = { verdict: 'error', note: (error as Error).message };
  }
  await cleanUp(one, control, { keys, words }).catch(() => {});
  return outcome;
}

const NONCE_BYTES = 6;

function nonceFor({ id }: Case, seed: string | undefined): string {
  if (seed === undefined) return randomBytes(NONCE_BYTES).toString('hex');
  return createHash('sha256')
    .update(`${seed} ${id}`)
    .digest('hex')
    .slice(0, 2 * NONCE_BYTES);
}

function newWords(target: Target, keys: Set<string>, nonce: string): Words & { readonly values: Map<string, string> } {
  const values = new Map([...(target.words ?? []), ['nonce', nonce]]);
  const key = (name: string): string => {
    // `A/name` is a key whose slot belongs to part A of the cluster.
    const [, part, rest] = /^([A-Za-z-]+)\/(.*)$/s.exec(name) ?? [];
    const tag = part === undefined ? '' : `{${target.tagOf?.(part) ?? part}}`;
    const whole = `${KEY_PREFIX}${nonce}:${tag}${part === undefined ? name : rest}`;
    keys.add(whole);
    return whole;
  };
  return { key, values };
}

const MAX_CUTS = 64;

/** Where a sweep cuts: nowhere for other cases. */
function cuts(one: Case, words: Words): (number | undefined)[] {
  if (one.sweep === undefined) return [undefined];
  const { length } = contentBytes(one.steps[0]!.send ?? [], words);
  return Array.from({ length: Math.min(length - 1, MAX_CUTS) }, (_, index) => index + 1);
}

function endpointOf(one: Case, connection: string, target: Target): Endpoint {
  if (one.server === 'protected') return target.secured?.endpoint ?? target.plain;
  if (one.server === 'replica') return target.replica ?? target.plain;
  if (one.server === 'cluster') return target.nodes?.get(connection.split(':')[0]!) ?? target.plain;
  return target.plain;
}

async function openFor(
  one: Case,
  name: string,
  { target, log, maxBytes }: Pick<CaseContext, 'target' | 'maxBytes'> & { readonly log: WireLog },
): Promise<WireConnection> {
  const connection = await WireConnection.open(name, endpointOf(one, name, target), { log, maxBytes });
  try {
    const { login } = target;
    if (login !== undefined && one.server !== 'protected') {
      const { username, password } = login;
      await prepare(connection, username === undefined ? ['AUTH', password] : ['AUTH', username, password]);
    }
    const isMain = name === 'a' || (one.server === 'cluster' && name === one.steps[0]?.on);
    if (one.protocol === 3 && isMain) await prepare(connection, ['HELLO', '3']);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Says what has to be said before the case begins; its reply is not the case's. */
async function prepare(connection: WireConnection, command: readonly string[]): Promise<void> {
  const [first] = await ask(connection, command);
  if (first === undefined || first.type === '-') throw new Error(`${command[0]} was refused`);
}

/** Opened before the case begins: behind some cases nobody else is let in. */
async function controlFor(one: Case, target: Target): Promise<Control | undefined> {
  // A replica takes no writes.
  if (one.restore === undefined && (one.writes !== true || one.server === 'replica')) return undefined;
  const { secured } = target;
  const endpoint = endpointOf(one, one.steps[0]?.on ?? 'a', target);
  return Control.open(endpoint, one.server === 'protected' ? secured : target.login);
}

async function cleanUp(
  one: Case,
  control: Control | undefined,
  { keys, words }: { keys: ReadonlySet<string>; words: Words },
): Promise<void> {
  try {
    for (const command of one.restore ?? []) {
      await control?.ask(command.map((argument) => expandWords(argument, words).toString()));
    }
    // One by one, because in a cluster they may be in different slots.
    if (one.writes === true) for (const key of keys) await control?.ask(['DEL', key]);
  } finally {
    control?.close();
  }
}
