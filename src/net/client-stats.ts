import type { RedisErrorCode } from '../errors.ts';
import type { ServerActivity, ServerCounters } from './diagnostics/index.ts';
import type { LeaseDesk } from './lease-desk.ts';
import type { Link } from './link.ts';
import type { PubSub, PubSubStats } from './pubsub/index.ts';

/** What has happened at one server since the client was made, and how it stands now. */
export interface ServerStats extends Readonly<ServerCounters> {
  /** `host:port`, or the path of a Unix socket. */
  readonly address: string;
  /** The connection for commands is made. */
  readonly isReady: boolean;
  /** Its error replies by their prefix, redirections and retried refusals included; `_OTHER` are those without one. */
  readonly errorReplies: Readonly<Record<string, number>>;
  /** Replies it owes over the connection for commands. */
  readonly owed: number;
  /** A smoothed round trip, measured when nothing else was under way, in milliseconds; undefined without a connection. */
  readonly roundTripMs: number | undefined;
  /** Connections that sessions and blocking commands have to themselves now. */
  readonly leased: number;
}

/** What is true of every client, of one server or of many. */
export interface CallerStats {
  /** Commands under way. */
  readonly live: number;
  /** What callers were told instead of a reply, by `code`. */
  readonly errors: Readonly<{ [Code in RedisErrorCode]?: number }>;
  readonly leases: LeaseStats;
  readonly subscriptions: PubSubStats;
}

/** Connections that sessions and blocking commands have to themselves. */
export interface LeaseStats {
  readonly lent: number;
  /** Parties that wait for one. */
  readonly waiting: number;
}

/** What {@link Client.stats} says. */
export interface ClientStats extends CallerStats {
  readonly server: ServerStats;
}

/** What the parts of any client that callers see know of themselves. */
export interface CallerParts {
  readonly intake: { readonly live: number; readonly errors: { counts(): Record<string, number> } };
  readonly desk: LeaseDesk;
  readonly pubSub: PubSub;
}

export function callerStats({ intake, desk, pubSub }: CallerParts): CallerStats {
  return {
    live: intake.live,
    errors: intake.errors.counts(),
    leases: { lent: desk.lent, waiting: desk.waiting },
    subscriptions: pubSub.stats,
  };
}

/** What is known of one server, and of the way to it. */
export interface ServerParts {
  readonly activity: ServerActivity;
  readonly link: Pick<Link, 'address' | 'isReady' | 'owed' | 'roundTripMs'>;
  readonly leases: { readonly lent: number };
}

export function serverStats({ activity, link, leases }: ServerParts): ServerStats {
  return {
    address: link.address,
    isReady: link.isReady,
    owed: link.owed,
    roundTripMs: link.roundTripMs,
    leased: leases.lent,
    ...activity.counters,
    errorReplies: activity.errorReplies.counts(),
  };
}
