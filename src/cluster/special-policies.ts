import type { CommandInfo } from '../commands/index.ts';
import type { CombineRule } from './response-policy.ts';

/** Where a command without a key goes, where the servers' command tips do not say it, or only say `special`. */
export interface SpecialPolicy {
  readonly to:
    | 'anyNode'
    | 'allPrimaries'
    | 'allNodes'
    /** One primary after the other, until one has something to say. */
    | 'primariesInTurn'
    /** The node of the slot that argument 2 says, or of the key that it is. */
    | 'slotArgument'
    | 'keyArgument'
    /** The caller must say which: any other choice would answer, or act, for a node that nobody chose. */
    | 'namedNode';
  readonly combine?: CombineRule | undefined;
  readonly why: string;
}

interface PolicyRow extends SpecialPolicy {
  /** As in the command tables: NAME or NAME|SUBCOMMAND. */
  readonly commands: string;
}

/**
 * Every command without a key that no general policy covers, decided one by one. A test holds it to the command tables:
 * a command that is in neither place fails it, so that none goes to a random node silently.
 */
const POLICIES: readonly PolicyRow[] = [
  {
    to: 'anyNode',
    why: 'computed from its arguments or its program alone',
    commands: `ECHO LOLWUT PFSELFTEST ACL|GENPASS ACL|CAT COMMAND COMMAND|COUNT COMMAND|GETKEYS
      COMMAND|GETKEYSANDFLAGS COMMAND|DOCS COMMAND|INFO COMMAND|LIST`,
  },
  {
    to: 'anyNode',
    why: 'explains itself',
    commands: `ACL|HELP CLIENT|HELP CLUSTER|HELP COMMANDLOG|HELP COMMAND|HELP CONFIG|HELP FUNCTION|HELP HOTKEYS|HELP LATENCY|HELP
      MEMORY|HELP MODULE|HELP OBJECT|HELP PUBSUB|HELP SCRIPT|HELP SLOWLOG|HELP XGROUP|HELP XINFO|HELP FT.CONFIG|HELP`,
  },
  {
    to: 'anyNode',
    why: 'a container alone: the server has an error to report',
    commands: `ACL CLIENT CLUSTER COMMANDLOG CONFIG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SLOWLOG XGROUP
      XINFO BACKUP HIMPORT HOTKEYS FT.CONFIG FT.CURSOR`,
  },
  {
    to: 'anyNode',
    why: 'every node has a view of the whole cluster, and any view will do',
    commands: `CLUSTER|INFO CLUSTER|NODES CLUSTER|SLOTS CLUSTER|SHARDS CLUSTER|REPLICAS CLUSTER|SLAVES`,
  },
  {
    to: 'anyNode',
    why: 'who was asked is the answer',
    commands: 'CLUSTER|MYID CLUSTER|MYSHARDID TIME',
  },
  {
    to: 'anyNode',
    why: 'the cluster spreads the message to all nodes by itself',
    commands: 'PUBLISH',
  },
  {
    to: 'anyNode',
    why: 'loaded or set on all nodes, so all have the same',
    commands: `FUNCTION|DUMP FUNCTION|LIST SCRIPT|SHOW ACL|WHOAMI ACL|DRYRUN ACL|GETUSER ACL|LIST ACL|USERS`,
  },
  {
    to: 'anyNode',
    why: 'not in cluster mode, however many databases there are: the server has an error to report',
    commands: 'SWAPDB',
  },
  {
    to: 'anyNode',
    why: 'the module asks the other nodes itself',
    commands: `FT.AGGREGATE FT.ALIASADD FT.ALIASDEL FT.ALIASLIST FT.ALIASUPDATE FT.ALTER FT.CONFIG|GET FT.CONFIG|SET
      FT.CREATE FT.DICTADD FT.DICTDEL FT.DICTDUMP FT.DROPINDEX FT.EXPLAIN FT.EXPLAINCLI FT.HYBRID FT.INFO FT.PROFILE
      FT.SEARCH FT.SPELLCHECK FT.SYNDUMP FT.SYNUPDATE FT.TAGVALS FT._LIST TS.MGET TS.MRANGE TS.MREVRANGE
      TS.QUERYINDEX TS.QUERYLABELS`,
  },
  {
    to: 'keyArgument',
    why: 'about a key, though the servers declare none',
    commands: 'CLUSTER|KEYSLOT',
  },
  {
    to: 'slotArgument',
    why: 'only the node that has the slot has its keys',
    commands: 'CLUSTER|COUNTKEYSINSLOT CLUSTER|GETKEYSINSLOT',
  },
  {
    to: 'primariesInTurn',
    why: 'an empty primary has no key, though the cluster may have',
    commands: 'RANDOMKEY',
  },
  {
    to: 'allNodes',
    combine: 'union',
    why: 'each node knows its own subscribers alone',
    commands: 'PUBSUB|CHANNELS PUBSUB|SHARDCHANNELS',
  },
  {
    to: 'allNodes',
    combine: 'sumByName',
    why: 'each node counts its own subscribers alone',
    commands: 'PUBSUB|NUMSUB PUBSUB|SHARDNUMSUB',
  },
  {
    to: 'allNodes',
    combine: 'agg_sum',
    why: 'each node counts its own patterns alone; one that is subscribed to at two nodes counts twice',
    commands: 'PUBSUB|NUMPAT',
  },
  {
    to: 'allPrimaries',
    combine: 'byNode',
    why: 'reports that can neither be added up nor stand for each other',
    commands: 'INFO FUNCTION|STATS MEMORY|DOCTOR MEMORY|MALLOC-STATS MEMORY|STATS',
  },
  {
    to: 'allNodes',
    combine: 'byNode',
    why: 'reports that can neither be added up nor stand for each other',
    commands: 'LATENCY|DOCTOR LATENCY|GRAPH LATENCY|HISTOGRAM LATENCY|HISTORY LATENCY|LATEST',
  },
  {
    to: 'namedNode',
    why: 'its cursor is of one node',
    commands: 'SCAN FT.CURSOR|DEL FT.CURSOR|READ',
  },
  {
    to: 'namedNode',
    why: 'about the connection it comes over, and so about its node',
    commands: `CLIENT|GETNAME CLIENT|GETREDIR CLIENT|ID CLIENT|INFO CLIENT|LIST CLIENT|NO-EVICT CLIENT|TRACKINGINFO
      CLIENT|KILL CLIENT|PAUSE CLIENT|UNBLOCK CLIENT|UNPAUSE`,
  },
  {
    to: 'namedNode',
    why: 'tells of, or changes, one node',
    commands: `ROLE LASTSAVE CONFIG|GET MODULE|LIST ACL|LOG ACL|LOAD CLUSTER|LINKS CLUSTER|COUNT-FAILURE-REPORTS BACKUP|LIST
      BACKUP|STATUS HOTKEYS|GET HOTKEYS|RESET HOTKEYS|START HOTKEYS|STOP CLUSTER|ADDSLOTS CLUSTER|ADDSLOTSRANGE
      CLUSTER|BUMPEPOCH CLUSTER|DELSLOTS CLUSTER|DELSLOTSRANGE CLUSTER|FAILOVER CLUSTER|FLUSHSLOTS CLUSTER|FORGET
      CLUSTER|MEET CLUSTER|MIGRATION CLUSTER|REPLICATE CLUSTER|RESET CLUSTER|SAVECONFIG CLUSTER|SET-CONFIG-EPOCH
      CLUSTER|SETSLOT CLUSTER|FLUSHSLOT CLUSTER|MIGRATESLOTS CLUSTER|GETSLOTMIGRATIONS CLUSTER|CANCELSLOTMIGRATIONS
      CLUSTER|SYNCSLOTS TRIMSLOTS BACKUP|ABORT BACKUP|CLEANUP BACKUP|SEAL BACKUP|START BGREWRITEAOF BGSAVE DEBUG FAILOVER
      MODULE|LOAD MODULE|LOADEX MODULE|UNLOAD REPLICAOF SAVE SHUTDOWN SLAVEOF`,
  },
];

let byName: ReadonlyMap<string, SpecialPolicy> | undefined;

/** What was decided for a command without a key; undefined where the servers' tips say it all, or nobody knows it. */
export function specialPolicyOf(info: CommandInfo): SpecialPolicy | undefined {
  byName ??= readPolicies();
  return byName.get(info.name);
}

function readPolicies(): ReadonlyMap<string, SpecialPolicy> {
  const policies = new Map<string, SpecialPolicy>();
  for (const row of POLICIES) {
    for (const command of row.commands.split(/\s+/)) policies.set(command.replace('|', ' '), row);
  }
  return policies;
}
