import { setImmediate as turn } from 'node:timers/promises';
import type { RedisError } from '../../src/errors.ts';
import {
  Client,
  type ConnectOptions,
  type PubSubEvent,
  type SubscribeOptions,
  type Subscription,
} from '../../src/net/index.ts';
import { FakeRuntime, type FakeTransport } from './fake-runtime.ts';

/** A client of one scripted server; what it subscribes goes to `runtime.last`. */
export async function ready(options: ConnectOptions = {}): Promise<{ client: Client; runtime: FakeRuntime }> {
  const runtime = new FakeRuntime();
  const client = new Client({ protocol: 2, runtime, ...options });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  return { client, runtime };
}

/** Dials what is to be dialled, and lets the server welcome it. @returns the subscriber connection. */
export function welcome(runtime: FakeRuntime): FakeTransport {
  runtime.flush();
  runtime.advance(0);
  runtime.last.welcome();
  runtime.flush();
  return runtime.last;
}

/** The same after a loss: the back-off first. */
export function reconnect(runtime: FakeRuntime): FakeTransport {
  runtime.flush();
  runtime.advance(20);
  return welcome(runtime);
}

export function confirm(transport: FakeTransport, ...channels: string[]): void {
  for (const channel of channels) transport.reply(push('subscribe', channel, 1));
}

/** RESP2: a push is an array. */
export function push(...elements: (string | number)[]): string {
  const parts = elements.map((element) =>
    typeof element === 'number' ? `:${element}\r\n` : `$${Buffer.byteLength(element)}\r\n${element}\r\n`,
  );
  return `*${parts.length}\r\n${parts.join('')}`;
}

/** A subscription that the server has confirmed, and its connection. */
export async function subscribed(
  channels: string[],
  options: SubscribeOptions = {},
  clientOptions: ConnectOptions = {},
): Promise<{ client: Client; runtime: FakeRuntime; subscription: Subscription; transport: FakeTransport }> {
  const { client, runtime } = await ready(clientOptions);
  const promise = client.subscribe(channels, options);
  const transport = welcome(runtime);
  confirm(transport, ...channels);
  transport.take();
  return { client, runtime, subscription: await promise, transport };
}

/** What a promise has come to, after all call-backs that are due. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let result: unknown = 'pending';
  promise.then(
    (value) => (result = value),
    (error: unknown) => (result = error),
  );
  await turn();
  return result;
}

export async function code(promise: Promise<unknown>): Promise<string> {
  return ((await outcome(promise)) as RedisError).code;
}

/** The next event that a subscription delivers. */
export async function next(subscription: Subscription): Promise<PubSubEvent> {
  const { value, done } = (await outcome(subscription.next())) as IteratorResult<PubSubEvent>;
  if (done === true) throw new Error('the subscription is over');
  return value;
}
