import { invalidArgument } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import { CallWriter, type Given, type GivenObject } from './call-writer.ts';
import { signatureOf } from './shape.ts';
import { type Part, parseSyntax } from './syntax.ts';

const NO_OPTIONS: GivenObject = Object.freeze({});

/** What is needed to write one command: its name, its parts, and where each of these is among the parameters. */
export interface CallSyntax {
  readonly words: readonly string[];
  readonly parts: readonly Part[];
  readonly parameters: ReadonlyMap<Part, number>;
  readonly options: readonly Part[];
}

/**
 * Reads one line of the syntax table.
 *
 * @param line the name, as `SET` or `CLIENT|SETNAME`, and the notation of its arguments behind a space.
 */
export function readCallSyntax(line: string): CallSyntax {
  const [path] = line.split(' ', 1) as [string];
  const parts = parseSyntax(line.slice(path.length));
  const { required, optional, options } = signatureOf(parts);
  const parameters = new Map([...required, ...optional].map((part, index) => [part, index]));
  return { words: path.split('|'), parts, parameters, options };
}

/**
 * The command that a call of a method stands for, as `send` takes it: everything in the documented order, wherever it
 * stood in the call.
 *
 * @throws {InvalidArgumentError} something is missing, unknown, or in excess.
 */
export function encodeCall(syntax: CallSyntax, given: readonly Given[]): Argument[] {
  const { words, parts, parameters, options } = syntax;
  const most = parameters.size + (options.length > 0 ? 1 : 0);
  if (given.length > most) throw invalidArgument(`${words.join(' ')} takes ${most} arguments, not ${given.length}`);
  const writer = new CallWriter(words);
  const object = writer.checkObject(given[parameters.size] ?? NO_OPTIONS);
  for (const part of parts) {
    const index = parameters.get(part);
    if (index === undefined) writer.option(part, object);
    else if (given[index] !== undefined || !part.isOptional) writer.value(part, given[index]);
  }
  writer.checkWritten(options, object);
  return writer.args;
}
