import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ServerBinary, startCluster } from '../../src/testing/index.ts';
import { errorOf, setEnvironment } from './support.ts';

// What a running cluster does is shown in test/integration/cluster-starter.test.ts.
const test = suite('testing/cluster');

test('a cluster whose servers do not start says why, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  const restore = setEnvironment({ TMPDIR: folder });
  const prefix = ['-e', 'console.log("no memory left"); process.exit(1)'];
  const server: ServerBinary = { command: process.execPath, prefix, name: 'redis', version: [7, 0, 0] };
  const { message } = await errorOf(startCluster({ server, primaries: 2, replicasPerPrimary: 0 }));
  assert.match(message, /ended while it was starting[\s\S]*no memory left/);
  restore();
  assert.equal(readdirSync(folder), []);
  rmdirSync(folder);
});

test.run();
