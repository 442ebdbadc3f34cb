/**
 * One thing that goes wrong, `at` so many milliseconds after the load began. Picks are numbers in [0, 1): which slot in
 * use, which primary of the moment; so a fault keeps its meaning when others are dropped from the plan.
 */
export type Fault = ClusterFault | NetworkFault;

/** What happens to nodes and slots. */
export type ClusterFault =
  /** A slot moves from primary to primary, key by key: one hop, to and fro, or a chain. */
  | {
      readonly kind: 'move';
      readonly at: number;
      readonly pick: number;
      readonly hops: number;
      readonly stepMs: number;
    }
  /** A replica takes over as planned. */
  | { readonly kind: 'failover'; readonly at: number; readonly pick: number }
  /** A primary dies, and comes back after `forMs`. */
  | { readonly kind: 'kill'; readonly at: number; readonly pick: number; readonly forMs: number }
  /** A primary is stopped for so long. */
  | { readonly kind: 'pause'; readonly at: number; readonly pick: number; readonly forMs: number }
  /** All nodes want another password; the client is given it after `forMs`. */
  | { readonly kind: 'passwd'; readonly at: number; readonly pick: number; readonly forMs: number };

/** What happens on the way to a node. */
export type NetworkFault =
  /** The connection to a primary breaks: now, or after so many bytes more in one direction. */
  | { readonly kind: 'reset'; readonly at: number; readonly pick: number }
  | {
      readonly kind: 'cut';
      readonly at: number;
      readonly pick: number;
      readonly direction: 'requests' | 'replies';
      readonly bytes: number;
    }
  /** The connection to a primary goes silent; dials to it as well, for so long. */
  | { readonly kind: 'half-open'; readonly at: number; readonly pick: number; readonly forMs: number }
  /** The way to a primary is slow, or narrow: writes are held until the server has read. */
  | {
      readonly kind: 'delay';
      readonly at: number;
      readonly pick: number;
      readonly latencyMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'narrow';
      readonly at: number;
      readonly pick: number;
      readonly bytes: number;
      readonly forMs: number;
    };

/** Within what a plan is drawn. */
export interface PlanLimits {
  /** The time over which the faults begin. */
  readonly durationMs: number;
  readonly nodeTimeoutMs: number;
  readonly faults: number;
}

type Draw = (at: number, random: () => number, limits: PlanLimits) => Fault;

/** Kinds of faults, by how often they are drawn. */
const DRAWS: readonly (readonly [weight: number, draw: Draw])[] = [
  [6, (at, random) => ({ kind: 'move', at, pick: random(), hops: 1 + whole(3, random), stepMs: 0.5 + random() * 15 })],
  [2, (at, random) => ({ kind: 'failover', at, pick: random() })],
  [1, (at, random) => ({ kind: 'kill', at, pick: random(), forMs: 50 + random() * 1500 })],
  [2, (at, random, { nodeTimeoutMs }) => ({ kind: 'pause', at, pick: random(), forMs: nodeTimeoutMs * random() * 2 })],
  [1, (at, random) => ({ kind: 'passwd', at, pick: random(), forMs: random() * 400 })],
  [2, (at, random) => ({ kind: 'reset', at, pick: random() })],
  [2, (at, random) => ({ kind: 'cut', at, pick: random(), direction: side(random), bytes: whole(300, random) })],
  [1, (at, random) => ({ kind: 'half-open', at, pick: random(), forMs: random() * 300 })],
  [1, (at, random) => ({ kind: 'delay', at, pick: random(), latencyMs: 5 + random() * 60, forMs: random() * 500 })],
  [1, (at, random) => ({ kind: 'narrow', at, pick: random(), bytes: whole(200, random), forMs: random() * 500 })],
];
const LOTS: readonly Draw[] = DRAWS.flatMap(([weight, draw]) => new Array<Draw>(weight).fill(draw));

/** Draws what goes wrong in one scenario, in the order of time. */
export function drawPlan(random: () => number, limits: PlanLimits): Fault[] {
  const faults = Array.from({ length: limits.faults }, () => {
    const at = Math.round(random() * limits.durationMs);
    return LOTS[whole(LOTS.length, random)]!(at, random, limits);
  });
  return faults.sort((a, b) => a.at - b.at);
}

/** One line of a plan. */
export function describeFault({ at, kind, ...rest }: Fault): string {
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? round(value) : value}`,
  );
  return `${String(at).padStart(6)} ms  ${kind.padEnd(9)} ${details.join(', ')}`;
}

function side(random: () => number): 'requests' | 'replies' {
  return random() < 0.5 ? 'requests' : 'replies';
}

function whole(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
