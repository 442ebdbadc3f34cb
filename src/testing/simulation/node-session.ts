import { type CommandInfo, findCommand, keyPositions } from '../../commands/index.ts';
import { NEED_DATA, type Request, RequestDecoder, RequestError } from '../../resp/index.ts';
import { DATA_COMMANDS } from './data-commands.ts';
import { slotOfText } from './keyspace.ts';
import { refusalOf } from './node-routing.ts';
import { SERVER_COMMANDS } from './server-commands.ts';
import type { ServerEnd, SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedNode } from './simulated-node.ts';
import * as wire from './wire.ts';

/** A refused command on a key, while others on that key may be in flight behind it. */
interface Refusal {
  readonly key: string;
  /** The reply's last byte, counted in the connection's replies. */
  readonly replyEnd: number;
  /** What the client had written when the refusal reached it; until then, everything is in flight behind it. */
  writtenThen: number;
}

/** One client's connection to a simulated node: parses what comes, answers in order. */
export class NodeSession implements ServerEnd {
  readonly node: SimulatedNode;
  /** As CLIENT ID has it. */
  readonly id: number;
  protocol: wire.Protocol = 2;
  isAuthenticated: boolean;
  clientName = '';
  /** READONLY was said. */
  readsFromReplica = false;
  /** ASKING was the last command. */
  isAsking = false;
  readonly #connection: SimulatedConnection;
  readonly #decoder = new RequestDecoder();
  /** Bytes that a stopped process has not read. */
  #unread: Buffer[] = [];
  /** Commands behind one that has to wait. */
  #waiting: Request[] = [];
  #hasEnded = false;
  #refusals: Refusal[] = [];
  #replies = '';
  #isClosing = false;

  constructor(node: SimulatedNode, connection: SimulatedConnection) {
    this.node = node;
    this.#connection = connection;
    this.id = node.surroundings.nextConnectionId();
    this.isAuthenticated = node.password === undefined;
    connection.beforeDelivery = () => this.#noteDelivery();
  }

  onBytes(bytes: Buffer): void {
    if (this.node.isPaused || this.#waiting.length > 0) this.#unread.push(bytes);
    else this.#read(bytes);
  }

  onEnd(): void {
    this.#hasEnded = true;
    if (!this.node.isPaused) this.#forget();
  }

  /** Goes on with what had to wait. */
  catchUp(): void {
    for (const request of this.#waiting.splice(0)) this.#handle(request);
    for (const bytes of this.#unread.splice(0)) this.onBytes(bytes);
    this.#flush();
    if (this.#hasEnded) this.#forget();
  }

  /** The process is gone: its system closes the connection, or resets it. */
  abandon(inGoodOrder: boolean): void {
    this.#waiting = [];
    this.#unread = [];
    if (inGoodOrder) this.#connection.end();
    else this.#connection.reset();
  }

  /** Ends the connection behind the replies so far and the one that is being made. */
  closeAfterReply(): void {
    this.#isClosing = true;
  }

  #forget(): void {
    this.#waiting = [];
    this.node.sessions.delete(this);
  }

  #read(bytes: Buffer): void {
    this.#connection.consumed(bytes.length);
    this.#decoder.feed(bytes);
    try {
      let request = this.#decoder.next();
      for (; request !== NEED_DATA && !this.#isClosing; request = this.#decoder.next()) this.#handle(request);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#replies += wire.error(error.message);
      this.closeAfterReply();
    }
    this.#flush();
  }

  #handle(request: Request): void {
    if (this.#waiting.length > 0) {
      this.#waiting.push(request);
      return;
    }
    const args = request.args.map((arg) => arg.toString('latin1'));
    const { isAsking } = this;
    this.isAsking = false;
    const reply = this.#answer(args, { request, isAsking });
    if (reply === undefined) {
      this.isAsking = isAsking;
      this.#waiting.push(request);
      return;
    }
    if (this.node.surroundings.runtime.trace !== undefined) this.#traceReply(args, reply);
    this.#replies += reply;
  }

  /** @returns the reply; undefined: the command has to wait. */
  #answer(args: string[], { request, isAsking }: { request: Request; isAsking: boolean }): string | undefined {
    const { node, readsFromReplica } = this;
    const info = findCommand(args);
    const refusal = this.#check(info, args);
    if (info === undefined || refusal !== undefined) return refusal;
    args[0] = args[0]!.toUpperCase();
    const server = SERVER_COMMANDS.get(args[0]);
    if (server !== undefined) return server(this, args);
    const { isReadonly, isWrite } = info;
    const keys = keyPositions(info, args).map((position) => args[position]!);
    const command = { keys, slotOf: slotOfText, isReadonly, isAsking, readsFromReplica };
    const elsewhere = refusalOf(node, command) ?? (node.isLoading ? LOADING : undefined);
    if (elsewhere !== undefined) return this.#refuse(keys, elsewhere);
    if (isWrite && node.holdsWrites) return undefined;
    if (node.role === 'replica') node.surroundings.replicate(node);
    return this.#run(args, { isWrite, request });
  }

  #check(info: CommandInfo | undefined, args: readonly string[]): string | undefined {
    const name = args[0]!.toUpperCase();
    if (info === undefined || !(SERVER_COMMANDS.has(name) || DATA_COMMANDS.has(name))) {
      const words = args.slice(1).map((word) => `'${word}' `);
      return wire.error(`ERR unknown command '${args[0]}', with args beginning with: ${words.join('')}`);
    }
    const isRightCount = info.arity >= 0 ? args.length === info.arity : args.length >= -info.arity;
    if (info.arity !== 0 && !isRightCount) {
      return wire.error(`ERR wrong number of arguments for '${info.name.toLowerCase().replace(' ', '|')}' command`);
    }
    const isOpen = this.isAuthenticated || name === 'AUTH' || name === 'HELLO' || name === 'RESET' || name === 'QUIT';
    return isOpen ? undefined : wire.error('NOAUTH Authentication required.');
  }

