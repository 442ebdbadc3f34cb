import type { TracingChannel } from 'node:diagnostics_channel';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type * as clusterLayer from '../../src/cluster/index.ts';
import type * as conformanceLayer from '../../src/conformance/index.ts';
import type * as facadeLayer from '../../src/facade/index.ts';
import type * as all from '../../src/index.ts';
import type {
  Argument,
  Client,
  ClientEvents,
  ClientStats,
  Cluster,
  ClusterEvents,
  ClusterOptions,
  ClusterSendOptions,
  ClusterStats,
  CommandTrace,
  ConnectionChange,
  ConnectOptions,
  channels,
  connect,
  connectCluster,
  Decoder,
  ErrorReply,
  encodeCommand,
  hashSlot,
  NEED_DATA,
  Push,
  Redirect,
  RedisError,
  RedisErrorCode,
  Reply,
  Route,
  Scan,
  Session,
  Subscription,
  TopologyChange,
} from '../../src/index.ts';
import type * as netLayer from '../../src/net/index.ts';
import type * as respLayer from '../../src/resp/index.ts';
import type * as testingLayer from '../../src/testing/index.ts';

const test = suite('types/public-api');

// What follows is checked by the compiler: an assertion that does not hold is `false`, which is no `true`.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Not<T extends boolean> = T extends true ? false : true;
type Takes<Options, Given> = Given extends Options ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether `any` is what a value is, what it takes, or what it gives; of a class also in each of its members. */
type Shows<T> =
  IsAny<T> extends true
    ? true
    : T extends abstract new (
          ...args: infer Args
        ) => infer Instance
      ? IsAny<Args[number]> | { [Name in keyof Instance]-?: ShowsCall<Instance[Name]> }[keyof Instance]
      : ShowsCall<T>;
type ShowsCall<T> =
  IsAny<T> extends true
    ? true
    : T extends (...args: infer Args) => infer Result
      ? IsAny<Args[number]> | IsAny<Result> | IsAny<Awaited<Result>>
      : false;
type NoAnyIn<Module> = Equal<{ [Name in keyof Module]: Shows<Module[Name]> }[keyof Module], false>;

type Holds = readonly [
  // No any in what the entries export; generated declarations are looked through besides, in declarations.test.ts.
  NoAnyIn<typeof all>,
  NoAnyIn<typeof respLayer>,
  NoAnyIn<typeof netLayer>,
  NoAnyIn<typeof clusterLayer>,
  NoAnyIn<typeof facadeLayer>,
  NoAnyIn<typeof testingLayer>,
  NoAnyIn<typeof conformanceLayer>,
  // That the look through would find one.
  Not<Equal<Shows<typeof JSON.parse>, false>>,
  Not<Equal<Shows<new (given: ReturnType<typeof JSON.parse>) => object>, false>>,
  Not<Equal<Shows<new () => { method(): ReturnType<typeof JSON.parse> }>, false>>,
  // Arguments: what is sent as it is, and nothing that would need a rule.
  Equal<Argument, string | number | bigint | Uint8Array>,
  Takes<Parameters<Cluster['send']>[0], readonly ['SET', string, 12, 5n, Buffer, Uint8Array]>,
  Not<Takes<Parameters<Cluster['send']>[0], readonly ['SET', null]>>,
  Not<Takes<Parameters<Cluster['send']>[0], readonly ['SET', undefined]>>,
  Not<Takes<Parameters<Cluster['send']>[0], readonly ['SET', boolean]>>,
  Not<Takes<Parameters<Cluster['send']>[0], readonly ['SET', Date]>>,
  Not<Takes<Parameters<Cluster['send']>[0], readonly ['SET', readonly string[]]>>,
  Not<Takes<Parameters<Cluster['send']>[0], string>>,
  // Options: each a closed choice.
  Takes<ClusterSendOptions, { reply: 'bytes'; timeoutMs: 5; retry: 'never'; signal: AbortSignal }>,
  Takes<ClusterSendOptions, { reply: undefined; timeoutMs: undefined }>,
  Not<Takes<ClusterSendOptions, { reply: 'view' }>>,
  Not<Takes<ClusterSendOptions, { reply: 'buffer' }>>,
  Not<Takes<ClusterSendOptions, { retry: true }>>,
  Not<Takes<ClusterSendOptions, { timeoutMs: '5' }>>,
  Takes<Route, 'allPrimaries'>,
  Takes<Route, { slot: 1; role: 'replica' }>,
  Takes<Route, { node: string }>,
  Not<Takes<Route, 'everywhere'>>,
  Not<Takes<Route, { slot: '1' }>>,
  Takes<ClusterSendOptions, { readFrom: { zone: 'a' } }>,
  Not<Takes<ClusterSendOptions, { readFrom: 'replica' }>>,
  Takes<ClusterOptions, { seeds: readonly ['redis://h:1', { host: 'h'; port: 2 }]; protocol: 'auto' }>,
  Not<Takes<ClusterOptions, { password: 'p' }>>,
  Not<Takes<ClusterOptions, { seeds: []; protocol: 4 }>>,
  Takes<ConnectOptions, { host: 'h'; tls: true; database: 3 }>,
  Not<Takes<ConnectOptions, { port: '6379' }>>,
  Equal<ReturnType<typeof connect>, Promise<Client>>,
  Equal<ReturnType<typeof connectCluster>, Promise<Cluster>>,
  // Errors are one class with one closed set of codes.
  Equal<RedisError['code'], RedisErrorCode>,
  Takes<RedisError, ErrorReply>,
  // The codec.
  Equal<ReturnType<Decoder['next']>, Reply | typeof NEED_DATA>,
  Equal<Parameters<typeof encodeCommand>[0], readonly Argument[]>,
  Equal<Parameters<typeof hashSlot>[0], string | Uint8Array>,
  // One server has no routes, and no topology.
  Not<Takes<keyof NonNullable<Parameters<Client['send']>[1]>, 'route'>>,
  Not<Takes<Parameters<Client['on']>[0], 'topology'>>,
  // Events, channels, statistics.
  Equal<keyof ClusterEvents, 'topology' | 'redirect' | 'connection'>,
  Equal<keyof ClientEvents, 'connection'>,
  Equal<ClusterEvents['topology'], TopologyChange>,
  Equal<typeof channels.command, TracingChannel<unknown, CommandTrace>>,
  Not<Takes<keyof CommandTrace, 'args'>>,
  Equal<CommandTrace['attributes'], { [name: string]: string | number }>,
  Equal<ReturnType<Cluster['stats']>, ClusterStats>,
  Equal<ReturnType<Client['stats']>, ClientStats>,
  Equal<ClusterStats['errors'][RedisErrorCode], number | undefined>,
];

