import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../../src/errors.ts';
import { SubscriptionTable } from '../../../src/net/pubsub/subscription-table.ts';
import { Topic } from '../../../src/net/pubsub/topic.ts';
import { checkProperty } from '../../support/property.ts';
import { ModelClient, ModelServer, modelTopics } from '../../support/pubsub-model.ts';

const test = suite('net/pubsub/subscription-table');

function model(): { client: ModelClient; server: ModelServer; topics: Topic[] } {
  const server = new ModelServer();
  const topics = modelTopics();
  return { client: new ModelClient(server, topics), server, topics };
}

/** The commands that are due, as words. */
function due(table: SubscriptionTable): string[] {
  return table.requests().map(({ args }) => args.map(String).join(' '));
}

const SILENT = { subscribed: () => {}, left: () => {}, dropped: () => {}, refused: () => {} };

test('what is wanted in one turn goes in one command per kind and slot', () => {
  const table = new SubscriptionTable(SILENT);
  for (const topic of modelTopics()) table.want(topic);
  table.want(new Topic('pmessage', 'a*'));
  assert.equal(due(table), ['SUBSCRIBE a b c', 'SSUBSCRIBE s0 s1', 'SSUBSCRIBE t0', 'PSUBSCRIBE a*']);
  assert.equal(due(table), [], 'and once');
});

test('many channels take several commands', () => {
  const table = new SubscriptionTable(SILENT);
  for (let n = 0; n < 600; n++) table.want(new Topic('message', `channel${n}`));
  assert.equal(
    table.requests().map(({ args }) => args.length - 1),
    [256, 256, 88],
  );
});

test('what is unwanted again before it was asked for costs no command', () => {
  const table = new SubscriptionTable(SILENT);
  const topic = new Topic('message', 'a');
  table.want(topic);
  table.unwant(topic);
  assert.equal(due(table), []);
  assert.ok(table.isEmpty);
});

test('an unsubscription ends with its PING, whatever was confirmed before', () => {
  const { client, server, topics } = model();
  const [a, b] = topics as [Topic, Topic];
  client.want(a);
  client.want(b);
  client.settle();
  client.unwant(a);
  client.flush();
  assert.equal(
    client.owed.map(({ args }) => String(args[0])),
    ['UNSUBSCRIBE', 'PING'],
  );
  server.serve();
  client.hear();
  assert.is(client.owed.length, 2, 'the confirmation alone could be the server’s own');
  server.serve();
  client.hear();
  assert.is(client.owed.length, 0);
  assert.equal([...client.on], [b]);
});

test('a server’s own sunsubscribe in front of the answer to ours shifts nothing [failure mode 7]', () => {
  for (const refusesNothing of [false, true]) {
    const { client, server, topics } = model();
    const [, , c, s0, , t0] = topics as [Topic, Topic, Topic, Topic, Topic, Topic];
    client.want(s0);
    client.settle();
    // Both at once: we leave, and the slot moves away.
    client.unwant(s0);
    client.flush();
    server.giveAway(s0);
    server.refusesNothing = refusesNothing;
    client.want(c);
    client.want(t0);
    client.flush();
    client.settle();
    assert.equal(client.on, new Set([c, t0]), String(refusesNothing));
    assert.equal(server.subscribed, client.on);
    assert.is(client.owed.length, 0, 'every command has had its answer');
  }
});

test('a channel that the server gives up by itself is the owner’s to place elsewhere', () => {
  const { client, server, topics } = model();
  const s0 = topics[3]!;
  client.want(s0);
  client.settle();
  server.giveAway(s0);
  client.hear();
  assert.equal(client.log, ['subscribed s0', 'dropped s0']);
  assert.ok(client.table.isEmpty);
});

test('a refusal for one channel of many is found out, and the others go on', () => {
  const { client, server, topics } = model();
  const [a, b, c] = topics as [Topic, Topic, Topic];
  server.forbidden.add(b);
  for (const topic of [a, b, c]) client.want(topic);
  client.flush();
  server.serve();
  client.hear();
  client.flush();
  while (server.incoming.length > 0) server.serve();
  while (server.outgoing.length > 0) client.hear();
  assert.equal(client.log, ['subscribed a', 'refused b', 'subscribed c']);
});