  #run(args: readonly string[], { isWrite, request }: { isWrite: boolean; request: Request }): string {
    const { node } = this;
    const { runtime, record } = node.surroundings;
    const now = runtime.now();
    const reply = DATA_COMMANDS.get(args[0]!)!({ keyspace: node.keyspace, protocol: this.protocol, now }, args);
    if (!isWrite || reply.startsWith('-')) return reply;
    node.replication.changes.push({ at: now, kind: 'command', args });
    if (this.#hasStrayed(args[1]!)) record.strayed(args);
    if (this.#connection.isClientGone) record.ranLate(args);
    if (this.#isBehindRefusal(args[1]!, request)) record.overtook(args);
    return reply;
  }

  #refuse(keys: readonly string[], reply: string): string {
    const replyEnd = this.#connection.bytesReplied + this.#replies.length + reply.length;
    for (const key of keys) this.#refusals.push({ key, replyEnd, writtenThen: Number.POSITIVE_INFINITY });
    return reply;
  }

  /** Whether a key is being written here while it is still where its slot is being moved from. */
  #hasStrayed(key: string): boolean {
    const { importing, surroundings } = this.node;
    const from = importing.size === 0 ? undefined : importing.get(slotOfText(key));
    return from !== undefined && surroundings.peers[from]!.has(key);
  }

  #noteDelivery(): void {
    const { bytesDelivered } = this.#connection;
    const arrived = this.#refusals.filter(
      ({ replyEnd, writtenThen }) => replyEnd <= bytesDelivered && writtenThen === Number.POSITIVE_INFINITY,
    );
    if (arrived.length === 0) return;
    // What the client had queued by then leaves with the flush of this moment.
    this.node.surroundings.runtime.scheduleFlush(() => {
      for (const refusal of arrived) refusal.writtenThen = this.#connection.bytesWritten;
    });
  }

  #isBehindRefusal(key: string, { start }: Request): boolean {
    if (this.#refusals.length === 0) return false;
    this.#refusals = this.#refusals.filter(({ writtenThen }) => writtenThen > start);
    return this.#refusals.some((refusal) => refusal.key === key);
  }

  #flush(): void {
    if (this.#replies === '') return;
    this.#connection.reply(this.#replies);
    this.#replies = '';
    if (!this.#isClosing) return;
    this.#connection.end();
    this.#forget();
  }

  #traceReply(args: readonly string[], reply: string): void {
    const line = reply.slice(0, reply.indexOf('\r\n'));
    this.node.trace(`(${this.#connection.name.split(' ')[0]}) ${args.join(' ').slice(0, 80)} -> ${line}`);
  }
}

const LOADING: string = wire.error('LOADING Redis is loading the dataset in memory');
