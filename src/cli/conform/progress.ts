/** What a person sees while a run goes on: a line per section, a dot per case, in the colour of its verdict. */
import type { Verdict } from '../../conformance/index.ts';
import type { ConformFlags } from './flags.ts';
import { chosenReporters } from './reporting.ts';

const SIGNS: { readonly [V in Verdict]: readonly [sign: string, color: number] } = {
  pass: ['.', 32],
  lenient: ['~', 33],
  deviates: ['d', 33],
  info: ['i', 36],
  fail: ['F', 31],
  hang: ['H', 31],
  crash: ['X', 31],
  error: ['E', 35],
  skip: ['-', 2],
};

const NAME_WIDTH = 18;

/** Collects verdicts, and writes the line of a section when its last case is done. */
export class Progress {
  readonly #left: Map<string, number>;
  readonly #dots = new Map<string, string>();
  readonly #write: (text: string) => void;
  readonly #color: boolean;

  constructor(cases: readonly { readonly section: string }[], write: (text: string) => void, color: boolean) {
    this.#left = new Map();
    for (const { section } of cases) this.#left.set(section, (this.#left.get(section) ?? 0) + 1);
    this.#write = write;
    this.#color = color;
  }

  add(section: string, verdict: Verdict): void {
    const [sign, color] = SIGNS[verdict];
    const dots = (this.#dots.get(section) ?? '') + (this.#color ? `\x1b[${color}m${sign}\x1b[0m` : sign);
    this.#dots.set(section, dots);
    const left = (this.#left.get(section) ?? 1) - 1;
    this.#left.set(section, left);
    if (left === 0) this.#write(`${section.padEnd(NAME_WIDTH)} ${dots}\n`);
  }
}

/** Progress for somebody who watches: on a terminal, and only when a report for people is asked for. */
export function progressOf(
  cases: readonly { readonly section: string }[],
  flags: Pick<ConformFlags, 'texts' | 'on'>,
): Progress | undefined {
  const { stderr, env } = process;
  const isForPeople = chosenReporters(flags).some(([name]) => name === 'term');
  if (stderr.isTTY !== true || !isForPeople) return undefined;
  const color = !flags.on.has('no-color') && (env['NO_COLOR'] ?? '') === '';
  return new Progress(cases, (text) => stderr.write(text), color);
}
