/**
 * A process of its own for each contestant: it is told which load to run for how long, and answers with what came of it.
 *
 *     node worker.mjs CONTESTANT '{ "seeds": [...], ... }'
 */
import { CLUSTER_CLIENTS } from './clients.mjs';
import { connectFloor } from './floor.mjs';
import { keysFor } from './loads.mjs';
import { measured } from './measured.mjs';
import { SINGLE_CLIENTS } from './single-clients.mjs';

const FLOOR = 'bare sockets';

const [name, scene] = [process.argv[2], JSON.parse(process.argv[3])];
const clients = scene.seeds === undefined ? SINGLE_CLIENTS : CLUSTER_CLIENTS;
const open = new Map();
/** A prime: every key has its turn, and neighbours are far apart. */
const STRIDE = 7919;

process.on('message', async ({ load, seconds }) => {
  try {
    process.send({ result: await (name === FLOOR ? floor : closedOrOpen)(load, seconds) });
  } catch (error) {
    process.send({ error: String(error?.message ?? error) });
  }
});
process.on('disconnect', () => process.exit());

async function closedOrOpen(load, seconds) {
  const client = await clientFor(load);
  const operation = operationOf(load, client);
  if (load.rate === undefined) {
    return measured((latencies) =>
      closedLoop(operation, { callers: load.callers, seconds, latencies }).then((count) => count * load.batch),
    );
  }
  // Waiting for the next command to be due takes all of a processor, so what the client itself took of it is not seen.
  const { cpuMicros: _, ...result } = await measured((latencies) =>
    openLoop(operation, { rate: load.rate, seconds, latencies }),
  );
  return result;
}

/** One client for every way of being connected. */
async function clientFor({ form, protocol }) {
  const key = `${form} ${protocol}`;
  if (!open.has(key)) open.set(key, await clients[name]({ ...scene, form, protocol }));
  return open.get(key);
}

/** What a caller does again and again: returns a promise. */
function operationOf(load, client) {
  const keys = keysFor(load.valueBytes);
  const value = 'v'.repeat(load.valueBytes);
  let n = 0;
  const key = () => {
    n = (n + STRIDE) % keys.length;
    return keys[n];
  };
  const commandOf = {
    GET: () => ['GET', key()],
    SET: () => ['SET', key(), value],
    MIXED: () => (n % 5 === 0 ? ['SET', key(), value] : ['GET', key()]),
    MGET: () => ['MGET', ...Array.from({ length: load.keys }, key)],
  }[load.command];
  if (load.batch === 1) return () => client.send(commandOf());
  return () => client.sendBatch(Array.from({ length: load.batch }, commandOf));
}

/** How often a caller looks at the clock: every command of few, a sixteenth of what many do. */
async function closedLoop(operation, { callers, seconds, latencies }) {
  let isOver = false;
  setTimeout(() => (isOver = true), seconds * 1000);
  let count = 0;
  const isTimed = (caller) => callers < 100 || caller % 16 === 0;
  const loop = async (caller) => {
    while (!isOver) {
      const start = isTimed(caller) ? performance.now() : 0;
      await operation();
      count++;
      if (start > 0) latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return count;
}

async function openLoop(operation, { rate, seconds, latencies }) {
  const start = performance.now();
  const total = Math.round(rate * seconds);
  let sent = 0;
  const running = new Set();
  while (sent < total) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - start) * rate) / 1000));
    for (; sent < due; sent++) {
      const dueAt = start + (sent * 1000) / rate;
      const promise = operation().then(() => {
        latencies.push(performance.now() - dueAt);
        running.delete(promise);
      });
      running.add(promise);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(running);
  return total;
}

/** What bare sockets can do: GET or SET of one key, awaited or in batches. */
async function floor(load, seconds) {
  const canDo = load.keys === 1 && load.rate === undefined && load.command !== 'MIXED' && load.protocol === 3;
  if (!canDo || load.form === 'bytes') return undefined;
  const isSet = load.command === 'SET';
  const value = 'v'.repeat(load.valueBytes);
  const lanes = scene.lanes[load.valueBytes].map(({ key, ...lane }) => ({
    ...lane,
    command: isSet ? ['SET', key, value] : ['GET', key],
  }));
  const replyBytes = isSet ? '+OK\r\n'.length : `$${load.valueBytes}\r\n`.length + load.valueBytes + '\r\n'.length;
  const sockets = await connectFloor(lanes, { password: scene.password, replyBytes });
  const result = await measured(async (latencies) => {
    let isOver = false;
    setTimeout(() => (isOver = true), seconds * 1000);
    if (load.callers * load.batch > 1) return sockets.run(load, () => isOver);
    let start = performance.now();
    return sockets.pingPong(
      () => isOver,
      () => {
        const now = performance.now();
        latencies.push(now - start);
        start = now;
      },
    );
  });
  sockets.close();
  return result;
}
