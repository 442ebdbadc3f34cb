import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionError, type OverloadError } from '../../src/errors.ts';
import { PushStream } from '../../src/net/push-stream.ts';
import { Push } from '../../src/resp/index.ts';

const test = suite('net/push-stream');

function numbered(n: number): Push {
  return new Push('monitor', ['monitor', n]);
}

test('a reader gets what was kept, then what comes, then the end', async () => {
  const stream = new PushStream();
  stream.push(numbered(1));
  const [first, second, third] = [stream.next(), stream.next(), stream.next()];
  stream.push(numbered(2));
  stream.end();
  assert.is((await first).value?.elements[1], 1);
  assert.is((await second).value?.elements[1], 2);
  assert.equal(await third, { value: undefined, done: true });
});

test('what ended it early is thrown once, behind what was kept', async () => {
  const stream = new PushStream();
  stream.push(numbered(1));
  stream.end(new ConnectionError('ERR_CLOSED', 'the session is over'));
  stream.push(numbered(2));
  const seen: unknown[] = [];
  try {
    for await (const push of stream) seen.push(push.elements[1]);
    assert.unreachable();
  } catch (error) {
    assert.is((error as ConnectionError).code, 'ERR_CLOSED');
  }
  assert.equal(seen, [1]);
  assert.is((await stream.next()).done, true);
});

test('a reader who falls too far behind is told so', async () => {
  const stream = new PushStream();
  for (let n = 0; n < 70_000; n++) stream.push(numbered(n));
  let count = 0;
  try {
    for await (const _push of stream) count++;
    assert.unreachable();
  } catch (error) {
    assert.equal([(error as OverloadError).code, (error as OverloadError).limit], ['ERR_QUEUE_FULL', 65_536]);
  }
  assert.is(count, 65_536);
});

test('who stops reading early keeps nothing', async () => {
  const stream = new PushStream();
  stream.push(numbered(1));
  stream.push(numbered(2));
  for await (const _push of stream) break;
  stream.push(numbered(3));
  assert.is((await stream.next()).done, true);
});

test.run();
