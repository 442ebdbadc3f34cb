import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { specialPolicyOf } from '../../src/cluster/special-policies.ts';
import { targetOf } from '../../src/cluster/target.ts';
import { type CommandInfo, knownCommands } from '../../src/commands/index.ts';

const test = suite('cluster/special-policies');

/** Every command and subcommand of the tables. */
const all: readonly CommandInfo[] = [...knownCommands()].flatMap((info) => [info, ...(info.subcommands ?? [])]);

/** A call without a key. */
function keylessCall(info: CommandInfo): string[] {
  return info.name.split(' ');
}

test('of every command in the tables it is decided where a call without a key goes: none goes to a random node silently', () => {
  const undecided = all.filter((info) => {
    const hasKeys = info.keySpecs.length > 0;
    const isGeneral = info.requestPolicy !== undefined && info.requestPolicy !== 'special';
    const isDecided = specialPolicyOf(info) !== undefined || info.session !== undefined || hasKeys || isGeneral;
    // EVAL and its like with no key at all may run anywhere: what they do is their caller's.
    return !isDecided;
  });
  assert.equal(
    undecided.map(({ name }) => name),
    [],
  );
});

test('what the tips call special has a decision of its own, or goes by a key', () => {
  const special = all.filter((info) => info.requestPolicy === 'special' || info.responsePolicy === 'special');
  const missing = special.filter((info) => specialPolicyOf(info) === undefined && info.keySpecs.length === 0);
  assert.equal(
    missing.map(({ name }) => name),
    [],
  );
  assert.ok(special.length > 15);
});

test('no decision is about a command that the tables do not have, or have a key for', () => {
  for (const info of all) {
    if (specialPolicyOf(info) !== undefined) assert.is(info.keySpecs.length, 0, info.name);
  }
  const decided = all.filter((info) => specialPolicyOf(info) !== undefined);
  assert.ok(decided.length > 150, String(decided.length));
});

const EXAMPLES: readonly (readonly [call: string, kind: string, combine?: string | undefined])[] = [
  ['INFO', 'allPrimaries', 'byNode'],
  ['RANDOMKEY', 'primariesInTurn'],
  ['SCAN 0', 'refused'],
  ['CLUSTERSCAN 0', 'slot'],
  ['CLUSTER MIGRATESLOTS SLOTSRANGE 0 1 NODE x', 'refused'],
  ['CLUSTER GETSLOTMIGRATIONS', 'refused'],
  ['DBSIZE', 'allPrimaries', 'agg_sum'],
  ['KEYS *', 'allPrimaries', undefined],
  ['FLUSHALL', 'allPrimaries', 'all_succeeded'],
  ['FLUSHDB', 'allPrimaries', 'all_succeeded'],
  ['PING', 'allPrimaries', 'all_succeeded'],
  ['SCRIPT LOAD x', 'allNodes', 'all_succeeded'],
  ['SCRIPT FLUSH', 'allNodes', 'all_succeeded'],
  ['SCRIPT EXISTS x', 'allPrimaries', 'agg_logical_and'],
  ['SCRIPT KILL', 'allPrimaries', 'one_succeeded'],
  ['FUNCTION LOAD x', 'allPrimaries', 'all_succeeded'],
  ['FUNCTION DELETE x', 'allPrimaries', 'all_succeeded'],
  ['FUNCTION FLUSH', 'allPrimaries', 'all_succeeded'],
  ['FUNCTION RESTORE x', 'allPrimaries', 'all_succeeded'],
  ['FUNCTION KILL', 'allPrimaries', 'one_succeeded'],
  ['FUNCTION STATS', 'allPrimaries', 'byNode'],
  ['FUNCTION LIST', 'anyNode'],
  ['MEMORY DOCTOR', 'allPrimaries', 'byNode'],
  ['LATENCY LATEST', 'allNodes', 'byNode'],
  ['LATENCY RESET', 'allNodes', 'agg_sum'],
  ['SLOWLOG LEN', 'allNodes', 'agg_sum'],
  ['SLOWLOG RESET', 'allNodes', 'all_succeeded'],
  ['CONFIG SET a b', 'allNodes', 'all_succeeded'],
  ['CONFIG GET a', 'refused'],
  ['CLIENT LIST', 'refused'],
  ['CLIENT ID', 'refused'],
  ['CLUSTER FAILOVER', 'refused'],
  ['CLUSTER INFO', 'anyNode'],
  ['CLUSTER NODES', 'anyNode'],
  ['CLUSTER SLOTS', 'anyNode'],
  ['CLUSTER SHARDS', 'anyNode'],
  ['CLUSTER MYID', 'anyNode'],
  ['CLUSTER KEYSLOT foo', 'slot'],
  ['CLUSTER COUNTKEYSINSLOT 1', 'slot'],
  ['CLUSTER GETKEYSINSLOT 1 10', 'slot'],
  ['PUBLISH c m', 'anyNode'],
  ['SPUBLISH c m', 'slot'],
  ['PUBSUB CHANNELS', 'allNodes', 'union'],
  ['PUBSUB SHARDCHANNELS', 'allNodes', 'union'],
  ['PUBSUB NUMSUB c', 'allNodes', 'sumByName'],
  ['PUBSUB SHARDNUMSUB c', 'allNodes', 'sumByName'],
  ['PUBSUB NUMPAT', 'allNodes', 'agg_sum'],
  ['COMMAND', 'anyNode'],
  ['SHUTDOWN', 'refused'],
  ['WAIT 1 1', 'lease'],
];

test('each of the commands that matter goes where it should', () => {
  for (const [call, kind, combine] of EXAMPLES) {
    const args = call.split(' ');
    const info =
      all.find(({ name }) => name === args.slice(0, 2).join(' ')) ?? all.find(({ name }) => name === args[0]);
    const target = targetOf(info, args);
    assert.is(target.kind, kind, call);
    if ('combine' in target) assert.is(target.combine, combine, call);
  }
});

test('every call without a key has a target that is not a guess', () => {
  for (const info of all) assert.is.not(targetOf(info, keylessCall(info)).kind, 'unknown', info.name);
});

test.run();
