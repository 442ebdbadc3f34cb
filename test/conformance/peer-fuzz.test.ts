import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownParser, type Reader, readerInProcess } from '../../src/conformance/index.ts';
import { readDisagreements } from '../../tools/corpus/explain.ts';
import { findMisreading } from '../support/peer-fuzz.ts';
import { PEER_LIMITS, readableBy } from '../support/peer-limits.ts';
import type { Value } from '../support/resp-value.ts';
import { kindOf, type Reads, SmallParser } from '../support/small-parser.ts';

const test = suite('peer fuzz');

const own = readerInProcess(ownParser('1.0'));
const ONCE = { seed: 1, runs: 400 };

function peer(name: string, Parser: typeof SmallParser = SmallParser, protocols: readonly (2 | 3)[] = [2, 3]): Reader {
  return readerInProcess({ ...kindOf(name, Parser), protocols });
}

/** Rounds integers past 2^53, as doubles do. */
class Rounding extends SmallParser {
  override integer(text: string): string {
    return String(BigInt(Number(super.integer(text))));
  }
}

class CountingCharacters extends SmallParser {
  override *payload(length: number): Reads<Buffer> {
    const text = this.bytes.toString('utf8', this.at);
    return yield* super.payload(Buffer.byteLength(text.slice(0, length).padEnd(length)));
  }
}

class BeginningAnew extends SmallParser {
  override write(chunk: Buffer): void {
    this.forget();
    this.bytes = Buffer.alloc(0);
    super.write(chunk);
  }
}

for (const [name, protocols] of [
  ['redis-parser', [2]],
  ['@redis/client', [2, 3]],
  ['any other', [2, 3]],
] as const) {
  test(`a parser that is right is read as ours, with what ${name} can be asked`, async () => {
    assert.is(await findMisreading({ peer: peer(name, SmallParser, protocols), own }, ONCE), undefined);
  });
}

test('a wrong value is found, and a small stream that shows it', async () => {
  const found = await findMisreading({ peer: peer('any other', Rounding), own }, ONCE);
  assert.match(found!.fault, /^any other delivers another value/);
  assert.match(found!.wire.toString(), /:-?\d{16,19}\r\n/);
  assert.ok(found!.wire.length < 100, found!.wire.toString());
});

test('a length taken for characters is found', async () => {
  const found = await findMisreading({ peer: peer('@redis/client', CountingCharacters), own }, ONCE);
  assert.match(found!.fault, /^@redis\/client /);
});

test('a place that is lost between two chunks is found', async () => {
  const found = await findMisreading({ peer: peer('redis-parser', BeginningAnew, [2]), own }, ONCE);
  assert.match(found!.fault, /^redis-parser gives something else when the stream is cut in pieces of /);
});

test('a fault of our own decoder is found, whoever it is compared with', async () => {
  const found = await findMisreading({ peer: peer('any other'), own: peer('slotwire', Rounding) }, ONCE);
  assert.match(found!.fault, /^slotwire delivers another value/);
});

test('with the same seed the same stream is found', async () => {
  const contest = { peer: peer('any other', CountingCharacters), own };
  const [first, second] = [await findMisreading(contest, ONCE), await findMisreading(contest, ONCE)];
  assert.equal(first, second);
});

test('what a parser is known for is not reported of it, and of any other it is', async () => {
  assert.is(await findMisreading({ peer: peer('@redis/client', Rounding), own }, ONCE), undefined);
  assert.ok((await findMisreading({ peer: peer('respjs', Rounding), own }, ONCE)) !== undefined);
});

test('a known limit changes what it is about, inside of anything, and nothing else', () => {
  const large: Value = { type: ':', value: 2n ** 60n };
  const small: Value = { type: ':', value: 7n };
  const nested = (value: Value): Value => ({ type: '*', items: [{ type: '~', items: [value, small] }] });
  assert.equal(readableBy('@redis/client', nested(large)), nested({ type: ':', value: 2n ** 49n }));
  assert.equal(readableBy('@redis/client', nested(small)), nested(small));
  assert.equal(readableBy('any other', nested(large)), nested(large));
});

test('every known limit has the title of a disagreement of the corpus, or is no fault', () => {
  const titles = readDisagreements().flatMap(({ title, parsers }) => parsers.map((parser) => `${parser}: ${title}`));
  const named = PEER_LIMITS.flatMap(({ title, parsers }) => {
    return title === undefined || parsers.includes('*') ? [] : parsers.map((parser) => `${parser}: ${title}`);
  });
  assert.equal(
    named.filter((each) => !titles.includes(each)),
    [],
  );
});

test.run();
