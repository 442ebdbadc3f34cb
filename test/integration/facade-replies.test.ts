import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectCluster } from '../../src/cluster/index.ts';
import { ClusterError, ErrorReply } from '../../src/errors.ts';
import type { CommandSender } from '../../src/facade/index.ts';
import { connect } from '../../src/net/index.ts';
import { startCluster, startServer } from '../../src/testing/index.ts';
import { pathsWithReply, replyType } from '../../tools/facade/replies.ts';
import { checkReply, TYPES } from '../support/reply-types.ts';
import { protocols } from '../support/server-needs.ts';

const test = suite('integration/facade-replies');

// Those whose replies the tests of the methods do not see; what a server does not have, it refuses.
const CALLS = `
SET a 1|DECR a|DECRBY a 2|INCR a|GETSET a 5|SETEX b 100 x|PSETEX b 100000 x|SETNX c 1|SUBSTR b 0 0|DUMP a|RANDOMKEY
PEXPIRE a 100000|PEXPIREAT a 99999999999999|EXPIREAT a 99999999999|PEXPIRETIME a|PTTL a|RENAMENX a d|MOVE d 1|DEL b none
SWAPDB 0 1|SWAPDB 0 1|LASTSAVE|SAVE|HMSET h f 1|HLEN h|HSTRLEN h f|LPUSH l a b c d|LPUSHX l e|RPUSHX l f|RPOP l
RPOP none|LPOP l|LPOP l 2|LPOP none|RPOPLPUSH l m|BRPOPLPUSH l m 1|BLMOVE m l LEFT RIGHT 1|BLPOP l 1|BLPOP none 0.01
RPUSH l x|BRPOP l 1|SADD s a b|SADD t b c|SDIFFSTORE u s t|SINTERSTORE u s t|SINTER s t|SUNION s t|SMISMEMBER s a z
SRANDMEMBER s|SRANDMEMBER s 2|SRANDMEMBER none|SPOP none|SPOP s 1|SPOP s|SSCAN t 0|ZADD z 1 a 2 b|ZADD y 1 a
ZDIFFSTORE w 2 z y|ZINTERSTORE w 2 z y|ZLEXCOUNT z - +|ZREMRANGEBYLEX z [a [a|ZREMRANGEBYRANK z 0 0
XADD x 1-1 a 1|XREVRANGE x + -|XGROUP CREATE x g $|XGROUP SETID x g 0|XGROUP CREATECONSUMER x g c
XGROUP DELCONSUMER x g c|XDEL x 1-1|XSETID x 9-9|PUBSUB NUMPAT|SPUBLISH a b|SLOWLOG LEN|LATENCY RESET|WAIT 0 1
WATCH a|MULTI|DISCARD|UNWATCH|CLIENT TRACKING off|CLIENT UNBLOCK 99
COMMANDLOG LEN slow|COMMANDLOG RESET slow|CLIENT NO-EVICT off|CLIENT NO-TOUCH off|CLIENT SETINFO LIB-NAME x|CLIENT PAUSE 0
CLIENT UNPAUSE|CLIENT UNBLOCK 99|CONFIG RESETSTAT|MEMORY PURGE|ACL GENPASS|ACL SETUSER u on|ACL DELUSER u none
SCRIPT FLUSH|FUNCTION FLUSH|FLUSHDB|OBJECT ENCODING none|MEMORY USAGE none|GEOHASH none a|BITFIELD k OVERFLOW FAIL INCRBY u2 0 9
ECHO x|TYPE none|GET none|HGET none a|LINDEX none 0|XADD none NOMKSTREAM 1-1 a 1|COPY none k`;

const CLUSTER_CALLS = `
CLUSTER FLUSHSLOTS|CLUSTER ADDSLOTS 1 2|CLUSTER DELSLOTS 1|CLUSTER ADDSLOTSRANGE 3 5|CLUSTER DELSLOTSRANGE 3 5
CLUSTER KEYSLOT a|CLUSTER COUNTKEYSINSLOT 2|CLUSTER GETKEYSINSLOT 2 9|CLUSTER MYID|CLUSTER MYSHARDID
CLUSTER SETSLOT 2 STABLE|CLUSTER SAVECONFIG|CLUSTER SET-CONFIG-EPOCH 7|CLUSTER MEET 127.0.0.1 1|CLUSTER RESET HARD`;

// Those that a cluster's client asks several nodes.
const CLIENT_CALLS = `
FLUSHALL|MSET a 1 b 2 c 3|MGET a b c none|EXISTS a b c none|TOUCH a b c|DBSIZE|KEYS *|RANDOMKEY|UNLINK a|DEL b c none
SCRIPT LOAD return|SCRIPT LOAD return(1)|SCRIPT EXISTS x|SCRIPT FLUSH|FUNCTION FLUSH|CONFIG SET maxmemory-samples 5
CONFIG RESETSTAT|CONFIG REWRITE|SLOWLOG LEN|SLOWLOG RESET|LATENCY RESET|COMMANDLOG LEN slow|COMMANDLOG RESET slow
CLIENT SETINFO LIB-NAME x|CLIENT ID|PING|PING x|ECHO x|PUBSUB NUMPAT|PUBLISH a b|SPUBLISH a b|ACL SETUSER u on
ACL DELUSER u|ACL WHOAMI|ACL GENPASS|LASTSAVE|COMMAND COUNT|CLUSTER KEYSLOT a|CLUSTER COUNTKEYSINSLOT 1
CLUSTER GETKEYSINSLOT 1 1|CLUSTER MYID|CLUSTER MYSHARDID|MEMORY PURGE|SAVE|FLUSHDB`;

/** How servers refuse a command, a subcommand, an option or a fraction of a second that they do not have yet. */
const MISSING: RegExp =
  /unknown (sub)?command|wrong (number of arguments|\w+ subcommand)|invalid stream ID|syntax error, try|timeout is not an integer/i;

for (const protocol of protocols()) {
  test(`replies have the types that methods declare, in RESP${protocol}`, () => checkCalls(CALLS, protocol, 'no'));
  test(`so have those of CLUSTER, in RESP${protocol}`, () => checkCalls(CLUSTER_CALLS, protocol, 'yes'));
}

async function checkAll(calls: string, sender: CommandSender): Promise<void> {
  for (const args of calls
    .trim()
    .split(/[|\n]/)
    .map((call) => call.split(' '))) {
    try {
      checkReply(args, await sender.send(args));
    } catch (error) {
      // What is about one node is refused unless that is named.
      const isMissing = error instanceof ErrorReply && MISSING.test(error.message);
      if (!isMissing && !(error instanceof ClusterError && error.code === 'ERR_NO_NODE')) throw error;
    }
  }
}

async function checkCalls(calls: string, protocol: 2 | 3, isCluster: 'yes' | 'no'): Promise<void> {
  const server = await startServer({ config: { 'cluster-enabled': isCluster } });
  const client = await connect({ port: server.port, protocol });
  try {
    await client.session((session) => checkAll(calls, session));
  } finally {
    await client.close();
    await server.stop();
  }
}

test('so have those that a cluster puts together from several nodes', async () => {
  const nodes = await startCluster({ primaries: 3, replicasPerPrimary: 0 });
  const cluster = await connectCluster({ seeds: nodes.nodes.map(({ host, port }) => ({ host, port })) });
  try {
    await checkAll(CLIENT_CALLS, cluster);
  } finally {
    await cluster.close();
    await nodes.stop();
  }
});

test('every type that a method declares is one that is checked', () => {
  assert.equal(new Set(pathsWithReply().map((path) => replyType(path)!)), new Set(Object.keys(TYPES)));
});

test.run();
