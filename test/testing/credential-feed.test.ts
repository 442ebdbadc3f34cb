import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CredentialFeed } from '../../src/testing/index.ts';

const test = suite('testing/credential-feed');

test('the first password comes at once, each further one when it is pushed', async () => {
  const feed = new CredentialFeed('first');
  const values = feed[Symbol.asyncIterator]();
  assert.equal((await values.next()).value, { password: 'first' });
  const next = values.next();
  feed.push('second');
  feed.push('third');
  assert.equal((await next).value, { password: 'second' });
  assert.equal((await values.next()).value, { password: 'third' });
});

test.run();
