/** Runs one load: within a round each contestant in its turn, so that what the machine does besides meets all alike. */

const WARM_UP_SECONDS = 0.2;

/**
 * @param contestants by name
 * @param options `seconds`, `rounds`, `cpuOf` (the servers' CPU so far, in microseconds), `told` (of progress)
 * @returns {Promise<object[]>} a measurement for each contestant and round
 */
export async function runLoad(load, contestants, { seconds, rounds, cpuOf, told }) {
  const { moreRounds = 0, drivers, ...described } = load;
  const taking = new Map([...contestants].filter(([driver]) => drivers?.includes(driver) ?? true));
  const measurements = [];
  for (let round = 0; round <= rounds + moreRounds; round++) {
    for (const [driver, contestant] of taking) {
      told(`${driver}, round ${round} of ${rounds + moreRounds}`);
      const before = await cpuOf();
      const result = await attempt(driver, load, () =>
        contestant.run(load, round === 0 ? Math.min(WARM_UP_SECONDS, seconds) : seconds),
      );
      if (result === undefined) taking.delete(driver);
      // The first round warms up: connections, keys, compiled code.
      if (result === undefined || round === 0) continue;
      const { count, ...figures } = result;
      measurements.push({ load: described, driver, ...figures, serverCpuMicros: ((await cpuOf()) - before) / count });
    }
  }
  return measurements;
}

/** Who fails in a load is left out of it, and said to be. */
async function attempt(driver, load, run) {
  try {
    return await run();
  } catch (error) {
    console.error(`\n${driver}, ${load.name}: ${error.message}`);
    return undefined;
  }
}
