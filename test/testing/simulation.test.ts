import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterOptions } from '../../src/cluster/index.ts';
import { Lane } from '../../src/cluster/lane.ts';
import { CommandState, ConnectionBudget, Links } from '../../src/net/index.ts';
import { runScenario, type ScenarioResult, shrinkScenario } from '../../src/testing/index.ts';

const FIXED_SEED = 1;
const FIXED_SCENARIOS = 200;
const FRESH_SCENARIOS = 100;
/** A broken client must be found within so many scenarios. */
const SABOTAGE_SCENARIOS = 200;

const test = suite('testing/simulation: the client against simulated clusters with faults');

interface Sums {
  readonly failed: string[];
  doubtful: number;
  lostByServer: number;
  late: number;
}

async function runMany(firstSeed: number, count: number): Promise<Sums> {
  const sums: Sums = { failed: [], doubtful: 0, lostByServer: 0, late: 0 };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { broken, counts, verdict, exceptions } = await runScenario(seed);
    if (broken.length > 0) sums.failed.push(`seed ${seed}: ${broken.join()} (npm run simulate -- --shrink ${seed})`);
    sums.doubtful += counts.doubtful;
    sums.lostByServer += verdict.lostByServer;
    sums.late += exceptions.late;
  }
  return sums;
}

/** The first scenario in which a broken client is caught. */
async function firstCaught(client: Partial<ClusterOptions>): Promise<ScenarioResult | undefined> {
  for (let seed = FIXED_SEED; seed < FIXED_SEED + SABOTAGE_SCENARIOS; seed++) {
    const result = await runScenario({ seed, client });
    if (result.broken.length > 0) return result;
  }
  return undefined;
}

test('nothing is lost, doubled, reordered, mismatched or hung in the same scenarios as ever', async () => {
  const { failed, ...sums } = await runMany(FIXED_SEED, FIXED_SCENARIOS);
  assert.equal(failed, []);
  // Faults did happen: writes came into doubt, and servers lost what they had not replicated.
  for (const [name, sum] of Object.entries(sums)) assert.ok(sum > 0, name);
});

test('nor in scenarios that nobody has seen before', async () => {
  const seed = Date.now() % 1_000_000_000;
  console.log(`fresh scenarios from seed ${seed} on`);
  assert.equal((await runMany(seed, FRESH_SCENARIOS)).failed, []);
});

test('a seed gives the same run, event by event', async () => {
  const lines: string[][] = [[], []];
  for (const log of lines) await runScenario({ seed: 3, trace: (timeMs, text) => log.push(`${timeMs} ${text}`) });
  assert.ok(lines[0]!.length > 500);
  assert.equal(lines[0], lines[1]);
});

test('sabotage: a client that sends written writes again is caught', async () => {
  const caught = await firstCaught({ retry: 'always' });
  assert.match(caught?.broken.join() ?? '', /duplicates|countersHigh/);
});

test('sabotage: a lane that puts commands back in the order in which they return is caught', async () => {
  const { hold } = Lane.prototype;
  Lane.prototype.hold = function append(command): void {
    command.state = CommandState.Held;
    this.held.push(command);
  };
  try {
    const caught = await firstCaught({});
    assert.match(caught?.broken.join() ?? '', /outOfOrder/);
  } finally {
    Lane.prototype.hold = hold;
  }
});

test('sabotage: a lane that hides what it keeps back is caught', async () => {
  const { oldest } = Lane.prototype;
  // Every hundredth time the oldest command is dropped: its caller is never told.
  let calls = 0;
  Lane.prototype.oldest = function forgetful(): ReturnType<typeof oldest> {
    if (++calls % 100 === 0) this.held.shift();
    return oldest.call(this);
  };
  try {
    const caught = await firstCaught({});
    assert.ok(caught !== undefined);
  } finally {
    Lane.prototype.oldest = oldest;
  }
});

test('sabotage: a client whose slots take any of several connections is caught', async () => {
  const { of } = Links.prototype;
  let calls = 0;
  Links.prototype.of = function anyOf(): ReturnType<typeof of> {
    return this.all[calls++ % this.all.length]!;
  };
  try {
    const caught = await firstCaught({ connectionsPerNode: 3 });
    assert.match(caught?.broken.join() ?? '', /outOfOrder/);
  } finally {
    Links.prototype.of = of;
  }
});

test('sabotage: a client that opens more connections than it may is caught', async () => {
  const { ask } = ConnectionBudget.prototype;
  ConnectionBudget.prototype.ask = function lenient(connection): undefined {
    connection.permitted();
  };
  try {
    const caught = await firstCaught({ maxConnections: 2 });
    assert.match(caught?.broken.join() ?? '', /connections at once, and maxConnections is 2/);
  } finally {
    ConnectionBudget.prototype.ask = ask;
  }
});

test('a failing scenario shrinks to what makes it fail', async () => {
  const client: Partial<ClusterOptions> = { retry: 'always' };
  const caught = await firstCaught(client);
  const smallest = await shrinkScenario({ seed: caught!.seed, client });
  assert.ok(smallest!.scenario.plan!.length <= caught!.plan.length);
  assert.ok(smallest!.scenario.commands! < 500);
  const again = await runScenario(smallest!.scenario);
  assert.equal(again.broken, smallest!.result.broken);
});

test.run();
