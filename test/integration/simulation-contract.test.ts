import { type Context, suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { ErrorReply } from '../../src/errors.ts';
import { type Runtime, systemRuntime } from '../../src/net/index.ts';
import { Decoder, encodeCommand, NEED_DATA, type Reply } from '../../src/resp/index.ts';
import { SimulatedCluster, startCluster, type TestCluster } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { inNobodysWords } from '../support/nobodys-words.ts';
import { type AddTest, binary, since } from '../support/server-needs.ts';

const PASSWORD = 'CATAPI';
/** Slots of the first primary: each script that moves one takes another. */
const SLOTS = { moved: 100, ask: 200, halfMoved: 300, newKeys: 400 };
const test = suite('integration/simulation-contract: simulated nodes answer as real ones do');

/** One step of a script: what is sent to which node over which connection, or what is done to the cluster. */
type Step =
  | { readonly to: NodeName; readonly over?: string; readonly send: readonly (string | number)[] }
  | { readonly move: 'begin' | 'finish'; readonly slot: number }
  | { readonly moveKeys: number };

/** The primaries by the slots they have at first, and the replica of the first. */
type NodeName = 'first' | 'second' | 'third' | 'replica' | 'replica of second' | 'replica of third';
const PRIMARIES = { first: 0, second: 8192, third: 16383 } as const;

interface NodeAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

interface Migration {
  migrateKeys(count: number): unknown;
  finish(): unknown;
}

/** A cluster, real or simulated. */
interface World {
  readonly runtime: Runtime;
  readonly nodes: Readonly<Record<NodeName, NodeAddress>>;
  beginMigration(slot: number): Promise<Migration>;
  /** Waits for a promise, while time passes. */
  run<T>(promise: Promise<T>): Promise<T>;
}

/** A connection that says exactly what it is told, and nothing else. */
class PlainConnection {
  readonly #decoder = new Decoder();
  readonly #waiting: ((reply: Reply) => void)[] = [];
  readonly #isOpen: Promise<void>;
  readonly #transport;

  constructor(runtime: Runtime, endpoint: NodeAddress) {
    let onConnect = (): void => undefined;
    this.#isOpen = new Promise((resolve) => {
      onConnect = resolve;
    });
    this.#transport = runtime.openTransport(endpoint, {
      onConnect,
      onBytes: (buffer, length) => this.#onBytes(buffer.subarray(0, length)),
      onClose: () => undefined,
    });
  }

  async send(args: readonly (string | number)[]): Promise<Reply> {
    await this.#isOpen;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#transport.write([encodeCommand(args)], () => undefined);
    });
  }

  close(): void {
    this.#transport.destroy();
  }

  #onBytes(bytes: Buffer): void {
    this.#decoder.feed(bytes);
    for (let reply = this.#decoder.next(); reply !== NEED_DATA; reply = this.#decoder.next()) {
      this.#waiting.shift()!(reply);
    }
  }
}

let servers: TestCluster;

test.before(async () => {
  servers = await startCluster({ password: PASSWORD });
});

test.after(async () => {
  await servers?.stop();
});

async function realWorld(): Promise<World> {
  const [first, second, third] = await Promise.all(Object.values(PRIMARIES).map((slot) => servers.nodeOf(slot)));
  const views = await servers.refresh();
  const replicaOf = ({ id }: NodeAddress): NodeAddress => {
    const view = views.find(({ primaryId }) => primaryId === id)!;
    return servers.nodes.find((node) => node.id === view.id)!;
  };
  return {
    runtime: systemRuntime,
    nodes: named([first!, second!, third!], replicaOf),
    beginMigration: (slot) => servers.beginMigration(slot, second!),
    run: (promise) => promise,
  };
}

function simulatedWorld(): World {
  const simulation = new SimulatedCluster({ seed: 1, password: PASSWORD });
  const [first, second, third] = Object.values(PRIMARIES).map((slot) => simulation.nodeOf(slot));
  const replicaOf = ({ id }: NodeAddress): NodeAddress =>
    simulation.nodes.find(({ primaryIndex }) => simulation.nodes[primaryIndex ?? -1]?.id === id)!;
  return {
    runtime: simulation.runtime,
    nodes: named([first!, second!, third!], replicaOf),
    beginMigration: async (slot) => simulation.beginMigration(slot, second!),
    run: (promise) => simulation.run(promise),
  };
}

