import buffer, { Buffer } from 'node:buffer';
import { Session } from 'node:inspector';
import { syncBuiltinESMExports } from 'node:module';

/** What decoding has cost, in numbers that do not depend on the machine. */
export interface Work {
  /** Bytes that functions of the engine have moved, searched, checked, turned into text or taken memory for. */
  readonly bytes: number;
  /** How often functions and blocks of `src/resp` have run, so that every turn of a loop is one. */
  readonly steps: number;
}

/** Runs something, and counts what it costs. */
export function workOf(run: () => void): Work {
  takeSteps();
  const bytes = bytesOf(run);
  return { bytes, steps: takeSteps() };
}

const session = new Session();
session.connect();
post('Profiler.enable');
// Never stopped: the coverage of the tests is taken from the same counters.
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
}

/** How often the blocks of the codec have run since the last call. */
function takeSteps(): number {
  const { result } = post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
  const codec = result.filter(({ url }) => url.includes('/src/resp/'));
  const ranges = codec.flatMap(({ functions }) => functions.flatMap((each) => each.ranges));
  return ranges.reduce((steps, { count }) => steps + count, 0);
}

/** A session with its own thread answers at once. */
function post(method: string, params: object = {}): unknown {
  let answer: unknown;
  session.post(method, params, (error, result) => {
    if (error !== null) throw new Error(`${method}: ${error.message}`);
    answer = result;
  });
  return answer;
}

type Call = (this: Buffer, ...args: never[]) => unknown;
/** How many bytes a call looks at or moves, given what it returned. */
type Cost = (self: Buffer, args: readonly unknown[], returned: unknown) => number;

const ofSize: Cost = (_, [size]) => size as number;
const ofArgument: Cost = (_, [bytes]) => (bytes as Uint8Array).length;
const ofResult: Cost = (_, __, made) => (made as Buffer).length;
const ofSpan: Cost = ({ length }, [from = 0, to = length]) => (to as number) - (from as number);
/** The same where something else comes first. */
const ofSpanBehind: Cost = (self, [, ...span], made) => ofSpan(self, span, made);

/** The functions of the engine that the codec leaves bytes to: where they are, and what each costs. */
const COSTS: readonly (readonly [owner: object, costs: { readonly [name: string]: Cost }])[] = [
  [
    Object.getPrototypeOf(Uint8Array.prototype),
    {
      set: ofArgument,
      copyWithin: ofSpanBehind,
      fill: ({ length }) => length,
    },
  ],
  [
    Buffer.prototype,
    {
      indexOf: ({ length }, [, from = 0], found) => (found === -1 ? length : (found as number) + 1) - (from as number),
      copy: (_, __, copied) => copied as number,
      latin1Slice: ofSpan,
      utf8Slice: ofSpan,
      ucs2Slice: ofSpan,
      toString: ofSpanBehind,
    },
  ],
  // Of an ArrayBuffer `from` makes a view.
  [Buffer, { alloc: ofSize, allocUnsafe: ofSize, allocUnsafeSlow: ofSize, concat: ofResult }],
  [Buffer, { from: (self, args, made) => (args[0] instanceof ArrayBuffer ? 0 : ofResult(self, args, made)) }],
  [buffer, { isAscii: ofArgument, isUtf8: ofArgument }],
];

/** Replaces the functions by others that count, as long as something runs. */
function bytesOf(run: () => void): number {
  let bytes = 0;
  // What they call of each other is no work besides, and not the same in every version of Node.js.
  let isInside = false;
  const restore: (() => void)[] = [];
  for (const [owner, costs] of COSTS) {
    for (const [name, cost] of Object.entries(costs)) {
      const before = Object.getOwnPropertyDescriptor(owner, name)!;
      const original = before.value as Call;
      const counting: Call = function (...args) {
        if (isInside) return original.apply(this, args);
        isInside = true;
        const returned = original.apply(this, args);
        isInside = false;
        bytes += cost(this, args, returned);
        return returned;
      };
      Object.defineProperty(owner, name, { ...before, value: counting });
      restore.push(() => Object.defineProperty(owner, name, before));
    }
  }
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    for (const each of restore) each();
    syncBuiltinESMExports();
  }
  return bytes;
}
