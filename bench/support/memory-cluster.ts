/**
 * A cluster in memory, for measuring what a command costs the client alone: no kernel, no server. Its nodes answer every
 * batch at once, with the same value for each command, and don't read what they are sent: all commands have one length.
 */
import { Buffer } from 'node:buffer';
import {
  type Endpoint,
  type Runtime,
  systemRuntime,
  type Transport,
  type TransportEvents,
} from '../../src/net/index.ts';
import { NEED_DATA, RequestDecoder } from '../../src/resp/index.ts';

const FIRST_PORT = 7000;
const MOST_REPLIES = 10_000;
/** Of `*2 CR LF $3 CR LF GET CR LF ...`. */
const NAME_LENGTH_AT = 5;
const THREE = 0x33;
const SLOTS = 16_384;

export const SEED: Endpoint = { host: '127.0.0.1', port: FIRST_PORT };

/** The network of such a cluster of `nodes` primaries. `commandBytes` is the length of each command on the wire. */
export function memoryRuntime(commandBytes: number, reply: Buffer, nodes = 3): Runtime {
  const replies = Buffer.concat(Array.from({ length: MOST_REPLIES }, () => reply));
  const answer = { commandBytes, replyBytes: reply.length, replies, slots: slots(nodes) };
  return { ...systemRuntime, openTransport: (_, events) => new MemoryNode(events, answer) };
}

interface Answer {
  readonly commandBytes: number;
  readonly replyBytes: number;
  readonly replies: Buffer;
  /** To CLUSTER SLOTS. */
  readonly slots: string;
}

class MemoryNode implements Transport {
  readonly #events: TransportEvents;
  readonly #answer: Answer;
  readonly #greeting = new RequestDecoder();

  constructor(events: TransportEvents, answer: Answer) {
    this.#events = events;
    this.#answer = answer;
    setImmediate(() => events.onConnect());
  }

  write(pieces: readonly Buffer[], done: () => void): void {
    // The load's commands are GET and SET: what has a longer name is said when a client comes.
    const isLoad = pieces[0]![NAME_LENGTH_AT] === THREE;
    if (!isLoad) {
      this.#greet(pieces, done);
      return;
    }
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    const { commandBytes, replyBytes, replies } = this.#answer;
    setImmediate(() => {
      done();
      this.#events.onBytes(replies, (bytes / commandBytes) * replyBytes);
    });
  }

  destroy(): void {}
  setReferenced(): void {}

  #greet(pieces: readonly Buffer[], done: () => void): void {
    const said: Buffer[] = [];
    for (const piece of pieces) this.#greeting.feed(piece);
    for (let request = this.#greeting.next(); request !== NEED_DATA; request = this.#greeting.next()) {
      said.push(this.#greetingFor(request.args.map(String)));
    }
    const reply = Buffer.concat(said);
    setImmediate(() => {
      done();
      this.#events.onBytes(reply, reply.length);
    });
  }

  #greetingFor([name, what]: string[]): Buffer {
    if (name === 'HELLO') return Buffer.from('%1\r\n+proto\r\n:3\r\n');
    return Buffer.from(what === 'SLOTS' ? this.#answer.slots : '-ERR not known here\r\n');
  }
}

/** CLUSTER SLOTS: each node has its share. */
function slots(nodes: number): string {
  const share = SLOTS / nodes;
  const shares = Array.from({ length: nodes }, (_, node) => {
    const [from, to] = [Math.ceil(node * share), Math.ceil((node + 1) * share) - 1];
    const id = String(node).padStart(40, '0');
    return `*3\r\n:${from}\r\n:${to}\r\n*3\r\n$9\r\n127.0.0.1\r\n:${FIRST_PORT + node}\r\n$40\r\n${id}\r\n`;
  });
  return `*${nodes}\r\n${shares.join('')}`;
}
