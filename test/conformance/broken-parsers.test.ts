import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  REPLY_VECTORS,
  type Report,
  type ReportCase,
  readerInProcess,
  runVectors,
  type Said,
} from '../../src/conformance/index.ts';
import { hex, kindOf, type Reads, SmallParser } from '../support/small-parser.ts';

const test = suite('broken parsers');

type SmallParserClass = Parameters<typeof kindOf>[1];

/** Faults that parsers have had, or could; each with the vector that has to find it, and how it is wrong. */
const BROKEN: readonly { fault: string; found: string; how: string; broken: SmallParserClass }[] = [
  {
    fault: 'takes every byte of a number for a digit',
    found: 'integer/fraction',
    how: 'accepts',
    broken: class extends SmallParser {
      override integer(text: string): string {
        return String([...text].reduce((value, digit) => value * 10 + digit.charCodeAt(0) - 48, 0));
      }
    },
  },
  {
    fault: 'adds a digit before it takes away the offset',
    found: 'integer/2-53-minus-1',
    how: 'wrong',
    broken: class extends SmallParser {
      override integer(text: string): string {
        return String(BigInt([...text].reduce((value, digit) => value * 10 + digit.charCodeAt(0) - 48, 0)));
      }
    },
  },
  {
    fault: 'rounds integers past 2^53',
    found: 'integer/2-53-plus-1',
    how: 'wrong',
    broken: class extends SmallParser {
      override integer(text: string): string {
        return String(BigInt(Number(super.integer(text))));
      }
    },
  },
  {
    fault: 'has integers of any length',
    found: 'integer/over-int64-max',
    how: 'accepts',
    broken: class extends SmallParser {
      override integer(text: string): string {
        return this.bigNumber(text);
      }
    },
  },
  {
    fault: 'reads $? as the length 15',
    found: 'streamed/string',
    how: 'refuses',
    broken: class extends SmallParser {
      override *bulk(type: string): Reads<Said> {
        if (this.bytes[this.at] !== 0x3f) return yield* super.bulk(type);
        yield* this.line();
        return [type, hex(yield* this.payload(15))];
      }
    },
  },
  {
    fault: 'skips two bytes behind a payload, whatever they are',
    found: 'terminator/payload-other-bytes',
    how: 'accepts',
    broken: class extends SmallParser {
      override *payloadEnd(): Reads<void> {
        yield* this.byte();
        yield* this.byte();
      }
    },
  },
  {
    fault: 'ends a line with LF alone',
    found: 'terminator/lf-only',
    how: 'accepts',
    broken: class extends SmallParser {
      override *line(): Reads<Buffer> {
        const bytes: number[] = [];
        for (;;) {
          const byte = yield* this.byte();
          if (byte === 0x0a) return Buffer.from(bytes);
          if (byte !== 0x0d) bytes.push(byte);
        }
      }
    },
  },
  {
    fault: 'ends a line with CR, and looks at nothing behind it',
    found: 'incomplete/cr',
    how: 'wrong',
    broken: class extends SmallParser {
      override *line(): Reads<Buffer> {
        const bytes: number[] = [];
        for (let byte = yield* this.byte(); byte !== 0x0d; byte = yield* this.byte()) bytes.push(byte);
        if (this.at < this.bytes.length) this.at++;
        return Buffer.from(bytes);
      }
    },
  },
  {
    fault: 'begins anew with every chunk',
    found: 'array/two-bulks',
    how: 'splits',
    broken: class extends SmallParser {
      override write(chunk: Buffer): void {
        this.forget();
        this.bytes = Buffer.alloc(0);
        super.write(chunk);
      }
    },
  },
  {
    fault: 'turns each chunk into text',
    found: 'simple/four-byte-characters',
    how: 'splits',
    broken: class extends SmallParser {
      override write(chunk: Buffer): void {
        super.write(Buffer.from(chunk.toString()));
      }
    },
  },
  {
    fault: 'counts characters instead of bytes',
    found: 'bulk/utf8-length',
    how: 'silent',
    broken: class extends SmallParser {
      override *payload(length: number): Reads<Buffer> {
        const text = this.bytes.toString('utf8', this.at);
        return yield* super.payload(Buffer.byteLength(text.slice(0, length).padEnd(length)));
      }
    },
  },
  {
    fault: 'delivers pushes as arrays',
    found: 'push/message',
    how: 'wrong',
    broken: class extends SmallParser {
      override push(push: Said): void {
        this.say(['*', push[1]]);
      }
    },
  },
  {
    fault: 'counts a push inside an array as an element',
    found: 'push/inside-array',
    how: 'accepts',
    broken: class extends SmallParser {
      override *items(count: number, depth: number): Reads<Said[]> {
        const items: Said[] = [];
        while (items.length < count) items.push((yield* this.value(depth + 1)) ?? ['_']);
        return items;
      }
    },
  },
  {
    fault: 'delivers attributes as replies',
    found: 'attribute/specification',
    how: 'wrong',
    broken: class extends SmallParser {
      override *attributed(depth: number): Reads<Said | undefined> {
        return ['%', yield* this.pairs(this.count(yield* this.line()), depth)];
      }
    },
  },
  {
    fault: 'has no attributes',
    found: 'attribute/empty',
    how: 'refuses',
    broken: class extends SmallParser {
      override *attributed(depth: number): Reads<Said | undefined> {
        return yield* this.plain('|', depth);
      }
    },
  },
  {
    fault: 'knows one null only',
    found: 'null/resp3',
    how: 'refuses',
    broken: class extends SmallParser {
      override nothing(): Said {
        throw new Error('an unknown type');
      }
    },
  },
  {
    fault: 'takes every negative length for null',
    found: 'length/bulk-minus-2',
    how: 'accepts',
    broken: class extends SmallParser {
      override *bulk(type: string): Reads<Said> {
        if (this.bytes[this.at] !== 0x2d) return yield* super.bulk(type);
        yield* this.line();
        return ['_'];
      }
    },
  },
  {
    fault: 'takes a count that is none for zero',
    found: 'length/array-none',
    how: 'accepts',
    broken: class extends SmallParser {
      override count(line: Buffer): number {
        return line.length === 0 ? 0 : super.count(line);
      }
    },
  },
  {
    fault: 'has 32 bits for a length',
    found: 'length/bulk-2-32-plus-1',
    how: 'accepts',
    broken: class extends SmallParser {
      override count(line: Buffer): number {
        return super.count(line) % 2 ** 32;
      }
    },
  },
  {
    fault: 'keeps the first of two equal keys',
    found: 'map/duplicate-keys',
    how: 'wrong',
    broken: class extends SmallParser {
      override *pairs(count: number, depth: number): Reads<unknown[]> {
        const pairs = yield* super.pairs(count, depth);
        const byKey = new Map(pairs.toReversed().map((pair) => [JSON.stringify((pair as unknown[])[0]), pair]));
        return [...byKey.values()];
      }
    },
  },
  {
    fault: 'delivers maps as flat arrays',
    found: 'map/two-pairs',
    how: 'wrong',
    broken: class extends SmallParser {
      override *aggregate(type: string, depth: number): Reads<Said> {
        const [tag, inside] = yield* super.aggregate(type, depth);
        return tag === '%' ? ['*', (inside as unknown[]).flat()] : [tag, inside];
      }
    },
  },
  {
    fault: 'reads as much of a double as it understands',
    found: 'double/letter',
    how: 'accepts',
    broken: class extends SmallParser {
      override double(text: string): string {
        return String(Number.parseFloat(text)).toLowerCase();
      }
    },
  },
  {
    fault: 'has big numbers of 53 bits',
    found: 'big-number/large',
    how: 'wrong',
    broken: class extends SmallParser {
      override bigNumber(text: string): string {
        return String(BigInt(Number(super.bigNumber(text))));
      }
    },
  },
  {
    fault: 'takes what is not t for false',
    found: 'boolean/word',
    how: 'accepts',
    broken: class extends SmallParser {
      override boolean(text: string): boolean {
        return text === 't';
      }
    },
  },
  {
    fault: 'leaves the format in a verbatim string',
    found: 'verbatim/text',
    how: 'wrong',
    broken: class extends SmallParser {
      override *bulk(type: string): Reads<Said> {
        return yield* super.bulk(type === '=' ? '$' : type);
      }
    },
  },
  {
    fault: 'forgets what stands behind an error',
    found: 'simple/error-between',
    how: 'silent',
    broken: class extends SmallParser {
      override *plain(type: string, depth: number): Reads<Said> {
        const value = yield* super.plain(type, depth);
        if (type === '-') this.at = this.bytes.length;
        return value;
      }
    },
  },
  {
    fault: 'leaves out empty arrays inside arrays',
    found: 'array/empty-nested',
    how: 'wrong',
    broken: class extends SmallParser {
      override *items(count: number, depth: number): Reads<Said[]> {
        const items = yield* super.items(count, depth);
        return items.filter(([, inside]) => !(Array.isArray(inside) && inside.length === 0));
      }
    },
  },
  {
    fault: 'eats a byte behind an empty bulk string',
    found: 'bulk/empty',
    how: 'loses',
    broken: class extends SmallParser {
      override *payload(length: number): Reads<Buffer> {
        const bytes = yield* super.payload(length);
        if (length === 0 && this.at < this.bytes.length) this.at++;
        return bytes;
      }
    },
  },
  {
    fault: 'allows a hundred levels',
    found: 'volume/depth-128',
    how: 'refuses',
    broken: class extends SmallParser {
      override *value(depth: number): Reads<Said | undefined> {
        return yield* super.value(2 * depth > 200 ? 1000 : depth);
      }
    },
  },
  {
    fault: 'takes a piece of a stream for a value',
    found: 'foreign/piece-alone',
    how: 'wrong',
    broken: class extends SmallParser {
      override *plain(type: string, depth: number): Reads<Said> {
        return type === ';' ? ['$', hex(yield* this.line())] : yield* super.plain(type, depth);
      }
    },
  },
];

