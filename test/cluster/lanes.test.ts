import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LaneHost, Lanes } from '../../src/cluster/lanes.ts';
import type { Command } from '../../src/net/index.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { makeCommand } from '../support/make-command.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('cluster/lanes');
const SLOT = 7;

/** A host that notes what leaves, in order. */
class FakeHost implements LaneHost {
  readonly runtime = new FakeRuntime();
  readonly out: Command[] = [];
  readonly wanted: number[] = [];
  isAssigned = true;

  forward(command: Command): boolean {
    if (this.isAssigned) this.out.push(command);
    return this.isAssigned;
  }

  findPrimary(slot: number): void {
    this.wanted.push(slot);
  }

  /** The names of what left since the last call. */
  take(): string {
    return this.out
      .splice(0)
      .map(({ args }) => args.join(' '))
      .join(', ');
  }
}

function setUp(): { host: FakeHost; lanes: Lanes; send: (...args: string[]) => Command } {
  const host = new FakeHost();
  const lanes = new Lanes(host);
  const send = (...args: string[]): Command => {
    const { command } = makeCommand(args, { slot: SLOT });
    lanes.dispatch(command);
    return command;
  };
  return { host, lanes, send };
}

/** The server answered, and the caller was told. */
function answer(lanes: Lanes, command: Command): void {
  command.tell('OK', false);
  lanes.settled(command, true);
}

test('when nothing moves, commands pass straight through', () => {
  const { host, lanes, send } = setUp();
  const a = send('GET', 'a');
  send('GET', 'b');
  assert.is(host.take(), 'GET a, GET b');
  answer(lanes, a);
  assert.is(lanes.openNow().size, 0);
});

test('after MOVED nothing leaves until the old connection owes nothing; then all, in the order of send', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  const b = send('SET', 'k', 'b');
  const c = send('SET', 'k', 'c');
  host.take();
  lanes.takeBack(a, 'moved', 0);
  send('SET', 'k', 'd');
  lanes.takeBack(c, 'moved', 0);
  assert.is(host.take(), '');
  lanes.takeBack(b, 'moved', 0);
  assert.is(host.take(), 'SET k a, SET k b, SET k c, SET k d');
  assert.is(lanes.openNow().size, 0);
});

test('after a refusal the oldest goes alone until it is answered, whatever else is answered', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  const b = send('SET', 'k', 'b');
  host.take();
  lanes.takeBack(a, 'refused', 10);
  answer(lanes, b);
  send('SET', 'k', 'c');
  send('SET', 'k', 'd');
  assert.is(host.take(), '');
  host.runtime.advance(10);
  assert.is(host.take(), 'SET k a');
  answer(lanes, a);
  assert.is(host.take(), 'SET k c, SET k d');
});

test('a refusal of the one that went alone makes it go alone again', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  send('SET', 'j', 'b').tell('OK', false);
  host.take();
  lanes.settled(a, false);
  lanes.dispatch(a);
  host.take();
  lanes.settled(makeCommand(['x'], { slot: SLOT }).command, false);
  lanes.takeBack(a, 'lost', 0);
  assert.is(host.take(), 'SET k a');
  send('SET', 'k', 'c');
  lanes.takeBack(a, 'refused', 5);
  host.runtime.advance(5);
  assert.is(host.take(), 'SET k a');
});

test('a cancelled command holds nobody up: neither as a tombstone nor held', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  const b = send('SET', 'k', 'b');
  host.take();
  lanes.takeBack(a, 'refused', 10);
  b.tell(null, false);
  lanes.settled(b, false);
  a.tell(null, false);
  lanes.dropped(SLOT);
  const c = send('SET', 'k', 'c');
  host.runtime.advance(10);
  assert.is(host.take(), 'SET k c');
  answer(lanes, c);
  assert.is(lanes.openNow().size, 0);
});

test('while a slot migrates, only commands that can not overtake each other travel together', () => {
  const { host, lanes, send } = setUp();
  const first = send('RPUSH', 'k', '0');
  const second = send('RPUSH', 'k', '1');
  host.take();
  first.askAddress = 'b';
  lanes.takeBack(first, 'ask', 0);
  second.askAddress = 'b';
  lanes.takeBack(second, 'ask', 0);
  assert.is(host.take(), 'RPUSH k 0, RPUSH k 1', 'both were sent on to one node');
  send('RPUSH', 'k', '2');
  send('RPUSH', 'k', '3');
  const other = send('RPUSH', 'other', '0');
  const both = send('RENAME', 'k', 'other');
  answer(lanes, first);
  assert.is(host.take(), '');
  answer(lanes, second);
  const [two, three] = [...host.out] as [Command, Command];
  assert.is(host.take(), 'RPUSH k 2, RPUSH k 3', 'one key keeps its order wherever it is');
  answer(lanes, two);
  answer(lanes, three);
  assert.is(host.take(), 'RPUSH other 0');
  answer(lanes, other);
  assert.is(host.take(), 'RENAME k other');
  answer(lanes, both);
  assert.is(lanes.openNow().size, 1, 'remembered: the next burst is careful from its start');
  host.runtime.advance(Lanes.MIGRATION_MEMORY_MS);
  answer(lanes, send('GET', 'k'));
  assert.is(lanes.openNow().size, 0);
});

test('a migration that nobody speaks of any more is forgotten, though nothing is sent to its slot again', () => {
  const { host, lanes, send } = setUp();
  const command = send('GET', 'k');
  host.take();
  lanes.takeBack(command, 'ask', 0);
  answer(lanes, command);
  assert.is(lanes.openNow().size, 1);
  host.runtime.advance(Lanes.MIGRATION_MEMORY_MS);
  assert.is(lanes.openNow().size, 0);
});

