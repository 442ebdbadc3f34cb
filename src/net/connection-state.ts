/** One connection's life: it never comes back, a new connection takes its place. */
export const ConnectionState = {
  /** Waiting for its moment to dial; commands may already queue. */
  Idle: 'idle',
  Connecting: 'connecting',
  Handshaking: 'handshaking',
  Ready: 'ready',
  /** Writes nothing more; closes when nothing is owed. */
  Draining: 'draining',
  Closed: 'closed',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

export type ConnectionEvent = 'dial' | 'connected' | 'welcomed' | 'drain' | 'lost';

/** ARCHITECTURE.md's diagram is generated from this table; a missing entry is a bug. */
export const TRANSITIONS: { readonly [S in ConnectionState]: { readonly [E in ConnectionEvent]?: ConnectionState } } = {
  idle: { dial: 'connecting', drain: 'closed', lost: 'closed' },
  connecting: { connected: 'handshaking', drain: 'closed', lost: 'closed' },
  handshaking: { welcomed: 'ready', drain: 'closed', lost: 'closed' },
  ready: { drain: 'draining', lost: 'closed' },
  draining: { drain: 'draining', lost: 'closed' },
  closed: {},
};

/** @throws Error for an event that the state does not know. */
export function transition(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`connection: no transition for '${event}' in state '${state}'`);
  return next;
}