function named(
  [first, second, third]: [NodeAddress, NodeAddress, NodeAddress],
  replicaOf: (primary: NodeAddress) => NodeAddress,
): World['nodes'] {
  const replicas = { 'replica of second': replicaOf(second), 'replica of third': replicaOf(third) };
  return { first, second, third, replica: replicaOf(first), ...replicas };
}

/** Plays a script. @returns every reply, with names instead of addresses and ids. */
async function play(world: World, script: readonly Step[]): Promise<unknown[]> {
  const connections = new Map<string, PlainConnection>();
  const replies: unknown[] = [];
  let migration: Migration | undefined;
  for (const step of script) {
    if ('move' in step && step.move === 'begin') migration = await world.run(world.beginMigration(step.slot));
    else if ('move' in step) await world.run(Promise.resolve(migration!.finish()));
    else if ('moveKeys' in step) await world.run(Promise.resolve(migration!.migrateKeys(step.moveKeys)));
    else {
      const name = `${step.to} ${step.over ?? ''}`;
      const connection = connections.get(name) ?? new PlainConnection(world.runtime, world.nodes[step.to]);
      connections.set(name, connection);
      replies.push([step.send.join(' '), normalized(await world.run(connection.send(step.send)), world)]);
    }
  }
  for (const connection of connections.values()) connection.close();
  return replies;
}

/** Names instead of what differs from run to run: hosts, ports, ids, versions, the numbers of connections. */
function normalized(reply: Reply, world: World): unknown {
  const entries = Object.entries(world.nodes);
  if (Array.isArray(reply)) {
    return reply.map((each, i) => (reply[i - 1] === 'id' ? 'number of the connection' : normalized(each, world)));
  }
  if (typeof reply === 'number') return entries.find(([, { port }]) => port === reply)?.[0] ?? reply;
  const text = reply instanceof ErrorReply ? `error: ${reply.message}` : reply;
  if (typeof text !== 'string') return text;
  let result = text.replace(/^\d+\.\d+\.\d+$/, 'version').replace('HELLO <proto> AUTH', 'HELLO AUTH');
  for (const [name, { id, host, port }] of entries) {
    result = result.replaceAll(`${host}:${port}`, name).replaceAll(id, `id of ${name}`);
  }
  return result.replaceAll(world.nodes.first.host, 'host');
}

const AUTH = ['AUTH', PASSWORD];

function onFirst(...commands: (readonly (string | number)[])[]): Step[] {
  return [AUTH, ...commands].map((send) => ({ to: 'first', send }));
}

/** A key of the first primary. */
function key(name: string, slot = 1): string {
  return `{${tagInSlot(slot)}}${name}`;
}

