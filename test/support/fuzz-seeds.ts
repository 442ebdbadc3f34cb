import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { COMMAND_VECTORS, REPLY_VECTORS, REQUEST_VECTORS, vectorBytes } from '../../src/conformance/index.ts';

/**
 * As long as inputs become (`mutate`): the reference decoder takes its time, and what only long inputs show, limits and
 * depth, the vectors themselves show, each whole and cut.
 */
const MAX_SEED_BYTES = 1024;

// From build/test/support to test.
const OBSERVED = new URL('../../../test/support/observed-replies.json', import.meta.url);

/**
 * What fuzzing begins with: all vectors, of replies, requests and commands, and every reply that real servers were seen to
 * send. Of the few that are long, which are all made of one thing many times, it is the beginning.
 */
export function fuzzSeeds(): Buffer[] {
  const vectors = [...REPLY_VECTORS, ...REQUEST_VECTORS, ...COMMAND_VECTORS].flatMap(({ wire }) => {
    return wire === null ? [] : [vectorBytes(wire)];
  });
  const seeds = [...vectors, ...readReplies(OBSERVED)].map((bytes) => bytes.subarray(0, MAX_SEED_BYTES));
  return seeds.filter(({ length }) => length > 0);
}

/** Reads a file of replies: a JSON array of texts in which each character stands for one byte. */
export function readReplies(file: string | URL): Buffer[] {
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  return texts.map((text) => Buffer.from(text, 'latin1'));
}
