/** Generated streams, read by our decoder and by released ones in JavaScript. */
import { performance } from 'node:perf_hooks';
import { ownVersion } from '../src/cli/own-version.ts';
import { AdapterReader, ownParser, readerInProcess } from '../src/conformance/index.ts';
import { findMisreading } from '../test/support/peer-fuzz.ts';
import { PARSERS } from './corpus/parsers.ts';

const PEERS = ['redis-parser', 'redis-client'];
/** Streams between two looks at the clock. */
const RUNS = 500;
const PROGRESS_MS = 10_000;

/** Fuzzes each of them for its part of the time. @returns how many read something else than was written. */
export async function fuzzPeers({ minutes, seed }: { minutes: number; seed: number }): Promise<number> {
  const own = readerInProcess(ownParser(ownVersion()));
  let misreadings = 0;
  for (const { prepare } of PARSERS.filter(({ name }) => PEERS.includes(name))) {
    const peer = await AdapterReader.start(await prepare());
    try {
      if (!(await fuzzPeer({ peer, own }, { ms: (minutes * 60_000) / PEERS.length, seed }))) misreadings++;
    } finally {
      await peer.stop();
    }
  }
  return misreadings;
}

type Contest = Parameters<typeof findMisreading>[0];

async function fuzzPeer(contest: Contest, { ms, seed }: { ms: number; seed: number }): Promise<boolean> {
  const { name, version } = contest.peer.profile;
  const started = performance.now();
  let nextLine = started + PROGRESS_MS;
  let round = 0;
  for (let now = started; now - started < ms; now = performance.now()) {
    if (now >= nextLine) {
      console.log(`${((now - started) / 1000).toFixed(0)} s: ${round * RUNS} streams`);
      nextLine += PROGRESS_MS;
    }
    const found = await findMisreading(contest, { seed: seed + round, runs: RUNS });
    round++;
    if (found === undefined) continue;
    const { fault, wire, seed: failed, path } = found;
    console.log(`\n${fault}\nseed ${failed}, path ${path}\n${JSON.stringify(wire.toString('latin1'))}`);
    return false;
  }
  console.log(`${name} ${version} and our decoder read ${round * RUNS} streams alike`);
  return true;
}
