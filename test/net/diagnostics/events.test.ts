import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Events } from '../../../src/net/index.ts';

const test = suite('net/diagnostics/events');

interface Told {
  readonly greeting: string;
  readonly error: Error;
}

function setUp(): Events<Told> {
  return new Events<Told>(['greeting', 'error']);
}

test('listeners are told at the end of the turn, in the order in which they came', async () => {
  const events = setUp();
  const told: string[] = [];
  events.on('greeting', (text) => told.push(`first ${text}`));
  events.on('greeting', (text) => told.push(`second ${text}`));
  events.tell('greeting', 'hello');
  assert.equal(told, []);
  await turn();
  assert.equal(told, ['first hello', 'second hello']);
});

test('an error that nobody listens to is nothing', async () => {
  const events = setUp();
  events.tell('error', new Error('nobody hears this'));
  await turn();
});

test('what a listener throws is an uncaught error, and keeps nothing from the others', async () => {
  const events = setUp();
  const told: string[] = [];
  const uncaught: unknown[] = [];
  process.once('uncaughtException', (error) => uncaught.push(error.message));
  events.on('greeting', () => {
    throw new Error('mine');
  });
  events.on('greeting', (text) => told.push(text));
  events.tell('greeting', 'hello');
  await turn();
  assert.equal([told, uncaught], [['hello'], ['mine']]);
});

test('a listener is called until it is taken off, in either way', async () => {
  const events = setUp();
  const told: string[] = [];
  const listener = (text: string): void => void told.push(text);
  const end = events.on('greeting', listener);
  events.on('greeting', listener);
  assert.is(events.has('greeting'), true);
  events.tell('greeting', 'once');
  await turn();
  end();
  events.tell('greeting', 'twice');
  events.on('greeting', listener);
  events.off('greeting', listener);
  events.off('greeting', listener);
  await turn();
  assert.equal(told, ['once']);
  assert.is(events.has('greeting'), false);
});

test('a listener that takes itself off while it is told keeps nobody from hearing', async () => {
  const events = setUp();
  const told: string[] = [];
  const end = events.on('greeting', () => end());
  events.on('greeting', (text) => told.push(text));
  events.tell('greeting', 'a');
  events.tell('greeting', 'b');
  await turn();
  assert.equal(told, ['a', 'b']);
});

test('an event that does not exist, and a listener that is no function, are refused', () => {
  const events = setUp();
  const isInvalid = (error: Error & { code?: string }) => error.code === 'ERR_INVALID_ARGUMENT';
  assert.throws(() => events.on('greetings' as 'greeting', () => undefined), isInvalid);
  assert.throws(() => events.off('greetings' as 'greeting', () => undefined), isInvalid);
  assert.throws(() => events.on('greeting', undefined as never), isInvalid);
});

test.run();
