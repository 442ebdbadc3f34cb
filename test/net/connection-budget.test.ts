import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BudgetedConnection, ConnectionBudget } from '../../src/net/connection-budget.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('net/connection-budget');

/** A connection whose state is the test's to set. */
class FakeConnection implements BudgetedConnection {
  readonly address: string;
  readonly #budget: ConnectionBudget;
  isWanted = true;
  isIdle = false;
  isOpen = false;
  isWaiting = false;
  /** It was asked to give way, and is to end some time. */
  isLeaving = false;
  /** Its owner needs it. */
  isHeld = false;

  constructor(address: string, budget: ConnectionBudget) {
    this.address = address;
    this.#budget = budget;
  }

  permitted(): void {
    assert.ok(this.isWaiting || !this.isOpen);
    this.isOpen = true;
    this.isWaiting = false;
  }

  drain(): void {
    assert.ok(this.isIdle && this.isOpen, `${this.address} is drained and not idle`);
    this.end();
  }

  giveWay(): boolean {
    if (this.isHeld) return false;
    this.isLeaving = true;
    return true;
  }

  end(): void {
    this.isOpen = false;
    this.isWaiting = false;
    this.isIdle = false;
    this.#budget.left(this);
  }

  rest(): void {
    this.isIdle = true;
    this.isWanted = false;
    this.#budget.rests(this);
  }
}

function setUp(max: number, names: string): { runtime: FakeRuntime; budget: ConnectionBudget; all: FakeConnection[] } {
  const runtime = new FakeRuntime();
  const budget = new ConnectionBudget(runtime, max);
  const all = names.split('').map((name) => new FakeConnection(name, budget));
  return { runtime, budget, all };
}

function open(all: readonly FakeConnection[]): string {
  return all
    .filter(({ isOpen }) => isOpen)
    .map(({ address }) => address)
    .join('');
}

test('up to the limit everybody may dial at once; the next is told why it has to wait', () => {
  const { budget, all } = setUp(2, 'abc');
  const [a, b, c] = all as [FakeConnection, FakeConnection, FakeConnection];
  assert.equal([budget.ask(a), budget.ask(b)], [undefined, undefined]);
  const limit = budget.ask(c);
  assert.equal([limit?.code, limit?.address, limit?.wasSent], ['ERR_CONNECTION_LIMIT', 'c', false]);
  assert.match(limit!.message, /all 2 connections of this client are in use \(maxConnections\)/);
  assert.is(open(all), 'ab');
  b.end();
  assert.is(open(all), 'ac');
});

test('of those that are idle the one that was used least recently is closed', () => {
  const { budget, all } = setUp(3, 'abcde');
  const [a, b, c, d, e] = all as [FakeConnection, FakeConnection, FakeConnection, FakeConnection, FakeConnection];
  for (const connection of [a, b, c]) budget.ask(connection);
  budget.used(a);
  for (const connection of [a, b, c]) connection.rest();
  budget.ask(d);
  assert.is(open(all), 'acd');
  budget.used(c);
  budget.ask(e);
  assert.is(open(all), 'cde');
});

test('what is not idle is never closed; as soon as one is, the first who waits has its place', () => {
  const { budget, all } = setUp(1, 'abc');
  const [a, b, c] = all as [FakeConnection, FakeConnection, FakeConnection];
  budget.ask(a);
  a.isHeld = true;
  budget.ask(b);
  budget.ask(c);
  assert.is(open(all), 'a');
  a.rest();
  assert.is(open(all), 'b');
  b.end();
  assert.is(open(all), 'c');
});

test('for a connection that nobody waits for none is closed; it is made when there is room, or when it is wanted', () => {
  const { budget, all } = setUp(1, 'abc');
  const [a, b, c] = all as [FakeConnection, FakeConnection, FakeConnection];
  budget.ask(a);
  a.rest();
  b.isWanted = false;
  assert.ok(budget.ask(b) !== undefined);
  assert.is(open(all), 'a');
  b.isWanted = true;
  budget.wanted();
  assert.is(open(all), 'b');
  c.isWanted = false;
  budget.ask(c);
  b.end();
  assert.is(open(all), 'c', 'there is room');
});

