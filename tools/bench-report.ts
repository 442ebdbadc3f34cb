/**
 * Makes, of what the benchmarks wrote as JSON, one page with plots, and the figures of README.md and bench/README.md:
 *
 *     npm run bench:readme                                    both, from bench/results
 *     npm run bench:readme -- --html FILE JSON ...            only a page, from these files
 */
import { parseArgs } from 'node:util';
import { PARTS, RESULTS, writePage, writeTexts } from '../bench/report/write.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { html: { type: 'string' } } });

if (positionals.length > 0) {
  writePage(values.html ?? 'bench.html', positionals);
} else {
  const files = PARTS.map((part) => `${RESULTS}/${part}.json`);
  writePage(values.html ?? `${RESULTS}/report.html`, files);
  const changed = writeTexts();
  console.log(changed.length === 0 ? 'all figures stand as they are' : `new figures in ${changed.join(', ')}`);
}
