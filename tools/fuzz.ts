/**
 * Fuzzes the codec: mutated vectors and mutated replies of real servers, against the slow reference decoder.
 *
 *     node build/tools/fuzz.js [--minutes N] [--seed S] [--replies FILE | --peers]
 *
 * FILE holds more replies to begin with: a JSON array of texts in which each character stands for one byte. Findings are
 * printed as vectors, ready to be put into src/conformance/vectors; the exit code is 1 when there is one.
 *
 * With `--peers` whole replies are generated instead, and read by redis-parser and @redis/client too: whoever reads anything
 * else than was written is found, ourselves among them.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/testing/index.ts';
import { Fuzzer, vectorOf } from '../test/support/fuzz.ts';
import { fuzzSeeds, readReplies } from '../test/support/fuzz-seeds.ts';
import { fuzzPeers } from './fuzz-peers.ts';

const PROGRESS_MS = 10_000;
/** One fault shows itself in many inputs. */
const MAX_FINDINGS = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    replies: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const minutes = numberOf('minutes', values.minutes);
  const seed = numberOf('seed', values.seed);
  if (values.peers) {
    console.log(`seed ${seed}, ${minutes} minutes`);
    process.exitCode = (await fuzzPeers({ minutes, seed })) === 0 ? 0 : 1;
    return;
  }
  const seeds = [...fuzzSeeds(), ...(values.replies === undefined ? [] : readReplies(values.replies))];
  const fuzzer = new Fuzzer(seeds, seededRandom(seed));
  console.log(`seed ${seed}, ${seeds.length} inputs to begin with, ${minutes} minutes`);
  const started = performance.now();
  const end = started + minutes * 60_000;
  let nextLine = started + PROGRESS_MS;
  for (let now = started; now < end && fuzzer.findings.length < MAX_FINDINGS; now = performance.now()) {
    if (now >= nextLine) {
      console.log(progress(fuzzer, (now - started) / 1000));
      nextLine += PROGRESS_MS;
    }
    for (let step = 0; step < 100; step++) fuzzer.step();
  }
  report(fuzzer, (performance.now() - started) / 1000);
}

function progress({ inputs, corpusSize, findings }: Fuzzer, seconds: number): string {
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  return `${seconds.toFixed(0)} s: ${inputs} inputs, corpus ${corpusSize}, ${memory} MiB, ${findings.length} findings`;
}

function report(fuzzer: Fuzzer, seconds: number): void {
  for (const finding of fuzzer.findings) {
    console.log(`\n${finding.fault}\nwith ${JSON.stringify(finding.options)}\n${JSON.stringify(vectorOf(finding))}`);
  }
  const rate = Math.round(fuzzer.inputs / seconds);
  console.log(`\n${progress(fuzzer, seconds)}, ${rate} inputs a second`);
  process.exitCode = fuzzer.findings.length === 0 ? 0 : 1;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} must be a number, not ${JSON.stringify(text)}`);
  process.exit(2);
}

await main();
