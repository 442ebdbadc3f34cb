/**
 * Runs parsers over the vectors, and shows what each gets wrong.
 *
 *     node build/tools/corpus.js [--peers] [--from FOLDER] [--json]
 *
 * Alone: our decoder; the exit code is 1 when it does anything but what a vector wants. With `--peers` also the released
 * parsers that are installed in FOLDER, bench/compare unless given; they decide nothing about the exit code.
 */
import { parseArgs } from 'node:util';
import { replyVectors } from '../test/support/vectors.ts';
import { judge, type Verdict } from './corpus/judge.ts';
import { type Column, matrix } from './corpus/matrix.ts';
import { PeerProcess } from './corpus/peer-process.ts';
import { PEERS, type PeerName } from './corpus/peers.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    from: { type: 'string', default: 'bench/compare' },
    json: { type: 'boolean', default: false },
  },
});

const VECTORS = replyVectors();

async function main(): Promise<void> {
  const ours = await column('slotwire');
  const columns = [ours];
  if (values.peers) for (const name of PEERS.filter((peer) => peer !== 'slotwire')) columns.push(await column(name));
  if (values.json)
    console.log(JSON.stringify(columns.map(({ name, verdicts }) => ({ name, verdicts: [...verdicts] }))));
  else console.log(matrix(VECTORS, columns));
  process.exitCode = [...ours.verdicts.values()].every((verdict) => verdict === 'ok') ? 0 : 1;
}

/** What one parser does with every vector of the protocols it knows. */
async function column(name: PeerName): Promise<Column> {
  const parser = new PeerProcess(name, values.from);
  const verdicts = new Map<string, Verdict>();
  for (const vector of VECTORS) {
    if (vector.protocol === 3 && !parser.speaksResp3) continue;
    verdicts.set(vector.id, judge(vector, await parser.read(vector.wire)));
  }
  await parser.stop();
  return { name, version: parser.version, verdicts };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