test('MOVED ends the care of a migration', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  lanes.takeBack(a, 'ask', 0);
  send('SET', 'x', 'b');
  send('SET', 'y', 'c');
  host.take();
  lanes.takeBack(a, 'moved', 0);
  assert.is(host.take(), 'SET k a, SET x b, SET y c');
});

test('when a slot has moved or its migration is forgotten, what waits for the target of an ASK goes with its neighbours', () => {
  const ends: ((lanes: Lanes, first: Command, host: FakeHost) => void)[] = [
    (lanes, first) => lanes.takeBack(first, 'moved', 0),
    (lanes, first) => {
      lanes.wake(SLOT, true);
      answer(lanes, first);
    },
    (lanes, first, host) => {
      host.runtime.advance(Lanes.MIGRATION_MEMORY_MS);
      answer(lanes, first);
    },
  ];
  for (const end of ends) {
    const { host, lanes, send } = setUp();
    const [first, second] = [send('MGET', 'a', 'b'), send('SET', 'a', '1')];
    for (const command of [first, second]) command.askAddress = 'target:1';
    lanes.takeBack(first, 'ask', 0);
    lanes.takeBack(second, 'ask', 0);
    send('SET', 'a', '2');
    host.take();
    assert.is(second.askAddress, 'target:1');
    end(lanes, first, host);
    assert.match(host.take(), /SET a 1, SET a 2$/);
    assert.is(second.askAddress, undefined);
  }
});

test('a slot that nobody has waits for one look at the topology', () => {
  const { host, lanes, send } = setUp();
  host.isAssigned = false;
  const a = send('GET', 'a');
  const b = send('GET', 'b');
  assert.equal(host.wanted, [SLOT]);
  assert.equal(lanes.takeUnassigned(SLOT), [a, b]);
  assert.is(lanes.openNow().size, 0);

  send('GET', 'c');
  host.isAssigned = true;
  lanes.wake(SLOT, true);
  assert.is(host.take(), 'GET c');
});

test('a new primary ends the back-off, but what the old one owes is waited for', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  const b = send('SET', 'k', 'b');
  host.take();
  lanes.takeBack(a, 'refused', 10_000);
  lanes.wake(SLOT, true);
  assert.is(host.take(), '');
  answer(lanes, b);
  assert.is(host.take(), 'SET k a');
});

test('a view that moves a slot in full flight holds what comes next', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  host.take();
  lanes.wake(SLOT, true);
  send('SET', 'k', 'b');
  assert.is(host.take(), '');
  answer(lanes, a);
  assert.is(host.take(), 'SET k b');
});

test('withdrawn commands wait in their place', () => {
  const { host, lanes, send } = setUp();
  const a = send('SET', 'k', 'a');
  const b = send('SET', 'k', 'b');
  host.take();
  lanes.withdrawn(b);
  send('SET', 'k', 'c');
  lanes.withdrawn(a);
  lanes.wake(SLOT, true);
  assert.is(host.take(), 'SET k a, SET k b, SET k c');
});

// A slot that wanders between three servers, each with a queue of its own: what the servers run is what was sent, in
// that order. The one exception of the contract is kept out: a slot does not return to a server that still has
// unread commands of it.
test('order: whatever moves, a slot’s commands run in the order of send', () => {
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.constant('send' as const) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }).map((server) => ({ serve: server })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }).map((server) => ({ move: server })) },
  );
  checkProperty(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const queues: Command[][] = [[], [], []];
      const ran: number[] = [];
      let owner = 0;
      let believed = 0;
      const host: LaneHost = {
        runtime: new FakeRuntime(),
        forward: (command) => queues[believed]!.push(command) > 0,
        findPrimary: () => assert.unreachable(),
      };
      const lanes = new Lanes(host);
      let sent = 0;
      const serve = (server: number): void => {
        const command = queues[server]!.shift();
        if (command === undefined) return;
        if (server === owner) {
          ran.push(command.sequence);
          answer(lanes, command);
        } else {
          believed = owner;
          lanes.takeBack(command, 'moved', 0);
        }
      };
      for (const next of events) {
        if (next === 'send') lanes.dispatch(makeCommand(['SET', 'k', 'v'], { slot: SLOT, sequence: sent++ }).command);
        else if ('serve' in next) serve(next.serve);
        else if (queues[next.move]!.length === 0) owner = next.move;
      }
      for (let rounds = 0; ran.length < sent && rounds < 10_000; rounds++) serve(rounds % 3);
      assert.equal(
        ran,
        Array.from({ length: sent }, (_, n) => n),
      );
      assert.is(lanes.openNow().size, 0);
    }),
    { numRuns: 300 },
  );
});

test('a slot counts as migrating for five seconds after an ASK, and no longer than until it has moved', () => {
  const { host, lanes, send } = setUp();
  assert.not(lanes.isMigrating(SLOT));
  const command = send('GET', 'a');
  lanes.takeBack(command, 'ask', 0);
  assert.ok(lanes.isMigrating(SLOT));
  host.runtime.advance(Lanes.MIGRATION_MEMORY_MS + 1);
  assert.not(lanes.isMigrating(SLOT));
  lanes.takeBack(command, 'ask', 0);
  lanes.wake(SLOT, true);
  assert.not(lanes.isMigrating(SLOT));
});

test.run();
