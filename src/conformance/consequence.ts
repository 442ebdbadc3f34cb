/** What a wrong answer leads to, for a client that believes the right one: a function of data. */
import type { Observation } from './observation.ts';
import type { Pattern } from './pattern.ts';
import { valuesInside } from './pattern.ts';
import type { Token } from './token.ts';

/**
 * `desync`: more or fewer replies than commands, so that every later reply answers the wrong command; `hang`: the client
 * waits for what does not come; `connection`: it is closed where it should stay, or stays where it should be closed;
 * `value`: another reply; `text`: an error all the same, with other words.
 */
export type Consequence = 'desync' | 'hang' | 'connection' | 'value' | 'text';

/** Consequences, the worst first, and what each means. */
export const CONSEQUENCES: { readonly [C in Consequence]: string } = {
  desync: 'replies get out of step with commands',
  hang: 'a client waits for ever',
  connection: 'the connection is closed, or stays, where it should not',
  value: 'another reply than the right one',
  text: 'an error with other words',
};

/** What an observation leads to where one of these answers is the right one. */
export function consequenceOf(
  answers: readonly { readonly patterns: readonly Pattern[]; readonly endings: readonly string[] }[],
  { steps, ending }: Observation,
): Consequence {
  const isSilent = ending === 'deaf' || ending === 'unasked';
  if (isSilent && !answers.some(({ endings }) => endings.includes(ending))) return 'hang';
  const counts = steps.map(({ tokens }) => countValues(tokens));
  const isInStep = answers.some(({ patterns }) => {
    const wanted = patterns.map(({ valueCount }) => valueCount);
    return wanted.includes(undefined) || sum(wanted) === sum(counts);
  });
  if (!answers.some(({ endings }) => endings.includes(ending))) return 'connection';
  if (!isInStep) return 'desync';
  const areErrors = answers.some(({ patterns }) =>
    patterns.every((pattern, index) => pattern.withAnyErrors().match(steps[index]?.tokens ?? []) === 'full'),
  );
  return areErrors ? 'text' : 'value';
}

/** How many whole values there are, an unfinished one included. */
function countValues(tokens: readonly Token[]): number {
  let count = 0;
  let open = 0;
  for (const token of tokens) {
    if (open === 0) {
      count++;
      open = 1;
    }
    open += valuesInside(token) - (token.type === '|' ? 0 : 1);
  }
  return count;
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, each) => total + (each ?? 0), 0);
}
