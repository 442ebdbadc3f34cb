import { Buffer } from 'node:buffer';

/** A number in [0, 1), from a seed. */
export type Random = () => number;

/** Longer inputs find nothing that shorter ones don't, and cost more. */
const MAX_BYTES = 1024;
const TYPES = '+-:$*_#,(!=%~|>;.';
const LENGTHS = ['-1', '0', '1', '2', '3', '?', '+1', '01', '-0', '65536', '536870913', '2147483648', '4294967297'];
const HUGE = ['9007199254740993', '9223372036854775808', '18446744073709551617', '1e3', ' 1', '1 ', '', '-', '0x1'];
const TOKENS = [
  '\r',
  '\n',
  '\r\n',
  '.\r\n',
  ';0\r\n',
  ';1\r\na\r\n',
  '$?\r\n',
  '*?\r\n',
  '%?\r\n',
  '~?\r\n',
  '|1\r\n+a\r\n:1\r\n',
];
const MORE_TOKENS = [
  '>1\r\n+x\r\n',
  '*-1\r\n',
  '$-1\r\n',
  '_\r\n',
  '#t\r\n',
  ',nan\r\n',
  '(1\r\n',
  '=4\r\ntxt:\r\n',
  '!1\r\nE\r\n',
  '|0\r\n',
];
const WRAPPERS = [
  '*1\r\n',
  '*2\r\n:1\r\n',
  '%1\r\n+k\r\n',
  '~1\r\n',
  '|1\r\n+a\r\n',
  '>2\r\n+x\r\n',
  '*?\r\n',
  '|1\r\n+a\r\n:1\r\n',
];

/** Changes bytes in one to four of the ways that find faults in parsers; `other` is a second input, to be mixed in. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let mutated = bytes;
  // Mostly one: a second fault behind the first one is never reached.
  const count = 1 + Math.floor(random() ** 2 * 4);
  for (let step = 0; step < count; step++) {
    const change = CHANGES[Math.floor(random() * CHANGES.length)]!;
    mutated = change(mutated, other, random);
  }
  return mutated.subarray(0, MAX_BYTES);
}

type Change = (bytes: Buffer, other: Buffer, random: Random) => Buffer;

const flipBit: Change = (bytes, _, random) => {
  if (bytes.length === 0) return bytes;
  const flipped = Buffer.from(bytes);
  const at = place(bytes, random);
  flipped[at] = flipped[at]! ^ (1 << Math.floor(random() * 8));
  return flipped;
};

const setByte: Change = (bytes, _, random) =>
  replace(bytes, span(place(bytes, random), 1), Buffer.of(Math.floor(random() * 256)));

const removeSome: Change = (bytes, _, random) =>
  replace(bytes, span(place(bytes, random), Math.ceil(random() * 8)), Buffer.alloc(0));

const truncate: Change = (bytes, _, random) => bytes.subarray(0, place(bytes, random));

const duplicate: Change = (bytes, _, random) => {
  const from = place(bytes, random);
  const part = bytes.subarray(from, from + Math.ceil(random() * 40));
  return replace(bytes, span(random() < 0.5 ? from : place(bytes, random), 0), part);
};

const mixIn: Change = (bytes, other, random) => {
  const from = place(other, random);
  return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(from)]);
};

const append: Change = (bytes, other) => Buffer.concat([bytes, other]);

const insertToken: Change = (bytes, _, random) =>
  replace(bytes, span(lineStart(bytes, random), 0), pick([...TOKENS, ...MORE_TOKENS], random));

const swapType: Change = (bytes, _, random) =>
  replace(bytes, span(lineStart(bytes, random), 1), pick([...TYPES], random));

/** The digits of a line, replaced by others. */
const editLength: Change = (bytes, _, random) => {
  const from = lineStart(bytes, random) + 1;
  let to = from;
  while (to < bytes.length && bytes[to] !== 0x0d && bytes[to] !== 0x0a) to++;
  return replace(bytes, { from, to }, pick([...LENGTHS, ...HUGE], random));
};

/** A whole line more or less: where lines are elements, counts become wrong and nothing else. */
const dropLine: Change = (bytes, _, random) => replace(bytes, lineSpan(bytes, random), Buffer.alloc(0));

const repeatLine: Change = (bytes, _, random) => {
  const { from, to } = lineSpan(bytes, random);
  return replace(bytes, span(from, 0), bytes.subarray(from, to));
};

const nest: Change = (bytes, _, random) => {
  const wrapper = pick(WRAPPERS, random);
  const times = random() < 0.1 ? 130 : 1 + Math.floor(random() * 3);
  return replace(bytes, span(lineStart(bytes, random), 0), Buffer.concat(Array.from({ length: times }, () => wrapper)));
};

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  removeSome,
  truncate,
  duplicate,
  mixIn,
  append,
  insertToken,
  swapType,
  editLength,
  dropLine,
  repeatLine,
  nest,
];

function place(bytes: Buffer, random: Random): number {
  return Math.floor(random() * bytes.length);
}

/** Where some line begins: after an LF, or at the start. */
function lineStart(bytes: Buffer, random: Random): number {
  const found = bytes.indexOf(0x0a, place(bytes, random));
  return found < 0 || found + 1 >= bytes.length ? 0 : found + 1;
}

function lineSpan(bytes: Buffer, random: Random): { from: number; to: number } {
  const from = lineStart(bytes, random);
  const end = bytes.indexOf(0x0a, from);
  return { from, to: end < 0 ? bytes.length : end + 1 };
}

function span(from: number, length: number): { from: number; to: number } {
  return { from, to: from + length };
}

function replace(bytes: Buffer, { from, to }: { from: number; to: number }, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}

function pick(texts: readonly string[], random: Random): Buffer {
  return Buffer.from(texts[Math.floor(random() * texts.length)]!);
}
