/** One process of the comparison: `node cell.mjs decode GROUP SHAPE | slot | encode`; prints rows as JSON. */

import { DECODERS, ENCODERS, SLOTS } from './contestants.mjs';
import { measure } from './measure.mjs';
import { CHUNK_SIZES, COMMANDS, cut, DECODING, KEYS, RESP3_SHAPES, wireOf } from './shapes.mjs';

const RESP2_ONLY = new Set(['redis-parser 3', 'respjs 4']);
/** What arrives in many pieces respjs reads anew with each: seconds for one reply of these. */
const LARGE_SHAPES = new Set(['array of 100k', 'bulk of 8 MiB']);
const WARM_UP_BYTES = 16 * 1024;
/** Bytes of wire in one run: in small chunks the same bytes take much longer. */
const RUN_BYTES = { '64 KiB': 128 * 1024, '1460 B': 64 * 1024, '7 B': 8 * 1024 };
const rounds = Number(process.env.ROUNDS ?? 60);

function decode(group, shape) {
  const { form, shapes } = DECODING[group];
  const names = Object.keys(DECODERS).filter((name) => canRead(name, shape));
  const writers = names.map((name) => ({ name, write: DECODERS[name](form) }));
  warmUp(writers, shapes);
  return Object.entries(CHUNK_SIZES).map(([chunk, chunkBytes]) => {
    const { wire, operations } = wireOf(shape, RUN_BYTES[chunk]);
    const chunks = cut(wire, chunkBytes);
    const candidates = writers.map(({ name, write }) => ({ name, run: () => writeAll(write, chunks) }));
    if (shape === 'bulk of 8 MiB' && form === 'bytes')
      candidates.push({ name: 'memcpy', run: () => Buffer.copyBytesFrom(wire) });
    return { group, shape, chunk, results: measure(candidates, { operations, rounds }) };
  });
}

function canRead(name, shape) {
  return !(RESP3_SHAPES.has(shape) && RESP2_ONLY.has(name)) && !(LARGE_SHAPES.has(shape) && name === 'respjs 4');
}

/** A decoder in service sees replies of all shapes in chunks of all sizes; one that saw a single shape would look faster. */
function warmUp(writers, shapes) {
  for (const shape of shapes.filter((name) => !LARGE_SHAPES.has(name))) {
    const { wire } = wireOf(shape, WARM_UP_BYTES);
    const readers = writers.filter(({ name }) => canRead(name, shape));
    for (const chunkBytes of Object.values(CHUNK_SIZES)) {
      const chunks = cut(wire, chunkBytes);
      for (const { write } of readers) writeAll(write, chunks);
    }
  }
}

function writeAll(write, chunks) {
  for (let index = 0; index < chunks.length; index++) write(chunks[index]);
}

function slot() {
  return Object.entries(KEYS).map(([shape, keys]) => {
    const candidates = Object.entries(SLOTS).map(([name, slotOf]) => ({ name, run: () => sum(keys, slotOf) }));
    return {
      group: 'slot of a key',
      shape,
      chunk: '',
      results: measure(candidates, { operations: keys.length, rounds }),
    };
  });
}

function sum(keys, slotOf) {
  let total = 0;
  for (let index = 0; index < keys.length; index++) total += slotOf(keys[index]);
  return total;
}

function encode() {
  const encoders = Object.entries(ENCODERS).map(([name, make]) => ({ name, encode: make() }));
  for (const commands of Object.values(COMMANDS)) for (const { encode } of encoders) encode(commands);
  return Object.entries(COMMANDS).map(([shape, commands]) => {
    const candidates = encoders.map(({ name, encode }) => ({ name, run: () => encode(commands) }));
    return {
      group: 'encoding',
      shape,
      chunk: '',
      results: measure(candidates, { operations: commands.length, rounds }),
    };
  });
}

const [task, ...args] = process.argv.slice(2);
const rows = { decode, slot, encode }[task](...args);
console.log(JSON.stringify(rows));
