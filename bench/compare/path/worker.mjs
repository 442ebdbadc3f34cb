/**
 * A process of its own for each contestant: it is told which load to run for how long, and answers with what came of it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connectContestant } from './clients.mjs';
import { connectFloor } from './floor.mjs';
import { keysFor } from './loads.mjs';

const [name, scene] = [process.argv[2], JSON.parse(process.argv[3])];
const open = new Map();
/** A prime: every key has its turn, and neighbours are far apart. */
const STRIDE = 7919;

process.on('message', async ({ load, seconds }) => {
  try {
    process.send({ result: await (name === 'bare sockets' ? floor : closedOrOpen)(load, seconds) });
  } catch (error) {
    process.send({ error: String(error?.message ?? error) });
  }
});
process.on('disconnect', () => process.exit());

async function closedOrOpen(load, seconds) {
  const client = await clientFor(load);
  const operation = operationOf(load, client);
  return measured(async (latencies) => {
    if (load.rate !== undefined) return openLoop(operation, { rate: load.rate, seconds, latencies });
    return closedLoop(operation, { callers: load.callers, seconds, latencies }).then((count) => count * load.batch);
  });
}

/** One client for every way of being connected. */
async function clientFor({ form, protocol }) {
  const key = `${form} ${protocol}`;
  if (!open.has(key)) open.set(key, await connectContestant(name, { ...scene, form, protocol }));
  return open.get(key);
}

/** What a caller does again and again: returns a promise. The value is looked at, so that it has been made. */
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

/** How often a caller looks at the clock: every command of one caller, a sixteenth of what a thousand do. */
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
    const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1000));
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

async function floor(load, seconds) {
  const canDo = load.keys === 1 && load.rate === undefined && load.command !== 'MIXED' && load.protocol === 3;
  if (!canDo || load.form === 'bytes') return undefined;
  const lanes = scene.floorLanes[load.valueBytes].map(({ key, ...lane }) => ({
    ...lane,
    command: load.command === 'SET' ? ['SET', key, 'v'.repeat(load.valueBytes)] : ['GET', key],
  }));
  const sockets = await connectFloor(lanes, {
    password: scene.password,
    valueBytes: load.valueBytes,
    isSet: load.command === 'SET',
  });
  const result = await measured(async (latencies) => {
    let isOver = false;
    setTimeout(() => (isOver = true), seconds * 1000);
    if (load.callers > 1 || load.batch > 1) return sockets.run(load.callers * load.batch, () => isOver);
    let count = 0;
    while (!isOver) {
      const start = performance.now();
      count += await sockets.run(1, () => true);
      latencies.push(performance.now() - start);
    }
    return count;
  });
  sockets.close();
  return result;
}

/** Runs something and says how much it did, for how much of the processor, and how long each took. */
async function measured(run) {
  const latencies = [];
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await run(latencies);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  latencies.sort((a, b) => a - b);
  const at = (part) => latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))];
  return {
    perSecond: (count * 1000) / milliseconds,
    cpuMicros: (user + system) / count,
    count,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    loopDelayP99: delay.percentile(99) / 1e6,
    rssMiB: process.memoryUsage.rss() / (1 << 20),
  };
}
