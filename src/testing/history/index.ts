export { type AppendWitness, Fate, type ListFaults, ListHistory, NO_FAULTS } from './list-history.ts';
export { judgeWorkload, type Verdict, type Witness } from './verdict.ts';
export {
  DEFAULT_WORKLOAD,
  type HistoryClient,
  Workload,
  type WorkloadCounts,
  type WorkloadOptions,
} from './workload.ts';
