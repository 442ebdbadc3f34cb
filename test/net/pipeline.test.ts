import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pipeline } from '../../src/net/pipeline.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/pipeline');

test('replies answer commands in the order of writing, tombstones included', () => {
  const pipeline = new Pipeline();
  const [a, b, c] = ['a', 'b', 'c'].map((key) => makeCommand(['GET', key]).command);
  for (const command of [a!, b!, c!]) pipeline.written(command);
  b!.tell(null, false);
  assert.is(pipeline.owed, 3);
  assert.is(pipeline.head, a);
  assert.equal(
    [pipeline.answered(), pipeline.answered(), pipeline.answered(), pipeline.answered()],
    [a, b, c, undefined],
  );
});

test('what is unanswered at the end comes back without tombstones', () => {
  const pipeline = new Pipeline();
  const [a, b] = ['a', 'b'].map((key) => makeCommand(['GET', key]).command);
  pipeline.written(a!);
  pipeline.written(b!);
  a!.tell(null, false);
  assert.equal(pipeline.unanswered(), [b], 'nothing is owed to a caller that has been told');
  assert.is(pipeline.owed, 2, 'but for its place');
  assert.equal(pipeline.takeUnanswered(), [b]);
  assert.is(pipeline.owed, 0);
});

test.run();
