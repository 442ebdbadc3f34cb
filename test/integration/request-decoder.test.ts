/** Our reader of requests against a real server's: the same bytes must be the same commands, or the same refusal. */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { REQUEST_VECTORS, vectorBytes } from '../../src/conformance/index.ts';
import {
  Decoder,
  encodeCommand,
  NEED_DATA,
  type Reply,
  type Request,
  RequestDecoder,
  RequestError,
} from '../../src/resp/index.ts';
import { isAtLeast, type ServerProcess, startServer } from '../../src/testing/index.ts';
import { anyMutation } from '../support/resp-arbitraries.ts';
import { binary, has, needing } from '../support/server-needs.ts';

const test = suite('integration/request-decoder');
const PASSWORD = 'P';
const AUTH = encodeCommand(['AUTH', PASSWORD]);
/** A server that closes while bytes are on their way may reset the connection, and its last words are lost. */
const ATTEMPTS = 5;

/** What a server does with these depends on more than the bytes. */
const LEFT_OUT = new Map([
  ['request/inline-http', 'a command by this name closes the connection'],
  ['request/inline-100-kb', 'too long only if the end does not come with the piece that makes it so'],
]);

const isValkey9 = binary.name === 'valkey' && has(9, 0);

/** What others read otherwise than we do, who read as Redis 7.0 to 8.0, and Valkey to 8.1. */
const OTHERWISE: readonly { readonly where: boolean; readonly need: string; readonly vectors: readonly string[] }[] = [
  {
    where: !isAtLeast(binary, [4, 0, 11]),
    need: 'a server to which a bare LF ends a line (Redis 4.0.11)',
    vectors: ['inline-blank-lf', 'payload-longer'],
  },
  {
    where: !has(5, 0),
    need: 'empty arguments in inline commands, and limits before AUTH (Redis 5.0)',
    vectors: ['inline-empty-argument', 'inline-empty-single', 'unauthenticated-11', 'unauthenticated-16385'],
  },
  {
    where: !has(5, 0),
    need: 'an answer that does not repeat 64 KiB: behind the end of the stream it may be lost (Redis 5.0)',
    vectors: ['inline-65536-bytes'],
  },
  { where: !has(7, 0), need: 'Redis 7.0', vectors: ['count-1048577', 'count-int-max'] },
  {
    where: isValkey9,
    need: 'a server that passes over CR and LF (Valkey before 9.0)',
    vectors: ['inline-quote-then-word', 'count-cr-x', 'payload-longer', 'payload-other-bytes'],
  },
  {
    where: binary.name === 'redis' && has(8, 6),
    need: 'a server that refuses an endless length (Redis before 8.6)',
    vectors: ['length-too-long'],
  },
];

let server: ServerProcess;

test.before(async () => {
  server = await startServer({ config: { requirepass: PASSWORD } });
});

test.after(() => server?.stop());

/** Sends bytes and the end of the stream; resolves with all that the server sent before it closed. */
async function exchange(bytes: Buffer): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const { received, isReset } = await exchangeOnce(bytes);
    if (!isReset || attempt === ATTEMPTS) return received;
  }
}

function exchangeOnce(bytes: Buffer): Promise<{ received: Buffer; isReset: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isReset = false;
    const socket = connect(server.port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {
      isReset = true;
    });
    socket.on('close', () => resolve({ received: Buffer.concat(chunks), isReset }));
  });
}

function repliesIn(bytes: Buffer): Reply[] {
  const decoder = new Decoder({ reply: 'bytes' });
  decoder.feed(bytes);
  const replies: Reply[] = [];
  for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) replies.push(reply);
  return replies;
}

/** The commands in the bytes, and what a server would answer to the rest. */
function requestsIn(bytes: Buffer, isAuthenticated: boolean): { requests: Request[]; answer: string | undefined } {
  const decoder = new RequestDecoder({ isAuthenticated });
  decoder.feed(bytes);
  const requests: Request[] = [];
  try {
    for (let request = decoder.next(); request !== NEED_DATA; request = decoder.next()) requests.push(request);
    return { requests, answer: undefined };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { requests, answer: error.answer.toString('latin1') };
  }
}

async function compare(wire: Buffer, isAuthenticated: boolean): Promise<void> {
  const received = await exchange(isAuthenticated ? Buffer.concat([AUTH, wire]) : wire);
  const replies = repliesIn(received);
  if (isAuthenticated) assert.is(replies.shift(), 'OK');
  const { requests, answer } = requestsIn(wire, isAuthenticated);
  const context = () => `${JSON.stringify(wire.toString('latin1').slice(0, 300))}: ${String(received).slice(-300)}`;
  assert.is(replies.length, requests.length + (answer === undefined ? 0 : 1), context());
  if (answer !== undefined) assert.ok(received.toString('latin1').endsWith(answer), context());
  for (const [index, { args }] of requests.entries()) {
    const isEcho = args.length === 2 && String(args[0]).toUpperCase() === 'ECHO';
    if (isEcho && isAuthenticated) assert.equal(replies[index], args[1], context());
    else if (String(args[0]) === 'PING' && args.length === 1 && isAuthenticated)
      assert.is(replies[index], 'PONG', context());
  }
}

for (const vector of REQUEST_VECTORS) {
  if (LEFT_OUT.has(vector.id)) continue;
  const other = OTHERWISE.find(({ where, vectors }) => where && vectors.includes(vector.id.replace('request/', '')));
  const testIt = other === undefined ? test : needing(test, false, other.need);
  testIt(`${vector.id}: ${vector.title}`, () => compare(vectorBytes(vector.wire), vector.authenticated ?? true));
}

const readsAsWe = has(5, 0) && !isValkey9;
const testMutated = needing(test, readsAsWe, 'Redis 5.0 to 8, or Valkey before 9.0');

testMutated('mutated requests are read as the server reads them', async () => {
  const anyArgument = fc.oneof(
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('', 'a', '\r\n', '$3\r\nabc', '"', '*1\r\n').map((text) => Buffer.from(text)),
  );
  const anyRequest = fc.oneof(
    anyArgument.map((argument) => encodeCommand(['ECHO', argument])),
    fc
      .constantFrom('"a b"', "'a'", 'x y', '"\\x41\\n"', '\\', "'it\\'s'", '"a"b', 'ab"c d"')
      .map((text) => Buffer.from(`ECHO ${text}\r\n`)),
    fc.constantFrom('*0\r\n', '\r\n', '*-1\r\n').map((text) => Buffer.from(text)),
  );
  const anyWire = fc
    .tuple(fc.array(anyRequest, { minLength: 1, maxLength: 4 }), fc.array(anyMutation, { maxLength: 2 }))
    .map(([requests, mutations]) =>
      mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.concat(requests)),
    );
  const property = fc.asyncProperty(anyWire, (wire) => compare(wire, true));
  await fc.assert(property, { numRuns: 500 });
});

test.run();
