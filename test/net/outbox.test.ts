import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noCounts } from '../../src/net/diagnostics/index.ts';
import { internalCommand, Outbox } from '../../src/net/outbox.ts';
import { Pipeline } from '../../src/net/pipeline.ts';
import { FakeTransport } from '../support/fake-runtime.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/outbox');

function setUp(maxBatchBytes: number): { outbox: Outbox; pipeline: Pipeline; transport: FakeTransport } {
  const pipeline = new Pipeline();
  const events = { onConnect: () => undefined, onBytes: () => undefined, onClose: () => undefined };
  const transport = new FakeTransport({ host: 'h', port: 1 }, events);
  return {
    outbox: new Outbox(pipeline, { maxBatchBytes, onMultiAnswered: () => undefined, counters: noCounts() }),
    pipeline,
    transport,
  };
}

test('nothing is encoded, and nothing counts as written, before it is filled', () => {
  const { outbox, pipeline } = setUp(1000);
  const { command } = makeCommand(['GET', 'a']);
  outbox.push(command);
  assert.equal([command.state, command.mayHaveRun, pipeline.owed], ['queued', false, 0]);
  assert.equal(outbox.takeQueued(), [command]);
  assert.is(outbox.fill(), false);
});

test('a batch is bounded, and the rest stays withdrawable', () => {
  const { outbox, pipeline, transport } = setUp(50);
  const commands = Array.from({ length: 5 }, (_, n) => makeCommand(['SET', `key${n}`, 'value']).command);
  for (const command of commands) outbox.push(command);
  assert.is(outbox.fill(), true);
  let lefts = 0;
  transport.isStalled = true;
  outbox.write(transport, () => lefts++);
  assert.is(outbox.isWriting, true);
  assert.equal(transport.takeCommands(), ['SET key0 value', 'SET key1 value']);
  assert.equal(
    commands.map(({ mayHaveRun }) => mayHaveRun),
    [true, true, false, false, false],
  );
  assert.is(pipeline.owed, 2);
  assert.equal(outbox.takeQueued(), commands.slice(2));
  transport.release();
  assert.equal([outbox.isWriting, lefts], [false, 1]);
});

test('ASKING goes right before its command, and what was settled does not go at all', () => {
  const { outbox, pipeline, transport } = setUp(1000);
  const [settled, asked] = ['a', 'b'].map((key) => makeCommand(['GET', key]).command);
  asked!.asking = true;
  outbox.push(settled!);
  outbox.push(asked!);
  settled!.tell(null, false);
  outbox.fill();
  outbox.encode(internalCommand(['PING']));
  outbox.write(transport, () => undefined);
  assert.equal(transport.takeCommands(), ['ASKING', 'GET b', 'PING']);
  assert.is(pipeline.owed, 3);
});

test.run();
