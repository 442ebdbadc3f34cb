import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildMap } from '../../src/resp/map.ts';

const test = suite('map');

test('pairs are the array itself', () => {
  const pairs = ['a', 1, 'a', 2];
  assert.is(buildMap(pairs, 'pairs'), pairs);
});

test('a Map keeps kinds of keys apart, and the last of duplicates', () => {
  const map = buildMap([1, 'int', '1', 'text', 'a', 1, 'a', 2], 'map');
  assert.equal(
    map,
    new Map<unknown, unknown>([
      [1, 'int'],
      ['1', 'text'],
      ['a', 2],
    ]),
  );
});

test('an object has no prototype, and __proto__ is a key like any other', () => {
  const object = buildMap(['__proto__', ['x'], 'constructor', 1], 'object') as Record<string, unknown>;
  assert.is(Object.getPrototypeOf(object), null);
  assert.equal(Object.entries(object), [
    ['__proto__', ['x']],
    ['constructor', 1],
  ]);
});

test('keys that are no strings become property names where nothing is lost', () => {
  const object = buildMap([1, 'a', true, 'b', null, 'c', 5n, 'd', Buffer.from('é'), 'e'], 'object');
  assert.equal(Object.keys(object as object).sort(), ['1', '5', 'null', 'true', 'é']);
});

test('an aggregate as a key makes it a Map', () => {
  const key = [1, 2];
  const map = buildMap(['a', 1, key, 2], 'object') as Map<unknown, unknown>;
  assert.is(map.get(key), 2);
  assert.is(map.get('a'), 1);
});

test.run();