const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  'commands on strings, counters and lists': onFirst(
    ['SET', key('s'), 'x'],
    ['GET', key('s')],
    ['GET', key('none')],
    ['SET', key('s'), 'y', 'NX'],
    ['SET', key('s'), 'y', 'XX', 'EX', 100],
    ['TTL', key('s')],
    ['PERSIST', key('s')],
    ['TTL', key('s')],
    ['TTL', key('none')],
    ['EXPIRE', key('s'), 50],
    ['EXPIRE', key('none'), 50],
    ['APPEND', key('s'), 'z'],
    ['STRLEN', key('s')],
    ['INCR', key('n')],
    ['INCRBY', key('n'), 41],
    ['DECRBY', key('n'), 2],
    ['RPUSH', key('l'), 'a', 'b'],
    ['LPUSH', key('l'), 'c', 'd'],
    ['LLEN', key('l')],
    ['LRANGE', key('l'), 0, -1],
    ['LRANGE', key('l'), -2, 1],
    ['LRANGE', key('l'), 2, 100],
    ['LRANGE', key('none'), 0, -1],
    ['MSET', key('a'), 1, key('b'), 2],
    ['MGET', key('a'), key('b'), key('none'), key('l')],
    ['EXISTS', key('a'), key('a'), key('none')],
    ['TYPE', key('a')],
    ['TYPE', key('l')],
    ['TYPE', key('none')],
    ['DEL', key('a'), key('b'), key('none')],
  ),
  'errors of type, number, syntax and arity': onFirst(
    ['SET', key('errors-s'), 'x'],
    ['RPUSH', key('errors-l'), 'x'],
    ['INCR', key('errors-s')],
    ['INCR', key('errors-l')],
    ['GET', key('errors-l')],
    ['RPUSH', key('errors-s'), 'x'],
    ['LRANGE', key('errors-l'), 'a', 1],
    ['INCRBY', key('errors-n'), '1.5'],
    ['SET', key('errors-max'), '9223372036854775807'],
    ['INCR', key('errors-max')],
    ['SET', key('errors-s'), 'x', 'EX', 0],
    ['SET', key('errors-s'), 'x', 'EX', 'a'],
    ['SET', key('errors-s'), 'x', 'NONSENSE'],
    ['GET'],
    ['GET', 'a', 'b'],
    ['CLUSTER', 'KEYSLOT'],
    ['Nonsense', 'a', 'b'],
    ['MSET', key('a'), 1, key('b')],
  ),
  'authentication, RESP2': [
    { to: 'first', send: ['GET', key('s')] },
    { to: 'first', send: ['PING'] },
    { to: 'first', send: ['NONSENSE'] },
    { to: 'first', send: ['HELLO'] },
    { to: 'first', send: ['HELLO', 3] },
    { to: 'first', send: ['AUTH', 'wrong'] },
    { to: 'first', send: ['AUTH', 'nobody', PASSWORD] },
    { to: 'first', send: ['AUTH', 'a', 'b', 'c'] },
    { to: 'first', send: AUTH },
    { to: 'first', send: ['PING'] },
    { to: 'first', send: ['PING', 'hello'] },
    { to: 'first', send: ['ECHO', 'hello'] },
    { to: 'first', send: ['SELECT', 0] },
    { to: 'first', send: ['SELECT', 1] },
    { to: 'first', send: ['CLIENT', 'SETNAME', 'me'] },
    { to: 'first', send: ['CLIENT', 'GETNAME'] },
    { to: 'first', send: ['RESET'] },
    { to: 'first', send: ['PING'] },
  ],
  'authentication, RESP3': [
    { to: 'first', send: ['HELLO', 3, 'AUTH', 'default', 'wrong'] },
    { to: 'first', send: ['HELLO', 4, 'AUTH', 'default', PASSWORD] },
    { to: 'first', send: ['HELLO', 'x'] },
    { to: 'first', send: ['HELLO', 3, 'AUTH', 'default', PASSWORD, 'SETNAME', 'me'] },
    { to: 'first', send: ['GET', key('none')] },
    { to: 'first', send: ['CLIENT', 'GETNAME'] },
    { to: 'first', send: ['CLUSTER', 'SLOTS'] },
  ],
  'the topology': [
    ...onFirst(
      ['CLUSTER', 'SLOTS'],
      ['CLUSTER', 'MYID'],
      ['CLUSTER', 'KEYSLOT', 'foo{bar}'],
      ['CLUSTER', 'COUNTKEYSINSLOT', 16384],
      ['CLUSTER', 'COUNTKEYSINSLOT', 16000],
    ),
    { to: 'replica', send: AUTH },
    { to: 'replica', send: ['CLUSTER', 'SLOTS'] },
  ],
  'slots of other nodes': [
    ...onFirst(['GET', key('x', 8192)], ['SET', key('x', 16383), 1], ['MGET', key('a'), key('b', 8192)]),
    ...onFirst(['MGET', key('a', 8192), key('b', 8192)], ['ASKING'], ['GET', key('x', 8192)]),
  ],
  'a replica': [
    ...onFirst(['SET', key('r'), 1]),
    { to: 'replica', send: AUTH },
    { to: 'replica', send: ['GET', key('none')] },
    { to: 'replica', send: ['SET', key('r'), 1] },
    { to: 'replica', send: ['READONLY'] },
    { to: 'replica', send: ['GET', key('none')] },
    { to: 'replica', send: ['SET', key('r'), 1] },
    { to: 'replica', send: ['GET', key('x', 8192)] },
    { to: 'replica', send: ['READWRITE'] },
    { to: 'replica', send: ['GET', key('none')] },
  ],
  'a migration, key by key': migrationScript(SLOTS.ask),
  'commands on keys of both sides of a migration': halfMovedScript(SLOTS.halfMoved),
  'new keys during a migration': newKeysScript(SLOTS.newKeys),
};

