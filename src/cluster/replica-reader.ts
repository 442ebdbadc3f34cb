import { backoffMs, type Links, type Reader } from '../net/index.ts';
import type { ClusterNode } from './cluster-node.ts';

/** How long a replica is avoided after it failed or refused, the longer the more often in a row. */
const AVOIDANCE = { firstMs: 1000, maxMs: 30_000 };
/** A replica that owes an answer and is silent for so long gets no further reads. */
const SILENT_MS = 800;

/** A replica as a reader: the way to it, and whether it is in good order. */
export class ReplicaReader implements Reader {
  readonly node: ClusterNode;
  readonly link: Links;
  readonly isPrimary = false;
  #failures = 0;
  #avoidedUntil = Number.NEGATIVE_INFINITY;

  constructor(node: ClusterNode, link: Links) {
    this.node = node;
    this.link = link;
  }

  get address(): string {
    return this.node.address;
  }

  get latencyMs(): number | undefined {
    return this.link.roundTripMs;
  }

  get zone(): string | undefined {
    return this.link.zone;
  }

  /** Whether reads may go there now. One that could not be reached is dialled first, without any. */
  isUsable(now: number): boolean {
    if (now < this.#avoidedUntil || this.link.silentMs >= SILENT_MS) return false;
    if (this.link.isReady || this.link.failures === 0) return true;
    this.link.open();
    return false;
  }

  /** It answered as a replica should. */
  worked(): void {
    this.#failures = 0;
  }

  /** It refused, or was lost: LOADING, MASTERDOWN, MOVED, a closed connection. */
  failed(now: number, random: number): void {
    // What was in flight together fails together: that counts once.
    if (now < this.#avoidedUntil) return;
    this.#avoidedUntil = now + backoffMs(this.#failures++, AVOIDANCE, random);
  }
}
