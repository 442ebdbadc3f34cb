import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AdapterReader, REPLY_VECTORS, type Report, type ReportCase, runVectors } from '../../src/conformance/index.ts';
import { PARSERS } from '../../tools/corpus/parsers.ts';

const test = suite('adapters in other languages');

// From Debian's packages: elsewhere there is nothing to run.
const canUnpack = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');

/** In C and in Python; those for Node.js need the packages of bench/compare. */
for (const name of ['slotwire', 'hiredis-0.14', 'redis-py-4.3']) {
  if (name !== 'slotwire' && !canUnpack) continue;
  test(`${name} is found to be what the published report says, by the same adapter`, async () => {
    const { prepare } = PARSERS.find((parser) => parser.name === name)!;
    const reader = await AdapterReader.start(await prepare(), { silenceMs: 60_000 });
    try {
      const report = await runVectors(REPLY_VECTORS, reader, { version: '1.2.3' });
      const published = JSON.parse(readFileSync(`conformance/parsers/${name}.json`, 'utf8')) as Report;
      assert.equal(report.cases.map(outcome), published.cases.map(outcome));
    } finally {
      await reader.stop();
    }
  });
}

function outcome({ id, verdict, alternative = '' }: ReportCase): string {
  return `${id} ${verdict} ${alternative}`.trim();
}

test.run();
