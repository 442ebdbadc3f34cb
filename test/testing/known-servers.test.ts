import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isKnownServer, KNOWN_SERVERS, knownServerOfSuite } from '../../src/testing/known-servers.ts';

const test = suite('testing/known-servers');

test("each Debian release has its own package's server", () => {
  assert.is(knownServerOfSuite('bullseye'), 'redis-6.0');
  assert.is(knownServerOfSuite('bookworm'), 'redis-7.0');
  assert.is(knownServerOfSuite('trixie'), 'redis-8.0');
  assert.is(knownServerOfSuite('forky'), 'valkey-forky');
  assert.is(knownServerOfSuite('sid'), undefined);
});

test('only the names of the table are known', () => {
  for (const name of Object.keys(KNOWN_SERVERS)) assert.ok(isKnownServer(name));
  assert.not(isKnownServer('redis-5.0'));
  assert.not(isKnownServer('toString'));
});

test('packages from backports are completed by the release itself', () => {
  assert.equal(KNOWN_SERVERS['valkey-8.0'].suites, ['bookworm', 'bookworm-backports']);
});

test.run();
