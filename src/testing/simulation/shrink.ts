import { DEFAULT_COMMANDS, runScenario, type Scenario, type ScenarioResult } from './scenario.ts';

/**
 * Makes a failing scenario smaller while it still fails: drops what is not needed from its plan, then halves the load.
 *
 * @param onSmaller is told of every smaller scenario that still fails.
 * @returns the smallest that was found, with its result; undefined when the scenario does not fail.
 */
export async function shrinkScenario(
  scenario: Scenario,
  onSmaller: (result: ScenarioResult, commands: number) => void = () => undefined,
): Promise<{ scenario: Scenario; result: ScenarioResult } | undefined> {
  let result = await runScenario(scenario);
  if (result.broken.length === 0) return undefined;
  let smallest: Scenario = { ...scenario, plan: result.plan, commands: scenario.commands ?? DEFAULT_COMMANDS };
  const tryOut = async (candidate: Scenario): Promise<boolean> => {
    const outcome = await runScenario(candidate);
    if (outcome.broken.length === 0) return false;
    smallest = candidate;
    result = outcome;
    onSmaller(outcome, candidate.commands!);
    return true;
  };
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (let i = smallest.plan!.length - 1; i >= 0; i--) {
      const plan = smallest.plan!.filter((_, at) => at !== i);
      if (await tryOut({ ...smallest, plan })) isSmaller = true;
    }
    for (const share of [0.5, 0.75, 0.9]) {
      const commands = Math.floor(smallest.commands! * share);
      while (commands > 0 && commands < smallest.commands! && (await tryOut({ ...smallest, commands })))
        isSmaller = true;
    }
  }
  return { scenario: smallest, result };
}
