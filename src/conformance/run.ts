/** Runs many cases: which ones, in what order, how many at a time. */
import type { Endpoint } from '../net/index.ts';
import type { Case, Need } from './case.ts';
import { contentBytes } from './content.ts';
import { FAILURES } from './judge.ts';
import { type CaseContext, type CaseResult, endpointsOf, runCase } from './run-case.ts';
import { isTooOld } from './server-version.ts';
import { areAlive, Control, type Profile, profileOf, type Target } from './target.ts';
import type { Patience } from './wait.ts';

/** How to run; everything has a default. */
export interface RunOptions {
  /** Cases at a time: 6. */
  readonly jobs?: number | undefined;
  /** Silence of this length counts as silence: 60. */
  readonly quietMs?: number | undefined;
  /** How long a reply that is owed may take: 2000. */
  readonly timeoutMs?: number | undefined;
  /** Stop at the first failure. */
  readonly bail?: boolean | undefined;
  /** False: known deviations count as failures. */
  readonly acceptKnown?: boolean | undefined;
  /** Only cases that speak this protocol. */
  readonly protocol?: 2 | 3 | undefined;
  /** Instead of what the server says of itself. */
  readonly as?: { readonly name: string; readonly version: string } | undefined;
  /** After this long no further case is begun: 300000. */
  readonly maxMs?: number | undefined;
  /** Cases that send more are skipped, and a server that sends more to one of them fails it: 268435456. */
  readonly maxBytes?: number | undefined;
  /** What the names of keys are made of, for a run that sends the same bytes again; unless given, chance. */
  readonly seed?: string | undefined;
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

/** What a run came to. */
export interface Run {
  readonly target: string;
  readonly profile: Profile;
  readonly startedAt: Date;
  readonly ms: number;
  /** In the order of the cases. */
  readonly results: readonly CaseResult[];
  /** The case that ended the server, when one did. */
  readonly killedBy?: Case;
  /** What no report may hold. */
  readonly secrets: readonly string[];
}

const DEFAULTS = { jobs: 6, quietMs: 60, timeoutMs: 2000, maxMs: 300_000, maxBytes: 2 ** 28 };

/**
 * Runs cases against a target.
 *
 * @throws {Unreachable} when the target cannot be reached at the beginning.
 */
export async function runCases(cases: readonly Case[], target: Target, options: RunOptions = {}): Promise<Run> {
  const profile = await profileOf(target, options.as);
  const startedAt = new Date();
  const begunAt = performance.now();
  const run = new Running(target, profile, options);
  // Stays until the end, so that an operator who looks at the connections sees whose they are.
  const sign = await Control.open(target.plain, target.login);
  const results = await run.all(cases);
  sign.close();
  const order = new Map(cases.map((each, index) => [each, index]));
  results.sort((first, second) => order.get(first.case)! - order.get(second.case)!);
  const ms = Math.round(performance.now() - begunAt);
  const { killedBy } = run;
  const ended = killedBy === undefined ? {} : { killedBy };
  return { target: target.name, profile, startedAt, ms, results, secrets: secretsOf(target), ...ended };
}

/** Passwords, the longest first, so that none is cut by another. */
function secretsOf({ login, secured, words = new Map() }: Target): string[] {
  const named = [...words].flatMap(([word, value]) => (word.endsWith('password') ? [value] : []));
  const all = [login?.password, secured?.password, ...named].filter((text) => text !== undefined && text !== '');
  return [...new Set(all as string[])].sort((first, second) => second.length - first.length);
}

/** The states that a cluster goes through, in this order. */
const STAGES = ['stable', 'migrating', 'moved', 'names', 'failed-over', 'hole', 'down'];

class Running {
  killedBy: Case | undefined;
  #context: CaseContext;
  readonly #options: RunOptions;
  readonly #deadline: number;
  readonly #reached: Set<Endpoint>;
  #hasFailed = false;

  constructor(target: Target, profile: Profile, options: RunOptions) {
    const patience: Patience = {
      quietMs: options.quietMs ?? DEFAULTS.quietMs,
      timeoutMs: options.timeoutMs ?? DEFAULTS.timeoutMs,
    };
    const { acceptKnown = true, maxBytes = DEFAULTS.maxBytes, seed } = options;
    this.#context = { target, profile, patience, acceptKnown, maxBytes, seed };
    this.#options = options;
    // It was asked for its profile.
    this.#reached = new Set([target.plain]);
    this.#deadline = performance.now() + (options.maxMs ?? DEFAULTS.maxMs);
  }

