import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readyClient } from '../support/ready-client.ts';
import { instrument } from './opentelemetry.ts';
import type { Span } from './opentelemetry-api.ts';

const test = suite('examples/opentelemetry');

test('the example of docs/observability.md is this one', () => {
  const code = readFileSync('test/examples/opentelemetry.ts', 'utf8')
    .replace('../../src/index.ts', 'slotwire')
    .replace('./opentelemetry-api.ts', '@opentelemetry/api');
  const page = readFileSync('docs/observability.md', 'utf8');
  assert.ok(page.includes(`\`\`\`ts\n${code}\`\`\``));
});

test('it makes a span for each call, and a duration', async () => {
  const spans: { name: string; attributes: object; status?: object; hasEnded: boolean }[] = [];
  const durations: [seconds: number, labels: { [name: string]: unknown }][] = [];
  const startSpan = (name: string, { attributes }: { attributes: object }): Span => {
    const span = { name, attributes: { ...attributes }, hasEnded: false };
    spans.push(span);
    return {
      setAttributes: (more) => Object.assign(span.attributes, more),
      setStatus: (status) => Object.assign(span, { status }),
      end: () => Object.assign(span, { hasEnded: true }),
    };
  };
  instrument({ startSpan }, { record: (seconds, labels) => void durations.push([seconds, labels]) });
  const { client, runtime } = await readyClient();
  const outcomes = Promise.allSettled([client.send(['GET', 'a']), client.send(['INCR', 'b'])]);
  runtime.flush();
  runtime.last.reply('$1\r\nv\r\n-WRONGTYPE no\r\n');
  await outcomes;
  const server = { 'network.transport': 'tcp', 'server.address': '127.0.0.1', 'server.port': 6379 };
  const common = { 'db.system.name': 'redis', 'db.namespace': '0', ...server };
  const failed = { 'error.type': 'WRONGTYPE', 'db.response.status_code': 'WRONGTYPE' };
  assert.equal(spans, [
    { name: 'GET', attributes: { ...common, 'db.operation.name': 'GET', 'db.query.text': 'GET ?' }, hasEnded: true },
    {
      name: 'INCR',
      attributes: { ...common, ...failed, 'db.operation.name': 'INCR', 'db.query.text': 'INCR ?' },
      status: { code: 2, message: 'WRONGTYPE' },
      hasEnded: true,
    },
  ]);
  assert.is(durations.length, 2);
  const [[seconds, labels]] = durations as [[number, { [name: string]: unknown }]];
  assert.ok(seconds >= 0 && seconds < 60);
  assert.equal([labels['db.operation.name'], labels['db.query.text']], ['GET', undefined]);
  client.destroy();
});

test.run();
