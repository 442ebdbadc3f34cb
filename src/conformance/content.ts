/** The bytes that a step sends. */
import { Buffer } from 'node:buffer';
import type { Argument, Content } from './case.ts';
import { expandWords, type Words } from './words.ts';

const CRLF = Buffer.from('\r\n');

/** All contents, one behind the other. */
export function contentBytes(contents: readonly Content[], words: Words): Buffer {
  return Buffer.concat(contents.map((content) => oneContent(content, words, 0)));
}

function oneContent(content: Content, words: Words, count: number): Buffer {
  if (typeof content === 'string') return expandWords(content, words, { count });
  if (isCommand(content)) return encodeCommand(content.flatMap((argument) => argumentBytes(argument, words, count)));
  if ('base64' in content) return Buffer.from(content.base64, 'base64');
  const pieces: Buffer[] = [];
  for (let number = 1; number <= content.times; number++) {
    for (const each of content.repeat) pieces.push(oneContent(each, words, number));
  }
  return Buffer.concat(pieces);
}

function isCommand(content: Exclude<Content, string>): content is readonly Argument[] {
  return Array.isArray(content);
}

/** Encodes one command: by hand, because the encoder of this package is among what may be wrong. */
export function encodeCommand(parts: readonly (string | Buffer)[]): Buffer {
  const pieces = parts.flatMap((part) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF];
  });
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...pieces]);
}

function argumentBytes(argument: Argument, words: Words, count: number): Buffer[] {
  if (typeof argument === 'string') return [expandWords(argument, words, { count })];
  if ('base64' in argument) return [Buffer.from(argument.base64, 'base64')];
  const repetitions = Array.from({ length: argument.times }, (_, index) => index + 1);
  return repetitions.flatMap((number) => argument.repeat.map((text) => expandWords(text, words, { count: number })));
}