test('twenty broken parsers at least are found', () => {
  assert.ok(BROKEN.length >= 20, String(BROKEN.length));
});

for (const { fault, found, how, broken } of BROKEN) {
  test(`a parser that ${fault} fails ${found}`, async () => {
    const { verdict, alternative, note } = (await run([found], broken)).cases[0]!;
    assert.is(`${verdict} ${alternative}`, `fail ${how}`, note);
  });
}

test('a right parser passes all', async () => {
  // The longest take it seconds, and say nothing that their shorter kin don't.
  const ids = REPLY_VECTORS.map(({ id }) => id).filter((id) => !id.endsWith('-100000'));
  const { cases } = await run(ids, SmallParser);
  assert.equal(cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'info').map(describe), []);
});

test('what is free to choose is recorded, and fails nobody', async () => {
  const free = REPLY_VECTORS.filter(({ requirement }) => requirement === 'may').map(({ id }) => id);
  const { cases } = await run(free, SmallParser);
  assert.ok(cases.length > 10);
  assert.ok(cases.every(({ verdict, alternative }) => verdict === 'info' && alternative !== undefined));
});

test('vectors of RESP3 are kept from parsers of RESP2', async () => {
  const kind = { ...kindOf('old', SmallParser), protocols: [2] as const };
  const { cases } = await runVectors(REPLY_VECTORS.slice(0, 100), readerInProcess(kind), { version: '1.2.3' });
  const skipped = new Set(cases.filter(({ verdict }) => verdict === 'skip').map(({ id }) => id));
  for (const { id, protocol } of REPLY_VECTORS.slice(0, 100)) assert.is(skipped.has(id), protocol === 3, id);
});

function run(ids: readonly string[], ParserClass: SmallParserClass): Promise<Report> {
  const vectors = ids.map((id) => REPLY_VECTORS.find((vector) => vector.id === id)!);
  return runVectors(vectors, readerInProcess(kindOf('small', ParserClass)), { version: '1.2.3' });
}

function describe({ id, note }: ReportCase): string {
  return `${id}: ${note}`;
}

test.run();