  /** Runs cases, those that need a state of the cluster behind the others. */
  async all(cases: readonly Case[]): Promise<CaseResult[]> {
    const results = await this.#batch(cases.filter(({ stage }) => stage === undefined));
    for (const stage of STAGES) {
      const ofStage = cases.filter((each) => each.stage === stage);
      results.push(...(await this.#stage(stage, ofStage)));
    }
    return results;
  }

  /** Runs cases, those that have to be alone behind the others. */
  async #batch(cases: readonly Case[]): Promise<CaseResult[]> {
    const together = cases.filter(({ alone }) => alone !== true);
    const apart = cases.filter(({ alone }) => alone === true);
    return [...(await this.#side(together, this.#options.jobs ?? DEFAULTS.jobs)), ...(await this.#side(apart, 1))];
  }

  /** Brings the cluster into a state and runs the cases of that state. */
  async #stage(stage: string, cases: readonly Case[]): Promise<CaseResult[]> {
    const { target } = this.#context;
    const isWanted = cases.some((one) => this.#skipReason(one) === undefined);
    try {
      const words = isWanted ? await target.enter?.(stage) : undefined;
      if (words !== undefined) {
        this.#context = {
          ...this.#context,
          target: { ...target, words: new Map([...(target.words ?? []), ...words]) },
        };
      }
    } catch (error) {
      const note = `the cluster did not become ${stage}: ${(error as Error).message}`;
      const results = cases.map((one): CaseResult => {
        const reason = this.#skipReason(one);
        return {
          case: one,
          verdict: reason === undefined ? 'error' : 'skip',
          note: reason ?? note,
          ms: 0,
          attempts: 0,
        };
      });
      for (const result of results) this.#options.onResult?.(result);
      return results;
    }
    return this.#batch(cases);
  }

  /** Runs cases, so many at a time. */
  async #side(cases: readonly Case[], jobs: number): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    const waiting = [...cases];
    const worker = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const result = await this.#one(one);
        results.push(result);
        this.#options.onResult?.(result);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
    return results;
  }

  async #one(one: Case): Promise<CaseResult> {
    const reason = this.#skipReason(one);
    if (reason !== undefined) return { case: one, verdict: 'skip', note: reason, ms: 0, attempts: 0 };
    const result = await runCase(one, this.#context);
    const { verdict } = result;
    if (FAILURES.includes(verdict)) this.#hasFailed = true;
    if (verdict === 'crash' || (verdict === 'error' && (await this.#isGone(one)))) this.killedBy ??= one;
    if (verdict !== 'error') for (const endpoint of endpointsOf(one, this.#context.target)) this.#reached.add(endpoint);
    return result;
  }

  /** Whether a server that was there is there no more; one that never was is no reason to leave the others alone. */
  async #isGone(one: Case): Promise<boolean> {
    const { target } = this.#context;
    const endpoints = new Set([target.plain, ...endpointsOf(one, target)]);
    return !(await areAlive([...endpoints].filter((endpoint) => this.#reached.has(endpoint))));
  }

  #skipReason(one: Case): string | undefined {
    const { profile, maxBytes } = this.#context;
    return skipReason(one, profile, this.#options) ?? tooLarge(one, maxBytes) ?? this.#stopReason();
  }

  #stopReason(): string | undefined {
    if (this.killedBy !== undefined) return `the server is gone since ${this.killedBy.id}`;
    if (this.#options.bail === true && this.#hasFailed) return 'stopped at the first failure';
    return performance.now() > this.#deadline ? 'out of time' : undefined;
  }
}

const NO_WORDS = { key: (name: string) => name, values: new Map<string, string>() };

function tooLarge({ steps }: Case, maxBytes: number): string | undefined {
  if (maxBytes >= DEFAULTS.maxBytes) return undefined;
  const bytes = steps.reduce((total, { send = [] }) => total + contentBytes(send, NO_WORDS).length, 0);
  return bytes > maxBytes ? `sends ${bytes} bytes, more than ${maxBytes}` : undefined;
}

/** Why a case cannot run here; undefined when it can. */
export function skipReason(
  one: Case,
  profile: Profile,
  { protocol }: Pick<RunOptions, 'protocol'> = {},
): string | undefined {
  if (protocol !== undefined && (one.protocol ?? 2) !== protocol) return `RESP${one.protocol ?? 2} is not asked for`;
  if (isTooOld(profile, one)) return `since ${one.since}`;
  if (one.protocol === 3 && !profile.hasResp3) return 'needs RESP3';
  const missing = (one.needs ?? []).find((need) => !profile.gives.has(need));
  return missing === undefined ? undefined : `needs ${NEEDS[missing]}`;
}

/** Needs, as a person reads them. */
export const NEEDS: { readonly [N in Need]: string } = {
  unsafe: '--unsafe',
  hostile: '--yes-i-may, or a server on this machine',
  debug: 'DEBUG, and --unsafe',
  password: 'a server with a password (--pass)',
  nopass: 'a server without a password',
  users: 'the users of a server that the suite starts (--start)',
  replica: 'a replica (--replica)',
  cluster: 'a cluster (cluster:HOST:PORT,...)',
  'own-cluster': 'a cluster that the suite starts (--start)',
  remote: 'a connection from another machine',
  loading: 'a server that is loading its data',
};
