import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cachedRead, keyText } from '../../../src/cluster/cache/cached-read.ts';
import { checkProperty } from '../../support/property.ts';

const test = suite('cluster/cache/cached-read');

test('two commands with the same name are the same command', () => {
  const argument = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.uint8Array({ maxLength: 4 }));
  const bytes = (value: string | number | Uint8Array): string =>
    typeof value === 'object' ? Buffer.from(value).toString('hex') : Buffer.from(String(value)).toString('hex');
  checkProperty(
    fc.property(fc.array(argument, { maxLength: 3 }), fc.array(argument, { maxLength: 3 }), (a, b) => {
      const [first, second] = [a, b].map((rest) => cachedRead(['HMGET', 'k', ...rest], 'string').id);
      if (first === second) assert.equal(a.map(bytes), b.map(bytes));
    }),
  );
  assert.is.not(cachedRead(['GET', 'a'], 'string').id, cachedRead(['GET', 'a'], 'bytes').id);
  assert.is.not(cachedRead(['HGET', 'a', 'b c'], 'string').id, cachedRead(['HMGET', 'a', 'b', 'c'], 'string').id);
});

test('the key is found wherever it stands, and named as invalidations name it', () => {
  assert.is(cachedRead(['LRANGE', 'list', 0, -1], 'string').key, 'list');
  assert.is(cachedRead(['GETRANGE', 's', 0, 1], 'string').key, 's');
  assert.is(keyText(12), '12');
  assert.is(keyText('\ud800'), '\ufffd');
  assert.is(keyText(Buffer.from('é')), 'é');
});

test.run();
