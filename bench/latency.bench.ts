/**
 * What large values do to small commands on the same connection of a real server: a small GET alone, next to large replies,
 * and next to large arguments. A reply can't overtake the one before it, so some of the large one's time is the price.
 */
import { Bench } from 'tinybench';
import { connect } from '../src/net/index.ts';
import { startServer } from '../src/testing/index.ts';
import { reportLatency } from './support/report.ts';

const LARGE = 'v'.repeat(1 << 20);

const server = await startServer();
try {
  const client = await connect({ host: server.host, port: server.port });
  await client.sendAll([
    ['SET', 'small', 'v'.repeat(16)],
    ['SET', 'large', LARGE],
  ]);
  let isRunning = false;
  let neighbours: Promise<unknown> = Promise.resolve();
  const nextTo = (args: readonly string[]) => ({
    beforeAll: () => {
      isRunning = true;
      const neighbour = async (): Promise<void> => {
        while (isRunning) await client.send(args, { reply: 'bytes' });
      };
      neighbours = Promise.all([neighbour(), neighbour()]);
    },
    afterAll: async () => {
      isRunning = false;
      await neighbours;
    },
  });
  const small = async (): Promise<void> => {
    await client.send(['GET', 'small']);
  };
  const bench = new Bench({ name: 'a small command on a shared connection', time: 1000 });
  bench
    .add('GET of 16 B, alone', small)
    .add('GET of 16 B, next to GETs of 1 MiB, two at a time', small, nextTo(['GET', 'large']))
    .add('GET of 16 B, next to SETs of 1 MiB, two at a time', small, nextTo(['SET', 'large', LARGE]));
  await reportLatency(bench);
  await client.close();
} finally {
  await server.stop();
}
