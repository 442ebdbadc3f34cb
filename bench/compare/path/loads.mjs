/** What is measured: how many callers do what, and on which values. */
import { Group } from '../../../build/bench/report/groups.js';

const PLAIN = { command: 'GET', valueBytes: 32, form: 'string', protocol: 3, batch: 1, keys: 1, primaries: 3 };

/** A load by its fields; what is not given is a GET of 32 bytes, awaited alone. `rounds` is how many more than usual. */
function load(name, fields) {
  return { name, ...PLAIN, ...fields };
}

/** The loads that the goals are about are measured more often. */
const MORE_ROUNDS = 2;

export const LOADS = [
  ...[1, 10, 50, 250, 1000, 10_000].map((callers) =>
    load(`GET, ${many(callers)}`, { group: Group.callers, callers, moreRounds: MORE_ROUNDS }),
  ),
  ...[1, 50, 1000, 10_000].map((callers) =>
    load(`SET, ${many(callers)}`, { group: Group.setCallers, callers, command: 'SET' }),
  ),
  ...[50, 1000].map((callers) =>
    load(`80 % GET, 20 % SET, ${many(callers)}`, { group: Group.others, callers, command: 'MIXED' }),
  ),
  ...[50, 1000].map((callers) =>
    load(`MGET of 10 across slots, ${many(callers)}`, { group: Group.others, callers, command: 'MGET', keys: 10 }),
  ),
  ...['GET', 'SET'].map((command) =>
    load(`batches of 100 ${command}s, 50 callers`, {
      group: Group.batches,
      callers: 50,
      batch: 100,
      command,
      moreRounds: MORE_ROUNDS,
    }),
  ),
  ...[16, 1024, 16_384, 65_536, 1 << 20].map((valueBytes) =>
    load(`GET of ${bytes(valueBytes)}, 50 callers`, { group: Group.getSize, callers: 50, valueBytes }),
  ),
  ...[16, 1024, 65_536, 1 << 20].map((valueBytes) =>
    load(`GET of ${bytes(valueBytes)} as bytes, 50 callers`, {
      group: Group.bytesSize,
      callers: 50,
      valueBytes,
      form: 'bytes',
    }),
  ),
  ...[16, 1024, 65_536, 1 << 20].map((valueBytes) =>
    load(`SET of ${bytes(valueBytes)}, 50 callers`, { group: Group.setSize, callers: 50, valueBytes, command: 'SET' }),
  ),
  load('GET as bytes, 1000 callers', { group: Group.forms, callers: 1000, form: 'bytes' }),
  load('GET over RESP2, 1000 callers', { group: Group.forms, callers: 1000, protocol: 2 }),
  load('GET as bytes over RESP2, 1000 callers', { group: Group.forms, callers: 1000, form: 'bytes', protocol: 2 }),
  ...[6, 12, 24].map((primaries) =>
    load(`GET, 1000 callers, ${primaries} primaries`, { group: Group.primaries, callers: 1000, primaries }),
  ),
];

/** Commands at a fixed rate, whether or not those before were answered: latency from the moment each was due. */
export function openLoad(rate, { name = `GET at ${rate.toLocaleString('en')} a second`, drivers } = {}) {
  return load(name, { group: Group.open, rate: Math.round(rate), drivers });
}

/** Rates that every contestant can keep up with. */
export const OPEN_LOADS = [1000, 5000, 10_000].map((rate) => openLoad(rate));

/** Against one server, where clients that know no clusters can take part. */
export const SINGLE_LOADS = [
  ...[1, 50, 1000, 10_000].map((callers) => load(`GET, ${many(callers)}`, { group: Group.callers, callers })),
  load('SET, 1000 callers', { group: Group.others, callers: 1000, command: 'SET' }),
  load('batches of 100 GETs, 50 callers', { group: Group.batches, callers: 50, batch: 100 }),
  ...[1024, 65_536].map((valueBytes) =>
    load(`GET of ${bytes(valueBytes)}, 50 callers`, { group: Group.getSize, callers: 50, valueBytes }),
  ),
].map((each) => ({ ...each, primaries: 1 }));

function many(callers) {
  if (callers === 1) return '1 caller';
  return `${callers < 10_000 ? callers : callers.toLocaleString('en')} callers`;
}

function bytes(count) {
  if (count >= 1 << 20) return `${count / (1 << 20)} MiB`;
  return count >= 1024 ? `${count / 1024} KiB` : `${count} B`;
}

const KEYS = 10_000;

/** Keys for values of one size; there are fewer of the large ones. */
export function keysFor(valueBytes) {
  const count = Math.max(30, Math.min(KEYS, Math.floor((64 << 20) / valueBytes)));
  return Array.from({ length: count }, (_, n) => `bench:${valueBytes}:${n}`);
}
