import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../src/errors.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';
import type { NodeView } from '../../src/testing/cluster-view.ts';
import type { ServerVersion } from '../../src/testing/server-binary.ts';
import { type MigrationNode, SlotMigration } from '../../src/testing/slot-migration.ts';
import { errorOf } from './support.ts';

const test = suite('testing/slot-migration');

type Log = string[];

/** A node that logs what it is told, and answers what it is given to answer. */
class FakeNode implements MigrationNode {
  readonly host = '127.0.0.1';
  readonly process: MigrationNode['process'];
  readonly replies: Reply[] = [];
  readonly migrateRefusals: Error[] = [];
  configEpoch = 1;
  role: NodeView['role'] = 'primary';
  refusal: Error | undefined;
  /** What this node believes of all; what is true, unless it is set. */
  believes: (() => NodeView[]) | undefined;
  cluster: readonly FakeNode[] = [];
  readonly id: string;
  readonly port: number;
  readonly #log: Log;

  constructor(id: string, log: Log, version: ServerVersion) {
    this.id = id;
    this.port = 7000 + id.charCodeAt(0);
    this.#log = log;
    this.process = { binary: { name: 'redis', version } };
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  async send(command: readonly Argument[]): Promise<Reply> {
    this.#log.push(
      `${this.id}: ${command.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg) : arg)).join(' ')}`,
    );
    const [name, subcommand] = command;
    if (this.refusal !== undefined && command[3] === 'NODE') throw this.refusal;
    if (name === 'MIGRATE' && this.migrateRefusals.length > 0) throw this.migrateRefusals.shift();
    return subcommand === 'GETKEYSINSLOT' ? (this.replies.shift() ?? []) : 'OK';
  }

  async self(): Promise<NodeView> {
    return viewOf(this);
  }

  async view(): Promise<NodeView[]> {
    return this.believes?.() ?? this.cluster.map(viewOf);
  }
}

function viewOf({ id, host, port, role, configEpoch }: FakeNode): NodeView {
  const state = { isMyself: false, isHealthy: true, primaryId: undefined, slots: [[0, 1]] } as const;
  return { id, host, port, role, configEpoch, ...state };
}

function setUp(version: ServerVersion, password?: string) {
  const log: Log = [];
  const nodes = ['a', 'b', 'c', 'd'].map((id) => new FakeNode(id, log, version));
  const [source, target, other, replica] = nodes as [FakeNode, FakeNode, FakeNode, FakeNode];
  replica.role = 'replica';
  for (const node of nodes) node.cluster = nodes;
  const alive = new Set(nodes);
  const parties = { slot: 5, source, target, password, liveNodes: () => [...alive] };
  return { log, alive, source, target, other, replica, parties };
}

const keys = (...names: string[]) => names.map((name) => Buffer.from(name));

test('the target hears of the move first, the source second', async () => {
  const { log, parties } = setUp([7, 0, 0]);
  await SlotMigration.begin(parties);
  assert.equal(log, ['b: CLUSTER SETSLOT 5 IMPORTING a', 'a: CLUSTER SETSLOT 5 MIGRATING b']);
});

