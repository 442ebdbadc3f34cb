import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { REPLY_VECTORS, REQUEST_VECTORS, vectorBytes } from '../../src/conformance/index.ts';

/** Longer ones cost more than they find. */
const MAX_SEED_BYTES = 1024;

// From build/test/support to test.
const OBSERVED = new URL('../../../test/support/observed-replies.json', import.meta.url);

/** What fuzzing begins with: all vectors, and what real servers have sent. */
export function fuzzSeeds(): Buffer[] {
  const vectors = [...REPLY_VECTORS, ...REQUEST_VECTORS].map(({ wire }) => vectorBytes(wire));
  return [...vectors, ...readReplies(OBSERVED)].filter(({ length }) => length > 0 && length <= MAX_SEED_BYTES);
}

/** Reads a file of replies: a JSON array of texts in which each character stands for one byte. */
export function readReplies(file: string | URL): Buffer[] {
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  return texts.map((text) => Buffer.from(text, 'latin1'));
}
