/** `slotwire conform`: the conformance suite against a server. */
import { CASES, type Run, type RunOptions, runCases, selectCases, startTarget } from '../../conformance/index.ts';
import { diffReports, explainCase, listCases, mergeReports } from './documents.ts';
import { CONFORM_USAGE, type ConformFlags, numberFlag, parseFlags } from './flags.ts';
import { CLUSTER, givenTarget } from './given-target.ts';
import { type Outcome, report } from './reporting.ts';

/** What the command ends with; see the usage. */
export const EXIT = { conforms: 0, fails: 1, usage: 2, unreachable: 3, fault: 4 } as const;

/** Runs the command and returns its exit code; never rejects. */
export async function runConform(args: readonly string[]): Promise<number> {
  try {
    const { positionals, flags } = parseFlags(args);
    return await dispatch(positionals, flags);
  } catch (error) {
    const { message } = error as Error;
    console.error(`slotwire conform: ${message}`);
    if (error instanceof RangeError || error instanceof TypeError) return EXIT.usage;
    return /ECONN|ENOENT|ENOTFOUND|EHOST|no connection|login|does not answer/.test(message)
      ? EXIT.unreachable
      : EXIT.fault;
  }
}

async function dispatch(positionals: readonly string[], flags: ConformFlags): Promise<number> {
  const [first, ...rest] = positionals;
  if (flags.on.has('help')) {
    console.log(CONFORM_USAGE);
    return EXIT.conforms;
  }
  if (first === 'list') return listCases(flags);
  if (first === 'explain') return explainCase(rest[0] ?? '');
  if (first === 'diff') return diffReports(rest);
  if (first === 'merge') return mergeReports(rest, flags);
  if (first === 'replay') return replay(rest, flags);
  if (first === undefined && !flags.on.has('start')) {
    console.error(CONFORM_USAGE);
    return EXIT.usage;
  }
  return conform(positionals, flags);
}

function replay([name = '', ...target]: readonly string[], flags: ConformFlags): Promise<number> {
  const text = { ...flags.text, wire: 'all' };
  const texts = { ...flags.texts, only: [name] };
  return conform(target, { ...flags, text, texts });
}

async function conform([name, ...more]: readonly string[], flags: ConformFlags): Promise<number> {
  if (more.length > 0) throw new RangeError(`one target, not ${more.length + 1}`);
  const chosen = selectCases(CASES, { ...flags.texts, level: levelOf(flags) });
  // The other cases would meet MOVED at every key.
  const cases = name?.startsWith(CLUSTER) === true ? chosen.filter(({ server }) => server === 'cluster') : chosen;
  if (cases.length === 0) throw new RangeError('no case is left');
  const options = runOptions(flags);
  const started = flags.on.has('start')
    ? await startTarget(name, { withCluster: cases.some(({ server }) => server === 'cluster') })
    : undefined;
  try {
    const target = started?.target ?? (await givenTarget(name!, flags));
    const run = await runCases(cases, target, options);
    return exitCode(run, report(run, flags));
  } finally {
    await started?.stop();
  }
}

function exitCode(run: Run, { fails, hasErrors }: Outcome): number {
  if (run.killedBy !== undefined) return EXIT.unreachable;
  if (fails) return EXIT.fails;
  return hasErrors ? EXIT.fault : EXIT.conforms;
}

function levelOf({ text }: ConformFlags): 'must' | 'should' | 'all' {
  const { level = 'all' } = text;
  if (level === 'must' || level === 'should' || level === 'all') return level;
  throw new RangeError(`--level is must, should or all, not ${level}`);
}

function runOptions(flags: ConformFlags): RunOptions {
  const { resp, as } = flags.text;
  if (resp !== undefined && resp !== '2' && resp !== '3') throw new RangeError(`--resp is 2 or 3, not ${resp}`);
  const [, name, version] = /^([a-z]+)-(\d[\d.]*)$/.exec(as ?? '') ?? [];
  if (as !== undefined && (name === undefined || version === undefined)) throw new RangeError('--as is NAME-VERSION');
  return {
    jobs: numberFlag(flags, 'jobs'),
    timeoutMs: numberFlag(flags, 'timeout'),
    quietMs: numberFlag(flags, 'quiet-time'),
    bail: flags.on.has('bail'),
    acceptKnown: !flags.on.has('no-known'),
    protocol: resp === undefined ? undefined : resp === '2' ? 2 : 3,
    as: name === undefined || version === undefined ? undefined : { name, version },
  };
}
