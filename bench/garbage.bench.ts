/**
 * What a command leaves for the garbage collector, and that nothing stays: bytes allocated for each command over a cluster in
 * memory, and the heap after a collection as time goes by.
 *
 *     npm run bench -- garbage [--minutes 10]
 */
import { forwardFrom } from './support/forward.ts';

const minutes =
  process.argv.find((argument) => argument.startsWith('--minutes='))?.slice('--minutes='.length) ?? '0.25';

// A young generation so large that it is never collected while something is counted.
const LARGE_HEAP = ['--min-semi-space-size=512', '--max-semi-space-size=512'];
await forwardFrom('build/bench/support/allocated.js', ['--expose-gc', ...LARGE_HEAP]);
await forwardFrom('build/bench/support/heap-over-time.js', ['--expose-gc'], [minutes]);