test('what nobody waits for can not be trusted', () => {
  const table = new SubscriptionTable(SILENT);
  assert.is(table.heard({ kind: 'error', error: new ErrorReply('ERR max clients') }, undefined), undefined);
  const [a, b] = [new Topic('message', 'a'), new Topic('message', 'b')];
  table.want(a);
  table.want(b);
  const [request] = table.requests();
  const wrong = { kind: 'subscribed', topicKind: 'message', key: 'c' } as const;
  assert.is(table.heard(wrong, request), undefined, 'another channel');
  assert.is(table.heard({ ...wrong, topicKind: 'pmessage', key: 'a' }, request), undefined, 'another kind');
  assert.is(table.heard({ ...wrong, key: 'a' }, request), 0);
  assert.is(table.heard({ ...wrong, key: 'a' }, request), undefined, 'twice');
  assert.is(table.heard({ ...wrong, key: 'b' }, request), 1);
});

test('the probe of an idle connection is answered by its own pong alone', () => {
  const table = new SubscriptionTable(SILENT);
  const topic = new Topic('message', 'a');
  table.want(topic);
  const [subscribe] = table.requests();
  table.heard({ kind: 'subscribed', topicKind: 'message', key: 'a' }, subscribe);
  table.unwant(topic);
  const [unsubscribe] = table.requests();
  assert.is(table.heard({ kind: 'pong', token: '' }, unsubscribe), 0);
  assert.is(table.heard({ kind: 'pong', token: '1' }, unsubscribe), 2);
  assert.is(table.heard({ kind: 'pong', token: '1' }, undefined), 0, 'late');
});

test('an error counts for the unsubscription until all of it is confirmed, then for its PING', () => {
  const [a, b] = [new Topic('message', 'a'), new Topic('message', 'b')];
  for (const confirmed of [[], ['a', 'b']]) {
    const table = new SubscriptionTable(SILENT);
    for (const topic of [a, b]) table.want(topic);
    const [subscribe] = table.requests();
    for (const key of ['a', 'b']) table.heard({ kind: 'subscribed', topicKind: 'message', key }, subscribe);
    for (const topic of [a, b]) table.unwant(topic);
    const [unsubscribe, ping] = table.requests();
    for (const key of confirmed) table.heard({ kind: 'unsubscribed', topicKind: 'message', key }, unsubscribe);
    const error = { kind: 'error', error: new ErrorReply('NOPERM') } as const;
    const answered = table.heard(error, unsubscribe)!;
    assert.is(answered, confirmed.length === 0 ? 1 : 2);
    if (answered === 1) assert.is(table.heard(error, ping), 1, 'a user who may not PING');
    assert.ok(table.isEmpty);
  }
});

/** What can happen, to which topic. */
const STEPS: { readonly [step: string]: (all: ReturnType<typeof model>, topic: Topic) => void } = {
  want: ({ client }, topic) => client.want(topic),
  unwant: ({ client }, topic) => client.unwant(topic),
  flush: ({ client }) => client.flush(),
  serve: ({ server }) => server.serve(),
  hear: ({ client }) => client.hear(),
  retry: ({ client }) => client.retry(),
  lose: ({ client }) => client.lose(),
  forbid: ({ server }, topic) => server.forbidden.add(topic),
  permit: ({ server }, topic) => server.forbidden.delete(topic),
  giveAway: ({ server }, topic) => topic.kind === 'smessage' && server.giveAway(topic),
  takeBack: ({ server }, topic) => server.away.delete(topic),
};
// Most of the time something is under way.
const NAMES = [...Object.keys(STEPS), 'want', 'unwant', 'flush', 'flush', 'serve', 'serve', 'hear', 'hear', 'hear'];
const STEP = fc.record({ name: fc.constantFrom(...NAMES), which: fc.nat({ max: 5 }) });

test('whatever happens in whatever order, in the end the server has what is wanted, and owes nothing', () => {
  const property = fc.property(fc.array(STEP, { maxLength: 80 }), fc.boolean(), (steps, refusesNothing) => {
    const all = model();
    const { client, server } = all;
    server.refusesNothing = refusesNothing;
    for (const { name, which } of steps) STEPS[name]!(all, all.topics[which]!);
    server.away.clear();
    server.forbidden.clear();
    client.settle();
    assert.equal(server.subscribed, client.desired, 'at the server');
    assert.equal(client.on, client.desired, 'as the owner was told');
    assert.equal(client.owed, [], 'no answer is missing');
    assert.is(client.table.isEmpty, client.desired.size === 0);
  });
  checkProperty(property, { numRuns: 2000 });
});

test.run();