function migrationScript(slot: number): Step[] {
  const [a, b] = [key('a', slot), key('b', slot)];
  const both = (...commands: string[][]): Step[] =>
    commands.flatMap((send) => [{ to: 'first', send } as const, { to: 'second', send } as const]);
  return [
    ...both(AUTH),
    { to: 'first', send: ['SET', a, 1] },
    { move: 'begin', slot },
    ...both(['GET', a], ['GET', b]),
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['GET', a] },
    { moveKeys: 1 },
    ...both(['GET', a]),
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['GET', a] },
    { to: 'second', send: ['GET', a] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['PING'] },
    { to: 'second', send: ['GET', a] },
    { move: 'finish', slot },
    ...both(['GET', a]),
    ...both(['SET', b, '1']),
  ];
}

function halfMovedScript(slot: number): Step[] {
  // Which key goes first is the server's choice: three keys, of which one has gone, look alike.
  const keys = ['a', 'b', 'c'].map((name) => key(name, slot));
  return [
    { to: 'first', send: AUTH },
    { to: 'second', send: AUTH },
    { to: 'first', send: ['MSET', ...keys.flatMap((each) => [each, '1'])] },
    { move: 'begin', slot },
    { to: 'first', send: ['MGET', ...keys] },
    { moveKeys: 1 },
    { to: 'first', send: ['MGET', ...keys] },
    { to: 'first', send: ['DEL', ...keys] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['MGET', ...keys] },
    { to: 'second', send: ['MGET', ...keys] },
    { moveKeys: 2 },
    { to: 'first', send: ['MGET', ...keys] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['MGET', ...keys] },
    { move: 'finish', slot },
    { to: 'first', send: ['MGET', ...keys] },
    { to: 'second', send: ['MGET', ...keys] },
  ];
}

function newKeysScript(slot: number): Step[] {
  const [a, b] = [key('a', slot), key('b', slot)];
  return [
    { to: 'first', send: AUTH },
    { to: 'second', send: AUTH },
    { move: 'begin', slot },
    { to: 'first', send: ['MSET', a, 1, b, 2] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['MSET', a, 1, b, 2] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['SET', a, 1] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['INCR', b] },
    { to: 'second', send: ['ASKING'] },
    { to: 'second', send: ['MSET', a, 1, b, 2] },
    { move: 'finish', slot },
    { to: 'second', send: ['MGET', a, b] },
  ];
}

/** What simulated nodes answer as Redis does from a version on: before, AUTH has other texts, and ASK comes for TRYAGAIN. */
const SINCE: { readonly [script: string]: AddTest<Context> } = {
  'authentication, RESP2': since(test, 6, 2),
  'authentication, RESP3': since(test, 6, 2),
  'commands on keys of both sides of a migration': since(test, 7, 0),
};

/** Simulated nodes answer to the letter as Redis 7.0; the words of other servers are their own. */
const isModel = binary.name === 'redis' && binary.version.slice(0, 2).join('.') === '7.0';

for (const [name, script] of Object.entries(SCRIPTS)) {
  (SINCE[name] ?? test)(name, async () => {
    const [simulated, real] = [await play(simulatedWorld(), script), await play(await realWorld(), script)];
    if (isModel) assert.equal(simulated, real);
    else assert.equal(inNobodysWords(simulated), inNobodysWords(real));
  });
}

test('the slots of these scripts are where the scripts look for them', async () => {
  assert.is(hashSlot(key('x', 8192)), 8192);
});

test.run();
