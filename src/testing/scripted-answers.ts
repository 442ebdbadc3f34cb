/** What a node of a scripted cluster says when the test says nothing: handshakes, topology, MOVED, and OK. */
import { hashSlot } from '../cluster/index.ts';
import { findCommand, firstKeyIndex } from '../commands/index.ts';
import { helloReply } from './greeting.ts';
import { describeCommand, type WireBytes } from './script.ts';
import type { ReceivedCommand, ScriptedConnection } from './scripted-connection.ts';
import type { ScriptedLayout } from './scripted-layout.ts';
import { reply, type WireValue } from './wire-reply.ts';

/** What answering needs to know of a node. */
export interface AnsweringNode {
  readonly host: string;
  readonly port: number;
  readonly id: string;
  /** Of a replica: its primary. */
  readonly replicaOf: AnsweringNode | undefined;
  readonly layout: ScriptedLayout;
}

/** What answering needs to know of the cluster. */
export interface AnsweringCluster {
  readonly nodes: readonly AnsweringNode[];
  readonly password: string | undefined;
  /** 2 for a server without HELLO, as before 6.0. */
  readonly protocol: 2 | 3;
}

const OK = '+OK\r\n';

interface Session {
  protocol: 2 | 3;
  isAuthenticated: boolean;
  isReadOnly: boolean;
}

/** The answers of one node. */
export class ScriptedAnswers {
  readonly #cluster: AnsweringCluster;
  readonly #node: AnsweringNode;
  readonly #sessions = new WeakMap<ScriptedConnection, Session>();

  constructor(cluster: AnsweringCluster, node: AnsweringNode) {
    this.#cluster = cluster;
    this.#node = node;
  }

  /** Handshake and topology as a server has them; OK, or where a key is not of this node, MOVED, for all else. */
  answer(command: ReceivedCommand): WireBytes {
    const { args, connection } = command;
    const session = this.#session(connection);
    const [name, subcommand] = args.slice(0, 2).map((arg) => arg.toString().toUpperCase());
    if (name === 'HELLO') return this.#hello(args, session);
    if (name === 'AUTH') return this.#authenticate(args.at(-1), session);
    if (!session.isAuthenticated) return '-NOAUTH Authentication required.\r\n';
    switch (name) {
      case 'PING':
        return '+PONG\r\n';
      case 'COMMAND':
        return '*0\r\n';
      case 'INFO':
        return reply('redis_version:7.0.0\r\nredis_mode:cluster\r\nloading:0\r\n');
      case 'READONLY':
      case 'READWRITE':
        session.isReadOnly = name === 'READONLY';
        return OK;
      case 'CLUSTER':
        return this.#describeCluster(subcommand ?? '', args);
      default:
        return this.#answerByKey(command, session);
    }
  }

  #answerByKey({ args, isAfterAsking }: ReceivedCommand, { isReadOnly }: Session): WireBytes {
    const info = findCommand(args);
    const key = info === undefined ? undefined : args[firstKeyIndex(info, args)];
    if (key === undefined) return OK;
    const slot = hashSlot(key);
    const owner = this.#owner(slot);
    if (owner === undefined) return '-CLUSTERDOWN Hash slot not served\r\n';
    const isMine = owner === this.#node || isAfterAsking || (isReadOnly && owner === this.#node.replicaOf);
    return isMine ? OK : `-MOVED ${slot} ${owner.host}:${owner.port}\r\n`;
  }

  #hello(args: readonly Buffer[], session: Session): WireBytes {
    if (this.#cluster.protocol === 2) return `-ERR unknown command \`${args[0]}\`, with args beginning with: \r\n`;
    const auth = args.findIndex((arg) => arg.toString().toUpperCase() === 'AUTH');
    if (auth > 0) {
      const outcome = this.#authenticate(args[auth + 2], session);
      if (outcome !== OK) return outcome;
    }
    if (!session.isAuthenticated) return '-NOAUTH HELLO must be called with the client already authenticated\r\n';
    session.protocol = args[1]?.toString() === '3' ? 3 : 2;
    const role = this.#node.replicaOf === undefined ? 'master' : 'replica';
    return helloReply({ protocol: session.protocol, mode: 'cluster', role });
  }

  #authenticate(password: Buffer | undefined, session: Session): WireBytes {
    const expected = this.#cluster.password;
    if (expected === undefined) return '-ERR AUTH <password> called without any password configured\r\n';
    if (password?.toString() !== expected) return '-WRONGPASS invalid username-password pair or user is disabled.\r\n';
    session.isAuthenticated = true;
    return OK;
  }

  #describeCluster(subcommand: string, args: readonly Buffer[]): WireBytes {
    switch (subcommand) {
      case 'SLOTS':
        return reply(this.#slots());
      case 'NODES':
        return reply(this.#nodes());
      case 'INFO':
        return reply('cluster_state:ok\r\n');
      case 'MYID':
        return reply(this.#node.id);
      case 'KEYSLOT':
        return reply(hashSlot(args[2] ?? ''));
      default:
        return `-ERR Unknown subcommand or wrong number of arguments for '${describeCommand(args.slice(1, 2))}'\r\n`;
    }
  }

  #slots(): WireValue {
    return this.#node.layout.ranges().map(({ range, owner }) => {
      const primary = this.#cluster.nodes[owner]!;
      const replicas = this.#cluster.nodes.filter(({ replicaOf }) => replicaOf === primary);
      return [...range, ...[primary, ...replicas].map(({ host, port, id }) => [host, port, id])];
    });
  }

  #nodes(): string {
    const { layout } = this.#node;
    const lines = this.#cluster.nodes.map((node, index) => {
      const flags = `${node === this.#node ? 'myself,' : ''}${node.replicaOf === undefined ? 'master' : 'slave'}`;
      const slots = layout.ranges().filter(({ owner }) => owner === index);
      const ranges = slots.map(({ range: [first, last] }) => (first === last ? ` ${first}` : ` ${first}-${last}`));
      const place = `${node.host}:${node.port}@${node.port + 10_000}`;
      const epoch = layout.epochOf(index);
      return `${node.id} ${place} ${flags} ${node.replicaOf?.id ?? '-'} 0 0 ${epoch} connected${ranges.join('')}\n`;
    });
    return lines.join('');
  }

  #owner(slot: number): AnsweringNode | undefined {
    const owner = this.#node.layout.ownerOf(slot);
    return owner === undefined ? undefined : this.#cluster.nodes[owner];
  }

  #session(connection: ScriptedConnection): Session {
    let session = this.#sessions.get(connection);
    if (session === undefined) {
      const isAuthenticated = this.#cluster.password === undefined;
      session = { protocol: 2, isAuthenticated, isReadOnly: false };
      this.#sessions.set(connection, session);
    }
    return session;
  }
}
