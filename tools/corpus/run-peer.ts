import { Buffer } from 'node:buffer';
import type { PeerParser, Sink } from './peers.ts';
import type { Plain } from './plain.ts';

/** What a parser made of a wire: as JSON, so that readings can be compared and sent. */
export interface Reading {
  /** Each value as JSON. */
  readonly values: readonly string[];
  /** The message of the error that ended it. */
  readonly error: string | undefined;
}

/** Its readings: whole, and the first one that cutting made another. */
export interface PeerReadings {
  readonly whole: Reading;
  readonly cut: { readonly how: string; readonly reading: Reading } | undefined;
}

const MAX_CUTS = 200;

/** Reads a wire whole, byte by byte, and cut in two. */
export function readInAllWays(make: (sink: Sink) => PeerParser, wire: Buffer): PeerReadings {
  const whole = readOnce(make, [wire]);
  for (const { how, chunks } of ways(wire)) {
    const reading = readOnce(make, chunks);
    if (!isSame(reading, whole)) return { whole, cut: { how, reading } };
  }
  return { whole, cut: undefined };
}

function* ways(wire: Buffer): Generator<{ how: string; chunks: Buffer[] }> {
  if (wire.length > 1) yield { how: 'byte by byte', chunks: [...wire].map((byte) => Buffer.of(byte)) };
  const step = Math.max(1, Math.ceil(wire.length / MAX_CUTS));
  for (let at = 1; at < wire.length; at += step) {
    yield { how: `cut at ${at}`, chunks: [wire.subarray(0, at), wire.subarray(at)] };
  }
}

/** After the first error nothing more is fed: that is where a client would close the connection. */
function readOnce(make: (sink: Sink) => PeerParser, chunks: readonly Buffer[]): Reading {
  const values: string[] = [];
  const parser = make((value: Plain) => values.push(JSON.stringify(value)));
  try {
    // Some parsers change what they are given, or keep it.
    for (const chunk of chunks) parser.write(Buffer.from(chunk));
    return { values, error: undefined };
  } catch (error) {
    return { values, error: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error) };
  }
}

function isSame(a: Reading, b: Reading): boolean {
  const hasSameEnd = (a.error === undefined) === (b.error === undefined);
  return hasSameEnd && a.values.length === b.values.length && a.values.every((value, at) => value === b.values[at]);
}
