import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConnectionEvent, ConnectionState, TRANSITIONS, transition } from '../../src/net/connection-state.ts';

const test = suite('net/connection-state');

test('every state but the last can be lost, and nothing comes back from it', () => {
  for (const state of Object.values(ConnectionState)) {
    if (state !== 'closed') assert.is(TRANSITIONS[state].lost, 'closed', state);
  }
  assert.equal(TRANSITIONS.closed, {});
});

test('a life goes from dialling to draining', () => {
  const events: ConnectionEvent[] = ['dial', 'connected', 'welcomed', 'drain', 'lost'];
  let state: ConnectionState = 'idle';
  const states = events.map((event) => (state = transition(state, event)));
  assert.equal(states, ['connecting', 'handshaking', 'ready', 'draining', 'closed']);
});

test('an event that a state does not know is a bug, and says so', () => {
  assert.throws(() => transition('closed', 'dial'), /no transition for 'dial' in state 'closed'/);
});

test.run();
