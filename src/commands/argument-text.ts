import type { Argument } from '../resp/index.ts';

/** The argument as text, for names, keywords and counts: ASCII as far as a server understands them. */
export function argumentText(argument: Argument): string {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object') return String(argument);
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength).toString('latin1');
}

/** Whether the argument is this keyword, which is upper case, in whatever spelling. */
export function isKeyword(argument: Argument | undefined, keyword: string): boolean {
  if (argument === undefined || typeof argument === 'number' || typeof argument === 'bigint') return false;
  if (argument.length !== keyword.length) return false;
  const text = argumentText(argument);
  return text === keyword || text.toUpperCase() === keyword;
}

/** A count that a command states about its own arguments (`numkeys`); -1 when it states none. */
export function argumentCount(argument: Argument | undefined): number {
  if (argument === undefined) return -1;
  if (typeof argument === 'number') return Number.isSafeInteger(argument) ? argument : -1;
  const text = argumentText(argument);
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
