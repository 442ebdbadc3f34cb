import { SLOT_COUNT } from '../../cluster/index.ts';
import { clusterNodes, clusterShards, clusterSlots } from './cluster-replies.ts';
import { slotOfText } from './keyspace.ts';
import type { NodeSession } from './node-session.ts';
import * as wire from './wire.ts';

/** Runs a command about the node or the connection; `args` as latin1 text, the name first, in upper case. */
export type ServerCommand = (session: NodeSession, args: readonly string[]) => string;

/** The commands without keys that simulated nodes have. */
export const SERVER_COMMANDS: ReadonlyMap<string, ServerCommand> = new Map<string, ServerCommand>([
  ['PING', (_session, [, text]) => (text === undefined ? wire.simple('PONG') : wire.bulk(text))],
  ['ECHO', (_session, [, text]) => wire.bulk(text!)],
  ['HELLO', hello],
  ['AUTH', auth],
  ['CLIENT', client],
  ['SELECT', select],
  ['ASKING', asking],
  ['READONLY', (session) => setReadonly(session, true)],
  ['READWRITE', (session) => setReadonly(session, false)],
  ['CLUSTER', cluster],
  ['DBSIZE', ({ node }) => wire.integer(node.keyspace.size)],
  ['SCAN', scan],
  ['RESET', reset],
  ['QUIT', quit],
  ['MULTI', () => wire.error('ERR the simulation has no transactions')],
]);

const WRONG_PASSWORD: string = wire.error('WRONGPASS invalid username-password pair or user is disabled.');

function hello(session: NodeSession, args: readonly string[]): string {
  const version = args[1];
  if (version !== undefined && !/^\d+$/.test(version)) {
    return wire.error('ERR Protocol version is not an integer or out of range');
  }
  if (version !== undefined && version !== '2' && version !== '3')
    return wire.error('NOPROTO unsupported protocol version');
  const { node } = session;
  for (let i = 2; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    if (option === 'AUTH' && i + 2 < args.length) {
      if (!isRight(session, args[i + 1]!, args[i + 2]!)) return WRONG_PASSWORD;
      session.isAuthenticated = true;
      i += 2;
    } else if (option === 'SETNAME' && i + 1 < args.length) session.clientName = args[++i]!;
    else return wire.error(`ERR Syntax error in HELLO option '${args[i]}'`);
  }
  if (!session.isAuthenticated) {
    return wire.error(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> ' +
        'option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  if (version !== undefined) session.protocol = version === '3' ? 3 : 2;
  const fields = [
    ['server', wire.bulk('redis')],
    ['version', wire.bulk('7.0.0')],
    ['proto', wire.integer(session.protocol)],
    ['id', wire.integer(session.id)],
    ['mode', wire.bulk('cluster')],
    ['role', wire.bulk(node.role === 'primary' ? 'master' : 'replica')],
    ['modules', wire.array([])],
  ] as const;
  return wire.map(
    fields.flatMap(([name, value]) => [wire.bulk(name), value]),
    session.protocol,
  );
}

function isRight({ node }: NodeSession, username: string, password: string): boolean {
  return username === 'default' && (node.password === undefined || node.password === password);
}

function auth(session: NodeSession, args: readonly string[]): string {
  if (args.length > 3) return wire.SYNTAX_ERROR;
  if (args.length === 2 && session.node.password === undefined) {
    return wire.error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration ' +
        'is correct?',
    );
  }
  const [username, password] = args.length === 3 ? [args[1]!, args[2]!] : ['default', args[1]!];
  if (!isRight(session, username, password)) return WRONG_PASSWORD;
  session.isAuthenticated = true;
  return wire.OK;
}

function client(session: NodeSession, [, word, value]: readonly string[]): string {
  switch (word!.toUpperCase()) {
    case 'SETNAME':
      session.clientName = value ?? '';
      return wire.OK;
    case 'GETNAME':
      return session.clientName === '' ? wire.nil(session.protocol) : wire.bulk(session.clientName);
    case 'ID':
      return wire.integer(session.id);
    case 'SETINFO':
      return wire.OK;
    default:
      return unknownSubcommand('CLIENT', word!);
  }
}

function select(_session: NodeSession, [, database]: readonly string[]): string {
  return database === '0' ? wire.OK : wire.error('ERR SELECT is not allowed in cluster mode');
}

function asking(session: NodeSession): string {
  session.isAsking = true;
  return wire.OK;
}

function setReadonly(session: NodeSession, value: boolean): string {
  session.readsFromReplica = value;
  return wire.OK;
}

function scan({ node }: NodeSession, [, cursor, option, count]: readonly string[]): string {
  const size = option?.toUpperCase() === 'COUNT' ? Number(count) : 10;
  const page = node.keyspace.scan(Number(cursor), size);
  return wire.array([wire.bulk(String(page.cursor)), wire.array(page.keys.map(wire.bulk))]);
}

function reset(session: NodeSession): string {
  session.protocol = 2;
  session.readsFromReplica = false;
  session.clientName = '';
  session.isAuthenticated = session.node.password === undefined;
  return wire.simple('RESET');
}

function quit(session: NodeSession): string {
  session.closeAfterReply();
  return wire.OK;
}

function cluster({ node, protocol }: NodeSession, [, word, argument, count]: readonly string[]): string {
  switch (word!.toUpperCase()) {
    case 'SLOTS':
      return clusterSlots(node, protocol);
    case 'NODES':
      return clusterNodes(node, protocol);
    case 'SHARDS':
      return clusterShards(node, protocol);
    case 'MYID':
      return wire.bulk(node.id);
    case 'KEYSLOT':
      return wire.integer(slotOfText(argument!));
    case 'COUNTKEYSINSLOT':
      return onSlot(argument!, (slot) => wire.integer(node.keyspace.keysInSlot(slot).length));
    case 'GETKEYSINSLOT':
      return onSlot(argument!, (slot) =>
        wire.array(node.keyspace.keysInSlot(slot).slice(0, Number(count)).map(wire.bulk)),
      );
    default:
      return unknownSubcommand('CLUSTER', word!);
  }
}

function onSlot(text: string, run: (slot: number) => string): string {
  const slot = Number(text);
  return Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT ? run(slot) : wire.error('ERR Invalid slot');
}

function unknownSubcommand(container: string, word: string): string {
  return wire.error(`ERR unknown subcommand '${word}'. Try ${container} HELP.`);
}
