import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { ErrorReply } from '../../src/errors.ts';
import { connect, type Gap, type Message, type PubSubEvent, type Subscription } from '../../src/net/index.ts';
import { startCluster, startServer, type TestCluster, waitUntil } from '../../src/testing/index.ts';
import { has, protocols, since } from '../support/server-needs.ts';

const PROTOCOLS = protocols();
const hasShards = has(7, 0);

for (const protocol of PROTOCOLS) {
  const test = suite(`integration/pub-sub: six real nodes, RESP${protocol}`);
  const testSince7 = since(test, 7, 0);
  let servers: TestCluster;
  let cluster: Cluster;

  test.before(async () => {
    servers = await startCluster({ password: 'CATAPI' });
    const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
    cluster = await connectCluster({ seeds, password: 'CATAPI', protocol, timeoutMs: 20_000 });
  });

  test.after(async () => {
    cluster?.destroy();
    await servers?.stop();
  });

  /** Publishes until the subscription has a message: where the node is that publishes, the bus may not be told yet. */
  async function flows(subscription: Subscription, publish: string, channel: string): Promise<PubSubEvent[]> {
    const events: PubSubEvent[] = [];
    const reading = (async () => {
      for (;;) {
        const { value } = await subscription.next();
        events.push(value!);
        if (value!.kind !== 'gap') return;
      }
    })();
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    reading.then(over, over);
    await waitUntil(20_000, async () => {
      if (isOver) return undefined;
      await cluster.send([publish, channel, 'flows']).catch(() => undefined);
      return 'a message';
    });
    return events;
  }

  /** How many subscribers the whole cluster has for a channel. */
  async function subscribers(subcommand: 'NUMSUB' | 'SHARDNUMSUB', channel: string): Promise<number> {
    const counts = await Promise.all(servers.liveNodes.map((node) => node.send(['PUBSUB', subcommand, channel])));
    return counts.reduce((sum: number, count) => sum + Number((count as unknown[])[1]), 0);
  }

  async function collect(subscription: Subscription, count: number): Promise<PubSubEvent[]> {
    const events: PubSubEvent[] = [];
    while (events.length < count) events.push((await subscription.next()).value!);
    return events;
  }

  test('messages of channels and patterns arrive in the order in which they were published', async () => {
    const direct = await cluster.subscribe(['news', 'other']);
    const pattern = await cluster.psubscribe('n?ws', { reply: 'bytes' });
    await flows(direct, 'PUBLISH', 'other');
    // One connection publishes: what goes through different nodes has no order.
    const publisher = servers.liveNodes[0]!;
    for (let n = 0; n < 500; n++) await publisher.send(['PUBLISH', 'news', n]);
    const expected = Array.from({ length: 500 }, (_, n) => n);
    let events = await collect(direct, 500);
    while ((events[0] as Message).channel === 'other') events = [...events.slice(1), ...(await collect(direct, 1))];
    assert.equal(
      events.map((event) => Number((event as Message).payload)),
      expected,
    );
    for (const n of expected) {
      const { kind, channel, payload } = (await pattern.next()).value as Message<Buffer>;
      assert.equal([kind, String(channel), Number(payload)], ['pmessage', 'news', n]);
    }
    await Promise.all([direct.unsubscribe(), pattern.unsubscribe()]);
  });

  test('unsubscribe leaves nothing behind, at any node', async () => {
    const [one, two] = await Promise.all([cluster.subscribe(['u1', 'u2']), cluster.subscribe('u1')]);
    assert.is(await subscribers('NUMSUB', 'u1'), 1, 'shared');
    await one.unsubscribe();
    assert.equal([await subscribers('NUMSUB', 'u1'), await subscribers('NUMSUB', 'u2')], [1, 0]);
    await two.unsubscribe();
    assert.is(await subscribers('NUMSUB', 'u1'), 0);
  });

  test('a killed subscriber connection: the gap is told, and messages flow again', async () => {
    const subscription = await cluster.subscribe('killed');
    for (let round = 0; round < 3; round++) {
      for (const node of servers.liveNodes) await node.send(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      // Messages of the last round may still come before it.
      let event = (await subscription.next()).value!;
      while (event.kind !== 'gap') event = (await subscription.next()).value!;
      assert.equal([event.reason, event.channels], ['connection', ['killed']]);
      await flows(subscription, 'PUBLISH', 'killed');
      assert.is(await subscribers('NUMSUB', 'killed'), 1);
    }
    await subscription.unsubscribe();
  });

  test('10,000 messages to a consumer that does not read: bounded, and the loss is told', async () => {
    const slow = await cluster.subscribe('slow', { maxQueuedMessages: 1000 });
    await flows(slow, 'PUBLISH', 'slow');
    let isLastHere: () => void = () => undefined;
    const last = new Promise<void>((resolve) => (isLastHere = resolve));
    const quick = await cluster.subscribe('slow', { onMessage: ({ payload }) => payload === 'last' && isLastHere() });
    const node = servers.liveNodes[0]!;
    for (let n = 0; n < 10; n++) {
      await Promise.all(Array.from({ length: 1000 }, () => node.send(['PUBLISH', 'slow', 'x'.repeat(200)])));
    }
    await node.send(['PUBLISH', 'slow', 'last']);
    await last;
    assert.is(slow.queued, 1000);
    const gap = (await slow.next()).value as Gap;
    assert.equal([gap.reason, gap.channels], ['overflow', ['slow']]);
    assert.ok(gap.dropped! >= 9001);
    const events = (await collect(slow, 1000)) as Message[];
    assert.is(events.at(-1)!.payload, 'last');
    await Promise.all([slow.unsubscribe(), quick.unsubscribe()]);
  });

  test('close() ends iterators', async () => {
    const seeds = servers.liveNodes.map(({ host, port }) => ({ host, port }));
    const other = await connectCluster({ seeds, password: 'CATAPI', protocol });
    const subscription = await other.subscribe('closing');
    const reading = (async () => {
      for await (const _event of subscription);
      return 'over';
    })();
    await other.close();
    assert.is(await reading, 'over');
    await waitUntil(5000, async () =>
      (await subscribers('NUMSUB', 'closing')) === 0 ? undefined : 'still subscribed',
    );
  });

  testSince7('sharded channels of many slots, each from its primary', async () => {
    const channels = ['a', 'b', 'c', 'd', 'e', '{a}2'];
    const subscription = await cluster.ssubscribe(channels);
    for (const channel of channels) assert.is(await cluster.send(['SPUBLISH', channel, channel]), 1);
    const events = (await collect(subscription, channels.length)) as Message[];
    assert.equal(new Set(events.map(({ channel }) => channel)), new Set(channels));
    await subscription.unsubscribe();
    for (const channel of channels) assert.is(await subscribers('SHARDNUMSUB', channel), 0);
  });

  testSince7('a slot that migrates takes its sharded channels along [failure mode 19]', async () => {
    const subscription = await cluster.ssubscribe(['moving', 'staying']);
    const slot = hashSlot('moving');
    const source = await servers.nodeOf(slot);
    const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
    for (const node of [target, source]) {
      await servers.moveSlot(slot, node);
      const gap = (await subscription.next()).value as Gap;
      assert.equal([gap.kind, gap.reason, gap.channels], ['gap', 'moved', ['moving']]);
      assert.is(await cluster.send(['SPUBLISH', 'moving', 'm']), 1);
      assert.is(((await subscription.next()).value as Message).payload, 'm');
    }
    assert.is(await subscribers('SHARDNUMSUB', 'moving'), 1);
    await subscription.unsubscribe();
  });

  testSince7('to unsubscribe while the slot moves shifts no answer [failure mode 7]', async () => {
    const slot = hashSlot('racing');
    const source = await servers.nodeOf(slot);
    const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
    for (const node of [target, source, target, source]) {
      const subscription = await cluster.ssubscribe(['racing', '{racing}2']);
      const moving = servers.moveSlot(slot, node, { onStep: () => void subscription.unsubscribe() });
      const next = await cluster.ssubscribe(['{racing}3', 'calm']);
      await moving;
      await subscription.unsubscribe();
      const events = await flows(next, 'SPUBLISH', '{racing}3');
      assert.is((events.at(-1) as Message).channel, '{racing}3');
      await next.unsubscribe();
      for (const channel of ['racing', '{racing}2', '{racing}3', 'calm']) {
        assert.is(await subscribers('SHARDNUMSUB', channel), 0, channel);
      }
    }
  });

  /** A replica of the primary that has the slot. */
  async function replicaOf(slot: number) {
    const primary = await servers.nodeOf(slot);
    const view = (await servers.refresh()).find(({ primaryId }) => primaryId === primary.id)!;
    return { primary, replica: servers.nodes.find(({ id }) => id === view.id)! };
  }

  test('a planned failover: every subscription is there afterwards', async () => {
    const slot = hashSlot('failing');
    const plain = await cluster.subscribe('plain');
    const sharded = hasShards ? await cluster.ssubscribe('failing') : undefined;
    const { replica } = await replicaOf(slot);
    await servers.failover(replica);
    await flows(plain, 'PUBLISH', 'plain');
    if (sharded !== undefined) await flows(sharded, 'SPUBLISH', 'failing');
    await Promise.all([plain.unsubscribe(), sharded?.unsubscribe()]);
  });

  test('a killed primary: its channels come from another node, and the gap is told [failure mode 19]', async () => {
    const slot = hashSlot('dying');
    const sharded = hasShards ? await cluster.ssubscribe('dying') : undefined;
    const plain = await cluster.subscribe('plain');
    const { primary } = await replicaOf(slot);
    await servers.kill(primary);
    await flows(plain, 'PUBLISH', 'plain');
    if (sharded !== undefined) {
      const events = await flows(sharded, 'SPUBLISH', 'dying');
      assert.is(events.filter(({ kind }) => kind === 'gap').length >= 1, true);
    }
    await servers.settled();
    await flows(plain, 'PUBLISH', 'plain');
    await Promise.all([plain.unsubscribe(), sharded?.unsubscribe()]);
  });

  test.run();
}

const single = suite('integration/pub-sub: one server');

for (const protocol of PROTOCOLS) {
  single(`a client of one server subscribes, RESP${protocol}`, async () => {
    const server = await startServer();
    const client = await connect({ port: server.port, protocol });
    const subscription = await client.subscribe([Buffer.from([0xff, 0x00]), 'text'], { reply: 'bytes' });
    await client.send(['PUBLISH', Buffer.from([0xff, 0x00]), Buffer.from([1, 13, 10, 0xfe])]);
    const { channel, payload } = (await subscription.next()).value as Message<Buffer>;
    assert.equal([channel, payload], [Buffer.from([0xff, 0x00]), Buffer.from([1, 13, 10, 0xfe])]);
    await server.restart();
    const gap = (await subscription.next()).value as Gap<Buffer>;
    assert.equal([gap.reason, gap.channels.map(String)], ['connection', ['\ufffd\0', 'text']]);
    await client.send(['PUBLISH', 'text', 'again']);
    assert.is(String(((await subscription.next()).value as Message<Buffer>).payload), 'again');
    await subscription.unsubscribe();
    assert.equal(await client.send(['PUBSUB', 'NUMSUB', 'text']), ['text', 0]);
    if (hasShards) {
      const sharded = await client.ssubscribe(['foo', 'bar']);
      await client.send(['SPUBLISH', 'bar', 1]);
      assert.is(((await sharded.next()).value as Message).kind, 'smessage');
      await sharded.unsubscribe();
    } else {
      const [outcome] = await Promise.allSettled([client.ssubscribe('foo')]);
      assert.match(((outcome as PromiseRejectedResult).reason as ErrorReply).message, /unknown command/);
    }
    await client.close();
    await server.stop();
  });
}

single.run();
