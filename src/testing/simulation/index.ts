/** A cluster on virtual time: servers, network and clock in this process, driven by one seed. */
export { describeFault, type Fault } from './fault-plan.ts';
export { runScenario, type Scenario, type ScenarioResult } from './scenario.ts';
export { shrinkScenario } from './shrink.ts';
export { SimulatedCluster, type SimulatedClusterOptions, type SimulatedMoveOptions } from './simulated-cluster.ts';
export type { SimulatedMigration } from './simulated-migration.ts';
export type { SimulatedNode } from './simulated-node.ts';
export { VirtualRuntime } from './virtual-runtime.ts';
