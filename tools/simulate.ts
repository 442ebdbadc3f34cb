/**
 * The client on a simulated cluster, scenario after scenario, each with faults of its own:
 *
 *     npm run simulate -- [--scenarios N] [--seed S]   N scenarios from seed S on (default 2000, and the time)
 *     npm run simulate -- --replay SEED                one scenario, with everything that happens in it
 *     npm run simulate -- --shrink SEED                the smallest plan and load with which it still fails
 *
 * Exit code 1 when a contract was broken.
 */
import { parseArgs } from 'node:util';
import { describeFault, runScenario, type ScenarioResult, shrinkScenario } from '../src/testing/index.ts';

const SECOND_MS = 1000;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      scenarios: { type: 'string', default: '2000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      replay: { type: 'string' },
      shrink: { type: 'string' },
    },
  });
  if (values.replay !== undefined) return replay(number('--replay', values.replay));
  if (values.shrink !== undefined) return shrink(number('--shrink', values.shrink));
  return runMany(number('--scenarios', values.scenarios), number('--seed', values.seed));
}

async function runMany(scenarios: number, firstSeed: number): Promise<boolean> {
  console.log(`${scenarios} scenarios from seed ${firstSeed} on`);
  const startedAt = performance.now();
  const sums = { commands: 0, doubtful: 0, lostByServer: 0, late: 0, overtook: 0, strayed: 0, failed: 0 };
  let printedAt = startedAt;
  for (let done = 1; done <= scenarios; done++) {
    const result = await runScenario(firstSeed + done - 1);
    sums.commands += result.counts.commands;
    sums.doubtful += result.counts.doubtful;
    sums.lostByServer += result.verdict.lostByServer;
    sums.late += result.exceptions.late;
    sums.strayed += result.exceptions.strayed;
    sums.overtook += result.exceptions.overtook;
    if (result.broken.length > 0) {
      sums.failed++;
      console.log(`FAILED  seed ${result.seed}: ${result.broken.join(', ')}`);
    }
    const now = performance.now();
    if (now - printedAt < SECOND_MS && done < scenarios) continue;
    printedAt = now;
    const perMinute = Math.round((done * 60 * SECOND_MS) / (now - startedAt));
    const parts = Object.entries(sums).map(([name, sum]) => `${name} ${sum}`);
    console.log(`${done} scenarios, ${perMinute.toLocaleString('en')} a minute: ${parts.join(', ')}`);
  }
  return sums.failed === 0;
}

async function replay(seed: number): Promise<boolean> {
  const trace = (timeMs: number, text: string): void => console.log(`${timeMs.toFixed(3).padStart(10)}  ${text}`);
  const result = await runScenario({ seed, trace });
  describe(result);
  return result.broken.length === 0;
}

async function shrink(seed: number): Promise<boolean> {
  const onSmaller = ({ plan, broken }: ScenarioResult, commands: number): void =>
    console.log(`${plan.length} faults, ${commands} commands: ${broken.join(', ')}`);
  const smallest = await shrinkScenario({ seed }, onSmaller);
  if (smallest === undefined) {
    console.log(`seed ${seed} breaks nothing`);
    return true;
  }
  describe(smallest.result);
  console.log(`commands ${smallest.scenario.commands}`);
  console.log(`plan: ${JSON.stringify(smallest.scenario.plan)}`);
  return false;
}

function describe({ seed, broken, plan, connections, verdict, exceptions, virtualMs }: ScenarioResult): void {
  console.log(`\nseed ${seed}, ${Math.round(virtualMs)} virtual ms`);
  for (const [name, value] of Object.entries(connections)) console.log(`  ${name} ${value}`);
  for (const fault of plan) console.log(`  ${describeFault(fault)}`);
  console.log(`verdict ${JSON.stringify({ ...verdict, ...exceptions })}`);
  console.log(broken.length === 0 ? 'all contracts were kept' : `BROKEN: ${broken.join(', ')}`);
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number, not ${text}`);
  return value;
}

process.exitCode = (await main()) ? 0 : 1;