test('when none is idle, the one that has had its turn longest gives way, one for each who waits', () => {
  const { runtime, budget, all } = setUp(3, 'abcd');
  const [a, b, c, d] = all as [FakeConnection, FakeConnection, FakeConnection, FakeConnection];
  budget.ask(a);
  runtime.advance(50);
  budget.ask(b);
  runtime.advance(10);
  budget.ask(c);
  a.isHeld = true;
  budget.used(b);
  budget.ask(d);
  runtime.advance(50);
  assert.equal([b.isLeaving, c.isLeaving], [false, false], 'a turn is a tenth of a second');
  runtime.advance(60);
  assert.equal([a.isLeaving, b.isLeaving, c.isLeaving], [false, true, false], 'a is needed by its owner');
  runtime.advance(200);
  assert.is(c.isLeaving, false);
  b.end();
  assert.is(open(all), 'acd');
  runtime.advance(1000);
  assert.is(c.isLeaving, false, 'nobody waits');
  assert.is(runtime.timers, 0);
});

test('what is reserved is wanted, and is not closed for others until it was used, or for a second', () => {
  const { runtime, budget, all } = setUp(2, 'abcd');
  const [a, b, c, d] = all as [FakeConnection, FakeConnection, FakeConnection, FakeConnection];
  for (const connection of [a, b]) {
    budget.ask(connection);
    connection.rest();
  }
  c.isWanted = false;
  budget.ask(c);
  budget.reserve(c);
  assert.is(open(all), 'bc');
  c.rest();
  b.isIdle = false;
  b.isHeld = true;
  budget.ask(d);
  runtime.advance(900);
  assert.is(open(all), 'bc');
  runtime.advance(200);
  assert.is(open(all), 'bd');
});

test('with one connection in all, nothing can be reserved', () => {
  const { budget, all } = setUp(1, 'ab');
  const [a, b] = all as [FakeConnection, FakeConnection];
  budget.ask(a);
  budget.reserve(a);
  a.rest();
  budget.ask(b);
  assert.is(open(all), 'b');
});

test('who no longer asks is passed over', () => {
  const { budget, all } = setUp(1, 'abc');
  const [a, b, c] = all as [FakeConnection, FakeConnection, FakeConnection];
  for (const connection of [a, b, c]) budget.ask(connection);
  b.end();
  a.end();
  assert.is(open(all), 'c');
});

test('whatever happens, there are never more than may be, and nobody waits while one is idle or there is room', () => {
  const names = 'abcdefgh';
  const act = fc.constantFrom('ask', 'rest', 'use', 'end', 'reserve');
  const step = fc.record({ at: fc.nat(names.length - 1), act, waitMs: fc.constantFrom(0, 0, 5, 30, 150, 1100) });
  const max = fc.integer({ min: 1, max: 4 });
  checkProperty(
    fc.property(max, fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const { runtime, budget, all } = setUp(limit, names);
      for (const { at, act: what, waitMs } of steps) {
        const one = all[at]!;
        if (what === 'ask' && !one.isOpen && !one.isWaiting) {
          one.isWanted = true;
          one.isWaiting = true;
          budget.ask(one);
        } else if (what === 'rest' && one.isOpen) one.rest();
        else if (what === 'use' && one.isOpen) {
          one.isIdle = false;
          budget.used(one);
        } else if (what === 'reserve' && (one.isOpen || one.isWaiting)) budget.reserve(one);
        else if (what === 'end' && (one.isOpen || one.isWaiting)) one.end();
        runtime.advance(waitMs);
        assert.ok(open(all).length <= limit);
        assert.is(budget.open, open(all).length);
        if (all.some(({ isWaiting }) => isWaiting)) assert.is(open(all).length, limit);
      }
      for (let round = 0; round < names.length; round++) {
        for (const each of all) if (each.isOpen) each.rest();
        // Every reservation has ended by then, and each that is idle has made room for one that waits.
        runtime.advance(1100);
      }
      assert.not(all.some(({ isWaiting }) => isWaiting));
    }),
  );
});

test.run();
