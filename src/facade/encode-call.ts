import { invalidArgument } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import { CallWriter, type Given } from './call-writer.ts';
import { type CallPart, callPart, signatureOf } from './shape.ts';
import { parseSyntax } from './syntax.ts';

/** What is needed to write one command. */
export interface CallSyntax {
  readonly words: readonly string[];
  readonly parts: readonly CallPart[];
  /** For each part its position among the parameters; -1 for an option, or a word that is always there. */
  readonly positions: readonly number[];
  readonly parameterCount: number;
  readonly options: readonly CallPart[];
}

/**
 * Reads one line of the syntax table.
 *
 * @param line the name, as `SET` or `CLIENT|SETNAME`, and the notation of its arguments behind a space.
 */
export function readCallSyntax(line: string): CallSyntax {
  const [path] = line.split(' ', 1) as [string];
  const parts = parseSyntax(line.slice(path.length)).map(callPart);
  const { required, optional, options } = signatureOf(parts);
  const parameters = [...required, ...optional];
  const positions = parts.map((part) => parameters.indexOf(part));
  return { words: path.split('|'), parts, positions, parameterCount: parameters.length, options };
}

/**
 * The command that a call of a method stands for, as `send` takes it: everything in the documented order, wherever it
 * stood in the call.
 *
 * @throws {InvalidArgumentError} something is missing, unknown, or in excess.
 */
export function encodeCall(syntax: CallSyntax, given: readonly Given[]): Argument[] {
  const { words, parts, positions, parameterCount, options: optional } = syntax;
  const most = parameterCount + (optional.length > 0 ? 1 : 0);
  if (given.length > most) throw invalidArgument(`${words.join(' ')} takes ${most} arguments, not ${given.length}`);
  const writer = new CallWriter(words);
  const options = given[parameterCount];
  const object = options === undefined ? undefined : writer.checkedObject(options);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const position = positions[i]!;
    if (position >= 0) {
      if (given[position] !== undefined || !part.isOptional) writer.value(part, given[position]);
    } else if (!part.isOptional) writer.args.push(part.token!);
    else if (object !== undefined) writer.property(part, object);
  }
  if (object !== undefined) writer.checkAllWritten(optional, object);
  return writer.args;
}
