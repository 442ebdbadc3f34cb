/** `slotwire conform`: the conformance suite against a server. */
import {
  CASES,
  type Case,
  type CaseResult,
  makeReport,
  type Run,
  type RunOptions,
  runCases,
  type StartedTarget,
  selectCases,
  startTarget,
  Unreachable,
} from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import { ownVersion } from '../own-version.ts';
import { diffReports, explainCase, listCases, mergeReports } from './documents.ts';
import {
  CONFORM_USAGE,
  type ConformFlags,
  levelOf,
  numberFlag,
  parseFlags,
  protocolOf,
  refuseUseless,
} from './flags.ts';
import { CLUSTER, givenTarget } from './given-target.ts';
import { progressOf } from './progress.ts';
import { checkReporters, type Outcome, wireOf, writeReports } from './reporting.ts';

/** Runs the command and returns its exit code; never rejects. */
export function runConform(args: readonly string[]): Promise<number> {
  return exitCodeOf('conform', () => {
    const { positionals, flags } = parseFlags(args);
    return dispatch(positionals, flags);
  });
}

async function dispatch(positionals: readonly string[], flags: ConformFlags): Promise<number> {
  // `run` may be said, and need not be.
  const [first, ...rest] = positionals[0] === 'run' ? positionals.slice(1) : positionals;
  if (flags.on.has('help')) {
    console.log(CONFORM_USAGE);
    return EXIT.conforms;
  }
  if (first === 'list') return listCases(flags);
  if (first === 'explain') return explainCase(rest[0] ?? '', flags);
  if (first === 'diff') return diffReports(rest, flags);
  if (first === 'merge') return mergeReports(rest, flags);
  if (first === 'replay') return replay(rest, flags);
  if (first === undefined && !flags.on.has('start')) {
    console.error(CONFORM_USAGE);
    return EXIT.usage;
  }
  return conform(first === undefined ? [] : [first, ...rest], flags);
}

async function replay([name, ...target]: readonly string[], flags: ConformFlags): Promise<number> {
  if (name === undefined || (target.length === 0 && !flags.on.has('start'))) {
    throw argumentOutOfRange('replay takes a case and a target: FRM-02 HOST:PORT');
  }
  if (flags.texts.only !== undefined || flags.text.wire !== undefined) {
    throw argumentOutOfRange('replay is of one case, with all its bytes: no --only, no --wire');
  }
  const text = { ...flags.text, wire: 'all' };
  const texts = { ...flags.texts, only: [name] };
  return conform(target, { ...flags, text, texts });
}

async function conform([name, ...more]: readonly string[], flags: ConformFlags): Promise<number> {
  if (more.length > 0) throw argumentOutOfRange(`one target, not ${more.length + 1}`);
  const isCluster = name?.startsWith(CLUSTER) === true;
  if (flags.on.has('start')) refuseUseless(flags, 'conform with --start');
  else refuseUseless(flags, isCluster ? 'conform of a cluster' : 'conform of a server');
  const chosen = selectCases(CASES, { ...flags.texts, level: levelOf(flags) });
  // The other cases would meet MOVED at every key.
  const cases = isCluster ? chosen.filter(({ server }) => server === 'cluster') : chosen;
  if (cases.length === 0) throw argumentOutOfRange('no case is left');
  checkReporters(flags);
  const options = runOptions(flags);
  const started = flags.on.has('start') ? await start(name, cases) : undefined;
  try {
    const target = started?.target ?? (await givenTarget(name!, flags));
    const progress = progressOf(cases, flags);
    const onResult = ({ case: { section }, verdict }: CaseResult) => progress?.add(section, verdict);
    const run = await runCases(cases, target, { ...options, onResult });
    const written = makeReport(run, { version: ownVersion(), wire: wireOf(flags), options: spokenOptions(flags) });
    return exitCode(run, writeReports(written, flags));
  } finally {
    await started?.stop();
  }
}

async function start(name: string | undefined, cases: readonly Case[]): Promise<StartedTarget> {
  try {
    return await startTarget(name, { withCluster: cases.some(({ server }) => server === 'cluster') });
  } catch (cause) {
    throw new Unreachable((cause as Error).message, { cause });
  }
}

/** What is in the report of how the run was asked for: nothing that is a secret. */
function spokenOptions({ text, texts, on }: ConformFlags): Record<string, string | boolean | readonly string[]> {
  const { level, resp, as, timeout, jobs, seed } = text;
  const given = { level, resp, as, timeout, jobs, seed, only: texts.only, skip: texts.skip };
  const switches = ['unsafe', 'yes-i-may', 'start', 'bail', 'no-known'].filter((name) => on.has(name));
  const known = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return Object.fromEntries([...known, ...switches.map((name) => [name, true] as const)]);
}

function exitCode(run: Run, { fails, hasErrors }: Outcome): number {
  if (run.killedBy !== undefined) return EXIT.unreachable;
  if (fails) return EXIT.fails;
  return hasErrors ? EXIT.fault : EXIT.conforms;
}

function runOptions(flags: ConformFlags): RunOptions {
  const { as } = flags.text;
  const [, name, version] = /^([a-z]+)-(\d[\d.]*)$/.exec(as ?? '') ?? [];
  if (as !== undefined && as !== 'auto' && (name === undefined || version === undefined)) {
    throw argumentOutOfRange('--as is NAME-VERSION, or auto');
  }
  return {
    jobs: numberFlag(flags, 'jobs'),
    timeoutMs: numberFlag(flags, 'timeout'),
    quietMs: numberFlag(flags, 'quiet-time'),
    bail: flags.on.has('bail'),
    acceptKnown: !flags.on.has('no-known'),
    protocol: protocolOf(flags),
    maxMs: numberFlag(flags, 'max-time'),
    maxBytes: numberFlag(flags, 'max-bytes'),
    seed: flags.text.seed,
    as: name === undefined || version === undefined ? undefined : { name, version },
  };
}