/** Never called: its types are what is tested. */
export async function uses(cluster: Cluster, client: Client, session: Session): Promise<void> {
  // A reply is of the type that its caller states; without one it is any reply, and has to be looked at.
  same<Reply>()(await cluster.send(['GET', 'k']));
  same<Reply>()(await cluster.send(['GET', 'k'], { reply: 'bytes' }));
  same<string | null>()(await cluster.send<string | null>(['GET', 'k']));
  same<Buffer>()(await client.send<Buffer>(['GET', 'k'], { reply: 'bytes' }));
  same<number>()(await session.send<number>(['INCR', 'k']));
  // What is certain whatever the command is known.
  same<null>()(await cluster.send(['GET', 'k'], { reply: 'skip', split: false }));
  same<Buffer>()(await cluster.send(['GET', 'k'], { reply: 'raw', timeoutMs: 5 }));
  same<null>()(await client.send(['GET', 'k'], { reply: 'skip' }));
  same<Buffer>()(await client.send(['GET', 'k'], { reply: 'raw' }));
  same<null>()(await session.send(['GET', 'k'], { reply: 'skip' }));
  same<Buffer>()(await session.send(['GET', 'k'], { reply: 'raw' }));
  same<(Reply | RedisError)[]>()(await cluster.sendAll([['GET', 'a'], ['INCR', 'b'] as const]));
  same<(string | RedisError)[]>()(await cluster.sendAll<string>([['GET', 'a']], { route: 'randomNode' }));
  same<(number | RedisError)[]>()(await client.sendAll<number>([['INCR', 'a']]));
  same<Reply[]>()(await cluster.transaction([['INCR', 'a']]));
  same<[number, string]>()(
    await client.transaction<[number, string]>([
      ['INCR', 'a'],
      ['GET', 'a'],
    ]),
  );
  same<Reply[] | null>()(await session.transaction([['INCR', 'a']]));
  same<number>()(await cluster.session('k', async (one) => (await one.send<string[]>(['KEYS', '*'])).length));
  same<Subscription<string>>()(await cluster.subscribe('news'));
  same<Subscription<Buffer>>()(await cluster.subscribe(['news'], { reply: 'bytes' }));
  same<Scan<string>>()(cluster.scan({ match: 'a*' }));
  same<Scan<Buffer>>()(cluster.scan({ reply: 'bytes' }));
  for await (const keys of client.scan({ reply: 'bytes' })) same<Buffer[]>()(keys);
  for await (const push of session.pushes()) same<Push>()(push);
  same<() => void>()(cluster.on('topology', (change) => same<TopologyChange>()(change)));
  cluster.on('redirect', (redirect) => same<Redirect>()(redirect));
  client.on('connection', (change) => same<ConnectionChange>()(change));
}

/** Takes values of exactly this type. */
function same<Expected>(): <Actual>(value: Equal<Actual, Expected> extends true ? Actual : never) => void {
  return () => undefined;
}

type AllTrue<List extends readonly boolean[]> = Equal<List[number], true>;

test('the assertions of this file compile', () => {
  const holds: AllTrue<Holds> = true;
  assert.ok(holds);
});

test.run();
