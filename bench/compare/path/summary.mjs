/** From measurements to rows, and from rows to the goals. */

const FIGURES = ['perSecond', 'cpuMicros', 'serverCpuMicros', 'p50', 'p99', 'p999', 'loopDelayP99', 'rssMiB'];

/** One row for each load and driver: medians over the rounds, and the spread of the throughput. */
export function rowsOf(measurements) {
  const groups = Map.groupBy?.(measurements, keyOf) ?? groupBy(measurements, keyOf);
  return [...groups.values()].map((members) => {
    const row = { load: members[0].load, driver: members[0].driver };
    for (const figure of FIGURES) {
      const values = members.map((member) => member[figure]).filter((value) => value !== undefined);
      if (values.length > 0) row[figure] = median(values);
    }
    const rates = members.map(({ perSecond }) => perSecond);
    row.least = Math.min(...rates);
    row.most = Math.max(...rates);
    row.spread = (row.most - row.least) / 2 / row.perSecond;
    return row;
  });
}

function keyOf({ load, driver }) {
  return `${load.name}\n${driver}`;
}

// Node.js 20 has no Map.groupBy.
function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const OTHERS = new Set(['slotwire', 'bare sockets', 'redis-benchmark']);

/** What was aimed at, as ratios within this run; a goal whose loads did not run is left out. */
export function goals(rows) {
  const of = (name, driver = 'slotwire') => rows.find((row) => row.load.name === name && row.driver === driver) ?? {};
  const best = (name, figure, pick) => {
    const peers = rows.filter((row) => row.load.name === name && !OTHERS.has(row.driver));
    return pick(...peers.map((row) => row[figure]).filter((value) => value > 0));
  };
  const [thousand, fifty, one] = ['GET, 1000 callers', 'GET, 50 callers', 'GET, 1 callers'];
  const batches = 'batches of 100 GETs, 50 callers';
  const floor = of(batches, 'bare sockets').cpuMicros;
  const open = rows.filter((row) => row.load.group === 'open loop' && row.driver === 'slotwire');
  const slowest = open.toSorted((a, b) => a.load.rate - b.load.rate)[0];
  return [
    {
      goal: 'throughput, 1000 callers, to the best peer',
      value: of(thousand).perSecond / best(thousand, 'perSecond', Math.max),
      atLeast: 6,
    },
    {
      goal: 'CPU a command, 1000 callers, to the best peer',
      value: of(thousand).cpuMicros / best(thousand, 'cpuMicros', Math.min),
      atMost: 1 / 7,
    },
    {
      goal: 'throughput, 50 callers, to the best peer',
      value: of(fifty).perSecond / best(fifty, 'perSecond', Math.max),
      atLeast: 3,
    },
    {
      goal: 'sendAll of 100, to redis-benchmark',
      value: of(batches).perSecond / of(batches, 'redis-benchmark').perSecond,
      atLeast: 0.5,
    },
    {
      goal: 'median latency of one caller, to bare sockets',
      value: of(one).p50 / of(one, 'bare sockets').p50,
      atMost: 1.1,
    },
    {
      goal: 'median latency of one caller, to the best peer',
      value: of(one).p50 / best(one, 'p50', Math.min),
      atMost: 1,
    },
    {
      goal: 'CPU a command with a promise each, to bare sockets in batches of 100',
      value: of(thousand).cpuMicros / floor,
      atMost: 15,
    },
    {
      goal: 'CPU a command with sendAll, to bare sockets in batches of 100',
      value: of(batches).cpuMicros / floor,
      atMost: 6,
    },
    {
      goal: 'p99.9 at half of the best peer’s peak, to the best peer’s p99',
      value: slowest === undefined ? Number.NaN : slowest.p999 / best(slowest.load.name, 'p99', Math.min),
      atMost: 1,
    },
    {
      goal: 'event-loop delay at 1000 callers, p99, in units of 10 ms',
      value: of(thousand).loopDelayP99 / 10,
      atMost: 1,
    },
  ]
    .filter(({ value }) => Number.isFinite(value))
    .map(({ goal, value, atLeast, atMost }) => ({
      goal,
      value,
      limit: atLeast === undefined ? `at most ${Number(atMost.toFixed(3))}` : `at least ${atLeast}`,
      isMet: atLeast === undefined ? value <= atMost : value >= atLeast,
    }));
}
