import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteTimes } from '../../src/net/byte-times.ts';
import { clientSettings } from '../../src/net/index.ts';
import { Pipeline } from '../../src/net/pipeline.ts';
import { type Sight, Watch } from '../../src/net/watch.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/watch');

function setUp(options: { maxConnectionAgeMs?: number; random?: number } = {}) {
  const runtime = new FakeRuntime();
  const { random = 0.5, maxConnectionAgeMs } = options;
  runtime.random = () => random;
  const settings = clientSettings({ runtime, livenessMs: 1000, idleProbeMs: 4000, maxConnectionAgeMs });
  const times = new ByteTimes(runtime);
  const pipeline = new Pipeline();
  times.heard();
  const seen: Sight[] = [];
  const watch = new Watch(settings, { times, pipeline }, (sight) => seen.push(sight));
  return { runtime, times, pipeline, seen, watch };
}

test('a server that owes an answer and says nothing for livenessMs is seen', () => {
  const { runtime, times, pipeline, seen } = setUp();
  pipeline.written(makeCommand(['GET', 'a']).command);
  times.asked();
  runtime.advance(900);
  times.heard();
  runtime.advance(900);
  assert.equal(seen, []);
  runtime.advance(300);
  assert.is(seen[0], 'silent');
});

test('a connection on which nothing happens is seen after idleProbeMs', () => {
  const { runtime, times, seen } = setUp();
  runtime.advance(3900);
  assert.equal(seen, []);
  runtime.advance(300);
  assert.is(seen[0], 'idle');
  times.heard();
  seen.length = 0;
  runtime.advance(3500);
  assert.equal(seen, []);
});

test('an old one is seen at a moment of its own, up to a tenth early, and again until it has gone', () => {
  for (const [random, at] of [
    [0, 500],
    [0.9, 455],
  ] as const) {
    const { runtime, seen, watch } = setUp({ maxConnectionAgeMs: 500, random });
    runtime.advance(at - 1);
    assert.equal(seen, [], String(random));
    runtime.advance(1);
    assert.equal(seen, ['old'], String(random));
    runtime.advance(300);
    assert.equal(seen, ['old', 'old']);
    watch.stop();
    assert.is(runtime.timers, 0);
  }
});

test('nothing is said after the end, not even of the same look', () => {
  const runtime = new FakeRuntime();
  const settings = clientSettings({ runtime, idleProbeMs: 100, livenessMs: 100, maxConnectionAgeMs: 100 });
  const seen: Sight[] = [];
  const watch: Watch = new Watch(settings, { times: new ByteTimes(runtime), pipeline: new Pipeline() }, (sight) => {
    seen.push(sight);
    watch.stop();
  });
  runtime.advance(1000);
  assert.is(seen.length, 1);
  assert.is(runtime.timers, 0);
});

test.run();
