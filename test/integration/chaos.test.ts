import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/testing/index.ts';
import type { Mode } from '../chaos/modes.ts';
import { runMode } from '../chaos/run-mode.ts';

// Each kind of trouble for a few seconds; `npm run chaos` takes longer.
const SECONDS: Readonly<Record<Exclude<Mode, 'mixed'>, number>> = {
  reshard: 5,
  drop: 3,
  partition: 7,
  slow: 4,
  passwd: 3,
  failover: 5,
  scale: 4,
  restart: 4,
  pause: 8,
  kill: 6,
};
const PASSWORD = 'CATAPI';
const NODE_TIMEOUT_MS = 1500;

const test = suite('integration/chaos: what was written is read back, in order, once');
const seed = Date.now() % 1_000_000;

for (const [mode, seconds] of Object.entries(SECONDS) as [Mode, number][]) {
  test(`${mode} for ${seconds} s (seed ${seed})`, async () => {
    const servers = await startCluster({ password: PASSWORD, nodeTimeoutMs: NODE_TIMEOUT_MS });
    const story: string[] = [];
    try {
      const scene = {
        servers,
        password: PASSWORD,
        nodeTimeoutMs: NODE_TIMEOUT_MS,
        log: (text: string) => story.push(text),
      };
      const { result, broken } = await runMode({ mode, seconds, seed, isQuick: true }, scene);
      assert.equal(broken, [], `${JSON.stringify(result)}\n${story.join('\n')}`);
    } finally {
      await servers.stop();
    }
  });
}

test.run();