test('keys are moved in steps by one MIGRATE each', async () => {
  const { log, source, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  source.replies.push(keys('k1', 'k2'), []);
  log.length = 0;
  assert.is(await migration.migrateKeys(2), 2);
  assert.is(await migration.migrateKeys(2), 0);
  assert.equal(log, [
    'a: CLUSTER GETKEYSINSLOT 5 2',
    'a: MIGRATE 127.0.0.1 7098  0 5000 KEYS k1 k2',
    'a: CLUSTER GETKEYSINSLOT 5 2',
  ]);
});

test('MIGRATE has the password where the server knows AUTH there, from 4.0.7 on', async () => {
  const { log, source, parties } = setUp([4, 0, 7], 'secret');
  const migration = await SlotMigration.begin(parties);
  source.replies.push(keys('k'));
  await migration.migrateKeys(1);
  assert.is(log.at(-1), 'a: MIGRATE 127.0.0.1 7098  0 5000 AUTH secret KEYS k');
});

test('before, the target wants no password while keys are moved', async () => {
  const { log, source, parties } = setUp([4, 0, 1], 'secret');
  const migration = await SlotMigration.begin(parties);
  source.replies.push(keys('k'));
  assert.is(await migration.migrateKeys(1), 1);
  assert.equal(log.slice(3), [
    'b: CONFIG SET requirepass ',
    'a: MIGRATE 127.0.0.1 7098  0 5000 KEYS k',
    'b: CONFIG SET requirepass secret',
  ]);
});

test('it wants one again when keys could not be moved', async () => {
  const { log, source, parties } = setUp([4, 0, 1], 'secret');
  const migration = await SlotMigration.begin(parties);
  source.replies.push(keys('k'));
  source.migrateRefusals.push(new ErrorReply('ERR Target instance replied with error: BUSYKEY'));
  assert.match((await errorOf(migration.migrateKeys(1))).message, 'BUSYKEY');
  assert.is(log.at(-1), 'b: CONFIG SET requirepass secret');
});

test('a password that another move has set again in between is lifted once more', async () => {
  const { log, source, parties } = setUp([4, 0, 1], 'secret');
  const migration = await SlotMigration.begin(parties);
  source.replies.push(keys('k'));
  source.migrateRefusals.push(new ErrorReply('ERR Target instance replied with error: NOAUTH'));
  assert.is(await migration.migrateKeys(1), 1);
  assert.is(log.filter((line) => line.startsWith('a: MIGRATE')).length, 2);
  assert.is(log.at(-1), 'b: CONFIG SET requirepass secret');
});

test('the new owner is told to the target, then to the source, then to the others', async () => {
  const { log, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  log.length = 0;
  await migration.finish();
  assert.equal(
    log.slice(1),
    ['b', 'a', 'c'].map((id) => `${id}: CLUSTER SETSLOT 5 NODE b`),
  );
});

test('a source that became a replica with its last slot need not be told; one that refuses as a primary fails the move', async () => {
  const { source, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  source.refusal = new Error('ERR Please use SETSLOT only with masters.');
  const { message } = await errorOf(migration.finish());
  assert.is(message, source.refusal.message);
  source.role = 'replica';
  await migration.finish();
});

test('another node that ends meanwhile does not fail the move; one that is alive and refuses does', async () => {
  const { alive, other, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  other.refusal = new Error('connection lost');
  assert.is((await errorOf(migration.finish())).message, 'connection lost');
  const send = other.send.bind(other);
  other.send = (command) => {
    alive.delete(other);
    return send(command);
  };
  await migration.finish();
});

test('the target claims the slot only when all agree on the last change, replicas too', async () => {
  const { log, replica, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  let looks = 0;
  replica.believes = () => {
    assert.not(log.some((line) => line.includes('NODE b')));
    return replica.cluster.map((node) => ({ ...viewOf(node), configEpoch: ++looks > 8 ? 1 : 0 }));
  };
  await migration.finish();
  assert.ok(looks > 8);
});

test('before 7.0 the new owner meets everybody again, so that they hear of it at once', async () => {
  const { log, parties } = setUp([6, 0, 16]);
  await (await SlotMigration.begin(parties)).finish();
  assert.equal(
    log.slice(-3),
    [7097, 7099, 7100].map((port) => `b: CLUSTER MEET 127.0.0.1 ${port}`),
  );
});

test('a cancelled move goes over and comes back, so that no key is stranded', async () => {
  const { log, parties } = setUp([7, 0, 0]);
  const migration = await SlotMigration.begin(parties);
  log.length = 0;
  await migration.cancel();
  const steps = log.filter((line) => line.includes('SETSLOT'));
  assert.equal(steps, [
    ...['b', 'a', 'c'].map((id) => `${id}: CLUSTER SETSLOT 5 NODE b`),
    'a: CLUSTER SETSLOT 5 IMPORTING b',
    'b: CLUSTER SETSLOT 5 MIGRATING a',
    ...['a', 'b', 'c'].map((id) => `${id}: CLUSTER SETSLOT 5 NODE a`),
  ]);
});

test.run();
