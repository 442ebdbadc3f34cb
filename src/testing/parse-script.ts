/**
 * Reads a script from text, a step a line, for a {@link ScriptedNode}:
 *
 *     # a comment
 *     greet                                HELLO, AUTH, CLIENT SETNAME ... are answered by themselves, on every connection
 *     expect GET key                       a command that begins with these words; none: any command
 *     send "$5\r\nhel"                     bytes; \r \n \t \\ \" \x00
 *     delay 50                             milliseconds
 *     send "lo\r\n" cut 1 3                in pieces, cut before these bytes
 *     play push/message each 1             the bytes of a vector, in pieces of one byte
 *     close                                FIN; also: reset, silence, stop-reading, resume-reading
 *     connection                           what follows is for the next connection
 */
import { Buffer } from 'node:buffer';
import { argumentOutOfRange } from '../errors.ts';
import { type Step, toBuffer } from './script.ts';
import * as step from './step.ts';

/** A script, ready to be played. */
export interface ParsedScript {
  /** One for each connection, in the order in which they are accepted. */
  readonly scripts: readonly (readonly Step[])[];
  readonly greets: boolean;
}

/** What a script may refer to. */
export interface ScriptSources {
  /** The bytes of a vector; undefined when there is none of that name. */
  readonly vector?: (id: string) => Uint8Array | undefined;
}

/** @throws {RangeError} naming the line that cannot be read. */
export function parseScript(text: string, sources: ScriptSources = {}): ParsedScript {
  const scripts: Step[][] = [[]];
  let greets = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = splitWords(line, index + 1);
    if (words.length === 0) continue;
    const [name] = words;
    if (name === 'greet') greets = true;
    else if (name === 'connection') scripts.push([]);
    else scripts.at(-1)!.push(parseStep(words, sources, index + 1));
  }
  // A script may begin with the word `connection`, or without.
  const isUnused = scripts.length > 1 && scripts[0]!.length === 0;
  return { scripts: isUnused ? scripts.slice(1) : scripts, greets };
}

const PLAIN_STEPS: Readonly<Record<string, () => Step>> = {
  close: step.close,
  reset: step.reset,
  silence: step.silence,
  'stop-reading': step.stopReading,
  'resume-reading': step.resumeReading,
};

function parseStep([name = '', ...rest]: readonly string[], { vector }: ScriptSources, line: number): Step {
  const plain = PLAIN_STEPS[name];
  if (plain !== undefined && rest.length === 0) return plain();
  if (name === 'expect') return step.expect(...rest.map((word) => Buffer.from(word, 'latin1')));
  if (name === 'delay' && /^\d+$/.test(rest[0] ?? '') && rest.length === 1) return step.delay(Number(rest[0]));
  if (name === 'send' && rest[0] !== undefined)
    return sendInPieces(Buffer.from(rest[0], 'latin1'), rest.slice(1), line);
  const bytes = name === 'play' ? vector?.(rest[0] ?? '') : undefined;
  if (bytes !== undefined) return sendInPieces(toBuffer(bytes), rest.slice(1), line);
  throw argumentOutOfRange(`line ${line}: no step is ${JSON.stringify([name, ...rest].join(' '))}`);
}

function sendInPieces(bytes: Buffer, [how, ...numbers]: readonly string[], line: number): Step {
  if (how === undefined) return step.send(bytes);
  const offsets = numbers.map(Number);
  const areNumbers = offsets.length > 0 && offsets.every((each) => Number.isInteger(each) && each > 0);
  if (how === 'cut' && areNumbers) return step.send(bytes, ...offsets.filter((each) => each < bytes.length));
  if (how === 'each' && areNumbers && offsets.length === 1)
    return step.send(bytes, ...multiplesOf(offsets[0]!, bytes.length));
  throw argumentOutOfRange(
    `line ${line}: pieces are \`cut 3 7\` or \`each 1\`, not ${JSON.stringify([how, ...numbers].join(' '))}`,
  );
}

function multiplesOf(size: number, below: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(below / size) - 1) }, (_, index) => (index + 1) * size);
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"#]\S*))/y;
const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' };

/** Words as Latin-1 texts: a character each byte. */
function splitWords(line: string, number: number): string[] {
  const words: string[] = [];
  let at = 0;
  for (WORD.lastIndex = 0; ; at = WORD.lastIndex) {
    const match = WORD.exec(line);
    if (match === null) break;
    words.push(match[1] === undefined ? bytesAsText(match[2]!) : readEscapes(match[1]));
  }
  if (!/^\s*(#.*)?$/.test(line.slice(at)))
    throw argumentOutOfRange(`line ${number}: cannot read ${JSON.stringify(line.slice(at))}`);
  return words;
}

function readEscapes(text: string): string {
  const escaped = /\\(x[0-9a-fA-F]{2}|.)|([^\\]+)/gs;
  return [...text.matchAll(escaped)]
    .map(([, code, plain]) => (code === undefined ? bytesAsText(plain!) : byteOf(code)))
    .join('');
}

function byteOf(code: string): string {
  return code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code);
}

function bytesAsText(text: string): string {
  return Buffer.from(text).toString('latin1');
}
