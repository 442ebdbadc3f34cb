import { drop, type FaultLoop, failover, kill, pause, reshard, restart, scale } from './faults.ts';
import { mixed, partition, passwd, slow } from './network-faults.ts';

/** A kind of trouble, and what the contracts allow in it. */
export interface ModeRules {
  readonly faults: FaultLoop;
  /** Writes in doubt may be rejected; everywhere else nothing may. */
  readonly mayReject: boolean;
  /** A primary that dies or is isolated may take acknowledged writes with it: the server's asynchronous replication. */
  readonly serverMayLose: boolean;
}

const INVISIBLE = { mayReject: false, serverMayLose: false };
const DOUBTFUL = { mayReject: true, serverMayLose: false };
const LOSSY = { mayReject: true, serverMayLose: true };

export type Mode =
  | 'reshard'
  | 'failover'
  | 'restart'
  | 'scale'
  | 'passwd'
  | 'drop'
  | 'partition'
  | 'slow'
  | 'kill'
  | 'pause'
  | 'mixed';

export const MODES: Readonly<Record<Mode, ModeRules>> = {
  reshard: { faults: reshard, ...INVISIBLE },
  failover: { faults: failover, ...INVISIBLE },
  restart: { faults: restart, ...INVISIBLE },
  scale: { faults: scale, ...INVISIBLE },
  passwd: { faults: passwd, ...INVISIBLE },
  drop: { faults: drop, ...DOUBTFUL },
  partition: { faults: partition, ...DOUBTFUL },
  slow: { faults: slow, ...DOUBTFUL },
  kill: { faults: kill, ...LOSSY },
  pause: { faults: pause, ...LOSSY },
  mixed: { faults: mixed, ...LOSSY },
};
