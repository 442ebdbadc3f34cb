import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, type Message, type PubSubEvent, type Subscription } from '../../../src/net/index.ts';
import { FakeRuntime } from '../../support/fake-runtime.ts';
import { PubSubServer } from '../../support/pubsub-server.ts';

const test = suite('net/pubsub/gaps');

const CHANNELS = ['a', 'b', 'c'] as const;
type Kind = 'subscribe' | 'ssubscribe';

/** A subscription of the client under test, and all that it was given. */
interface Listener {
  readonly method: Kind;
  readonly channels: readonly string[];
  readonly events: PubSubEvent[];
  subscription: Subscription | undefined;
  isOver: boolean;
}

class World {
  readonly runtime: FakeRuntime = new FakeRuntime();
  readonly server: PubSubServer;
  readonly client: Client;
  readonly listeners: Listener[] = [];
  #published = 0;

  constructor(hasResp3: boolean) {
    this.server = new PubSubServer(this.runtime, hasResp3);
    this.client = new Client({ runtime: this.runtime, timeoutMs: 60_000 });
  }

  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed++) {
      this.runtime.advance(1);
      for (let again = 0; again < 4; again++) await undefined;
    }
  }

  listen(method: Kind, channels: readonly string[]): void {
    const listener: Listener = { method, channels, events: [], subscription: undefined, isOver: false };
    const take = (event: PubSubEvent): unknown => listener.events.push(event);
    this.client[method](channels, { onMessage: take, onGap: take, maxQueuedMessages: 20 }).then((subscription) => {
      listener.subscription = subscription;
    }, assert.unreachable);
    this.listeners.push(listener);
  }

  leave(which: number): void {
    const listener = this.listeners[which % Math.max(1, this.listeners.length)];
    if (listener?.subscription === undefined) return;
    listener.isOver = true;
    void listener.subscription.unsubscribe();
  }

  publish(channel: string): void {
    const payload = String(this.#published++);
    this.server.publish('message', channel, payload);
    this.server.publish('smessage', channel, payload);
  }
}

/** Between two messages of a channel nothing was published that did not come, unless a gap of the channel is there. */
function checkHonesty({ channels, events }: Listener, published: readonly string[]): void {
  for (const channel of channels) {
    let last: number | undefined;
    let isGap = false;
    for (const event of events) {
      if (event.kind === 'gap') isGap ||= event.channels.includes(channel);
      else if (event.channel === channel) {
        const number = Number((event as Message).payload);
        const missed = last === undefined ? [] : published.slice(last + 1, number).filter((one) => one === channel);
        assert.ok(missed.length === 0 || isGap, `${missed.length} messages of ${channel} are missing without a gap`);
        assert.ok(last === undefined || number > last, 'in order');
        last = number;
        isGap = false;
      }
    }
  }
}

const STEP = fc.record({
  name: fc.constantFrom(
    'listen',
    'shards',
    'leave',
    'publish',
    'publish',
    'publish',
    'kill',
    'drop',
    'pass',
    'pass',
    'pass',
  ),
  which: fc.nat({ max: 8 }),
});

async function take(world: World, step: { name: string; which: number }, published: string[]): Promise<void> {
  const channel = CHANNELS[step.which % 3]!;
  if (step.name === 'listen') world.listen('subscribe', step.which > 5 ? CHANNELS : [channel]);
  else if (step.name === 'shards') world.listen('ssubscribe', step.which > 5 ? CHANNELS : [channel]);
  else if (step.name === 'leave') world.leave(step.which);
  else if (step.name === 'kill') world.server.kill();
  else if (step.name === 'drop') world.server.drop(channel);
  else if (step.name === 'pass') await world.pass(step.which * 3);
  else {
    published.push(channel);
    world.publish(channel);
    if (step.which > 6) await world.pass(1);
  }
}

test('whatever is lost: no message is missing without a gap, none comes twice, and the server has what is wanted', async () => {
  const property = fc.asyncProperty(
    fc.array(STEP, { minLength: 30, maxLength: 100, size: 'max' }),
    fc.boolean(),
    async (steps, hasResp3) => {
      const world = new World(hasResp3);
      const published: string[] = [];
      for (const step of steps) await take(world, step, published);
      await world.pass(100);
      for (const channel of CHANNELS) {
        published.push(channel);
        world.publish(channel);
      }
      await world.pass(10);
      const live = world.listeners.filter(({ isOver }) => !isOver);
      for (const listener of world.listeners) checkHonesty(listener, published);
      for (const { events, channels } of live) {
        const last = events.slice(-channels.length) as Message[];
        assert.equal(new Set(last.map(({ channel }) => channel)), new Set(channels), 'messages flow');
      }
      const wanted = live.flatMap(({ method, channels }) => channels.map((channel) => `${method} ${channel}`));
      assert.equal(world.server.subscribed.sort(), [...new Set(wanted)].sort());
      world.client.destroy();
      await turn();
      assert.is(world.runtime.timers, 0, 'nothing is left to ring');
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test.run();
