/** What is measured: how many callers do what, and on which values. */

const PLAIN = { command: 'GET', valueBytes: 32, form: 'string', protocol: 3, batch: 1, keys: 1 };

/** A load by its fields; what is not given is a GET of 32 bytes, awaited alone. */
function load(name, fields) {
  return { name, ...PLAIN, ...fields };
}

const CALLERS = [1, 50, 1000, 10_000];

export const LOADS = [
  ...CALLERS.map((callers) => load(`GET, ${callers} callers`, { group: 'concurrency', callers })),
  load('SET, 50 callers', { callers: 50, command: 'SET' }),
  load('SET, 1000 callers', { callers: 1000, command: 'SET' }),
  load('80 % GET, 20 % SET, 1000 callers', { callers: 1000, command: 'MIXED' }),
  load('MGET of 10 across slots, 50 callers', { callers: 50, command: 'MGET', keys: 10 }),
  load('batches of 100 GETs, 50 callers', { callers: 50, batch: 100 }),
  load('batches of 100 SETs, 50 callers', { callers: 50, batch: 100, command: 'SET' }),
  ...[16, 1024, 65_536, 1 << 20].map((valueBytes) =>
    load(`GET of ${bytes(valueBytes)}, 50 callers`, { group: 'value size', callers: 50, valueBytes }),
  ),
  load('GET as bytes, 1000 callers', { callers: 1000, form: 'bytes' }),
  load('GET over RESP2, 1000 callers', { callers: 1000, protocol: 2 }),
];

/** Commands at a fixed rate, whether or not those before were answered: latency from the moment each was due. */
export function openLoad(rate, drivers) {
  return load(`GET at ${Math.round(rate).toLocaleString('en')}/s`, { group: 'open loop', rate, drivers });
}

export function bytes(count) {
  if (count >= 1 << 20) return `${count / (1 << 20)} MiB`;
  return count >= 1024 ? `${count / 1024} KiB` : `${count} B`;
}

export const KEYS = 10_000;

/** Keys for values of one size; there are fewer of the large ones. */
export function keysFor(valueBytes) {
  const count = Math.max(30, Math.min(KEYS, Math.floor((64 << 20) / valueBytes)));
  return Array.from({ length: count }, (_, n) => `bench:${valueBytes}:${n}`);
}
