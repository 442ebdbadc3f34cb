/** `slotwire vectors`: the vectors for parsers, in any language. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  AdapterReader,
  type Level,
  ownParser,
  REPLY_VECTORS,
  type Reader,
  type ReplyVector,
  readerInProcess,
  runVectors,
  selectCases,
  vectorBytes,
} from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { type ConformFlags, levelOf, numberFlag, parseFlags, protocolOf, refuseUseless } from '../conform/flags.ts';
import { progressOf } from '../conform/progress.ts';
import { checkReporters, writeReports } from '../conform/reporting.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import { ownVersion } from '../own-version.ts';

export const VECTORS_USAGE = `usage: slotwire vectors list [--json]
       slotwire vectors explain ID
       slotwire vectors export DIR              a file of bytes and one of what they say, for each
       slotwire vectors run -- COMMAND ...      through the parser behind an adapter
       slotwire vectors run                     through the decoder of this package

An adapter is a program that reads streams on its standard input, and says on its standard output what its parser makes
of each: src/conformance/vectors/README.md describes it, and the repository has some in conformance/adapters.

which vectors
  --only GLOB, --skip GLOB    by id or section; repeatable
  --level must|should|all     leaves out what is weaker
  --resp 2|3|both             only those of one protocol

the run
  --timeout MS                how long a parser may say nothing (default 5000)
  --baseline FILE             failures that are known; --strict-baseline: what is mended fails; --update-baseline
  --reporter NAME[=FILE]      term, json, junit, tap, md, html; repeatable (default term)
  --no-color

exit code: 0 all as wanted, 1 not, 2 usage, 3 the adapter does not start, 4 a fault of the suite
`;

interface Entry {
  readonly id: string;
  readonly section: string;
  readonly level: Level;
  readonly vector: ReplyVector;
}

const LEVELS = { must: 'must', should: 'should', may: 'info' } as const;

/** Runs the command and returns its exit code; never rejects. */
export function runVectorsCommand(args: readonly string[]): Promise<number> {
  return exitCodeOf('vectors', () => {
    const end = args.indexOf('--');
    const { positionals, flags } = parseFlags(end < 0 ? args : args.slice(0, end));
    return dispatch(positionals, flags, end < 0 ? [] : args.slice(end + 1));
  });
}

function dispatch(
  [first, ...rest]: readonly string[],
  flags: ConformFlags,
  command: readonly string[],
): number | Promise<number> {
  if (flags.on.has('help')) {
    console.log(VECTORS_USAGE);
    return EXIT.conforms;
  }
  if (first === 'list') return list(flags);
  if (first === 'explain') return explain(rest[0] ?? '', flags);
  if (first === 'export') return exportTo(rest[0], flags);
  if (first === 'run' && rest.length === 0) return run(flags, command);
  console.error(VECTORS_USAGE);
  return EXIT.usage;
}

function chosen(flags: ConformFlags): Entry[] {
  const protocol = protocolOf(flags);
  const entries = REPLY_VECTORS.map((vector): Entry => {
    const { id, requirement } = vector;
    return { id, section: id.slice(0, id.indexOf('/')), level: LEVELS[requirement], vector };
  });
  const selected = selectCases(entries, { ...flags.texts, level: levelOf(flags) });
  return selected.filter(({ vector }) => protocol === undefined || vector.protocol === protocol);
}

function list(flags: ConformFlags): number {
  refuseUseless(flags, 'vectors list');
  const entries = chosen(flags);
  if (flags.on.has('json')) {
    console.log(JSON.stringify(entries.map(({ vector }) => vector)));
    return EXIT.conforms;
  }
  for (const { id, vector } of entries) {
    console.log(`RESP${vector.protocol} ${vector.requirement.padEnd(6)} ${id.padEnd(34)} ${vector.title}`);
  }
  console.log(`${entries.length} vectors`);
  return EXIT.conforms;
}

function explain(id: string, flags: ConformFlags): number {
  refuseUseless(flags, 'vectors explain');
  const vector = REPLY_VECTORS.find((each) => each.id === id);
  if (vector === undefined) throw argumentOutOfRange(`no vector is called ${JSON.stringify(id)}`);
  console.log(JSON.stringify(vector, null, 2));
  return EXIT.conforms;
}

/** `DIR/integer/zero.resp` holds the bytes, `DIR/integer/zero.json` the vector. */
function exportTo(folder: string | undefined, flags: ConformFlags): number {
  refuseUseless(flags, 'vectors export');
  const entries = chosen(flags);
  if (folder === undefined) throw argumentOutOfRange('export takes a folder');
  for (const { id, vector } of entries) {
    const file = join(folder, id);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.resp`, vectorBytes(vector.wire));
    writeFileSync(`${file}.json`, `${JSON.stringify(vector)}\n`);
  }
  console.log(`${entries.length} vectors`);
  return EXIT.conforms;
}

async function run(flags: ConformFlags, command: readonly string[]): Promise<number> {
  refuseUseless(flags, command.length > 0 ? 'vectors run of an adapter' : 'vectors run');
  const entries = chosen(flags);
  if (entries.length === 0) throw argumentOutOfRange('no vector is left');
  checkReporters(flags);
  const version = ownVersion();
  const reader = await readerFor(command, flags, version);
  const progress = progressOf(entries, flags);
  try {
    const vectors = entries.map(({ vector }) => vector);
    const report = await runVectors(vectors, reader, {
      version,
      onResult: ({ section, verdict }) => progress?.add(section, verdict),
    });
    return writeReports(report, flags).fails ? EXIT.fails : EXIT.conforms;
  } finally {
    await reader.stop();
  }
}

function readerFor(command: readonly string[], flags: ConformFlags, version: string): Promise<Reader> {
  if (command.length === 0) return Promise.resolve(readerInProcess(ownParser(version)));
  const silenceMs = numberFlag(flags, 'timeout');
  return AdapterReader.start(command, silenceMs === undefined ? {} : { silenceMs });
}
