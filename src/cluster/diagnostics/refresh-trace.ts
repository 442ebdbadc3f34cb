import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { RedisError } from '../../errors.ts';
import { type Attributes, commonAttributes, type Failure, failureOf } from '../../net/index.ts';
import type { RefreshReason } from './topology-change.ts';

/**
 * One look at the topology, as subscribers of the tracing channel `slotwire:refresh` are told of it: by `start` when it
 * begins, by `asyncEnd` when it has ended, and by `error` before that when no node could say.
 */
export class RefreshTrace {
  error: Failure | undefined;
  readonly reasons: readonly RefreshReason[];
  /** The nodes that were asked so far, by their address: often one, two where the first one's word is not enough. */
  readonly asked: string[] = [];

  constructor(reasons: readonly RefreshReason[]) {
    this.reasons = reasons;
  }

  /** All of this by names after OpenTelemetry's manner. */
  get attributes(): Attributes {
    return {
      ...commonAttributes(undefined, this.error),
      'db.operation.name': 'CLUSTER SLOTS',
      'slotwire.refresh.reasons': this.reasons.join(' '),
      'slotwire.refresh.nodes_asked': this.asked.length,
    };
  }
}

/** Subscribers of `slotwire:refresh`. */
export const REFRESHES: TracingChannel<unknown, RefreshTrace> = tracingChannel('slotwire:refresh');

/**
 * Looks, and tells.
 *
 * @param look what it throws is thrown again
 */
export async function traceRefresh<T>(trace: RefreshTrace, look: () => Promise<T>): Promise<T> {
  const isHeard = REFRESHES.hasSubscribers;
  const outcome = isHeard ? REFRESHES.start.runStores(trace, look) : look();
  if (isHeard) REFRESHES.end.publish(trace);
  try {
    return await outcome;
  } catch (error) {
    trace.error = failureOf(error as RedisError);
    throw error;
  } finally {
    if (isHeard) tellEnd(trace);
  }
}

function tellEnd(trace: RefreshTrace): void {
  if (trace.error !== undefined) REFRESHES.error.publish(trace);
  REFRESHES.asyncStart.publish(trace);
  REFRESHES.asyncEnd.publish(trace);
}
