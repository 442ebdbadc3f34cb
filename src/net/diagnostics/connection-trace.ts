import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { formatAddress } from '../endpoint.ts';
import type { Agreement } from '../handshake.ts';
import { type Attributes, commonAttributes, type Place } from './attributes.ts';
import type { Failure } from './failure.ts';

/** What a connection is for: commands of all callers, one party at a time, subscriptions, or reads from a replica. */
export type ConnectionKind = 'shared' | 'leased' | 'subscriber' | 'replica';

/** What is known of a connection; it outlives it. */
export interface ConnectionFacts extends Place {
  readonly kind: ConnectionKind;
  /** Known once it is connected. */
  peerAddress: string | undefined;
  /** Known once the server has welcomed us. */
  agreed: Agreement | undefined;
}

/**
 * One attempt to connect, dialling and handshake, as subscribers of the tracing channel `slotwire:connect` are told of it:
 * by `start` when it is dialled, by `asyncEnd` when the server has welcomed us, and by `error` before that when it failed.
 */
export class ConnectTrace {
  error: Failure | undefined;
  /** The first attempt after the server was last reached is number 1. */
  readonly attempt: number;
  readonly #facts: ConnectionFacts;

  constructor(facts: ConnectionFacts, attempt: number) {
    this.#facts = facts;
    this.attempt = attempt;
  }

  /** `host:port`, or the path of a Unix socket. */
  get address(): string {
    return formatAddress(this.#facts.endpoint);
  }

  get kind(): ConnectionKind {
    return this.#facts.kind;
  }

  /** RESP2 or RESP3; undefined until it has been agreed. */
  get protocol(): 2 | 3 | undefined {
    return this.#facts.agreed?.protocol;
  }

  /** All of this by OpenTelemetry's names. */
  get attributes(): Attributes {
    return connectionAttributes(this.#facts, this.error, { 'slotwire.connection.attempt': this.attempt });
  }
}

/** A connection has begun or ended. */
export class ConnectionChange {
  /**
   * - `open`: the server has welcomed us.
   * - `failed`: it could not be made.
   * - `lost`: it was open, and ended against our wish.
   * - `closed`: it was open, and we have ended it.
   */
  readonly state: 'open' | 'failed' | 'lost' | 'closed';
  /** `host:port`, or the path of a Unix socket. */
  readonly address: string;
  readonly kind: ConnectionKind;
  /** Why it could not be made, or was lost. */
  readonly error: Failure | undefined;
  /** Commands that it had and that were not answered. */
  readonly unanswered: number;
  readonly #facts: ConnectionFacts;

  constructor(
    facts: ConnectionFacts,
    state: ConnectionChange['state'],
    end: { error?: Failure | undefined; unanswered?: number },
  ) {
    this.state = state;
    this.address = formatAddress(facts.endpoint);
    this.kind = facts.kind;
    this.error = end.error;
    this.unanswered = end.unanswered ?? 0;
    this.#facts = facts;
  }

  /** All of this by OpenTelemetry's names. */
  get attributes(): Attributes {
    const own = { 'slotwire.connection.state': this.state, 'slotwire.connection.unanswered': this.unanswered };
    return connectionAttributes(this.#facts, this.error, own);
  }
}

function connectionAttributes(facts: ConnectionFacts, error: Failure | undefined, own: Attributes): Attributes {
  const attributes = commonAttributes(facts, error);
  attributes['slotwire.connection.kind'] = facts.kind;
  if (facts.agreed !== undefined) {
    attributes['network.protocol.name'] = 'resp';
    attributes['network.protocol.version'] = String(facts.agreed.protocol);
  }
  return Object.assign(attributes, own);
}

/** Subscribers of `slotwire:connect`. */
export const CONNECTS: TracingChannel<unknown, ConnectTrace> = tracingChannel('slotwire:connect');

/** Subscribers of `slotwire:disconnect`, who are told of connections that were open and are no longer. */
export const DISCONNECTS: Channel<unknown, ConnectionChange> = channel('slotwire:disconnect') as Channel<
  unknown,
  ConnectionChange
>;
