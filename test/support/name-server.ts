import { Buffer } from 'node:buffer';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { ServiceTarget } from '../../src/net/index.ts';

const HEADER_BYTES = 12;
const TYPE_AND_CLASS_BYTES = 4;
const SRV = 33;
const INTERNET = 1;
const NO_SUCH_NAME = 3;

/** A name server on a loopback port that knows SRV records alone: enough to ask one for real. @see RFC 1035, RFC 2782 */
export class NameServer {
  readonly #socket: Socket = createSocket('udp4');
  readonly #services: ReadonlyMap<string, readonly ServiceTarget[]>;

  constructor(services: ReadonlyMap<string, readonly ServiceTarget[]>) {
    this.#services = services;
    this.#socket.on('message', (query, { port, address }) => this.#socket.send(this.#answer(query), port, address));
  }

  /** @returns its address, as `dns.setServers` takes it. */
  async listen(): Promise<string> {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const { name, end } = readName(query);
    const targets = this.#services.get(name) ?? [];
    const header = Buffer.from(query.subarray(0, HEADER_BYTES));
    // A response, recursion desired and available.
    header.writeUInt16BE(targets.length > 0 ? 0x8180 : 0x8180 | NO_SUCH_NAME, 2);
    header.writeUInt16BE(targets.length, 6);
    header.fill(0, 8);
    const question = query.subarray(HEADER_BYTES, end + TYPE_AND_CLASS_BYTES);
    return Buffer.concat([header, question, ...targets.map(record)]);
  }
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function record({ host, port, priority }: ServiceTarget): Buffer {
  const target = Buffer.concat([...host.split('.').map(label), Buffer.of(0)]);
  const head = Buffer.alloc(18);
  // The name is that of the question: a pointer to it.
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  head.writeUInt16BE(SRV, 2);
  head.writeUInt16BE(INTERNET, 4);
  head.writeUInt16BE(6 + target.length, 10);
  head.writeUInt16BE(priority, 12);
  head.writeUInt16BE(port, 16);
  return Buffer.concat([head, target]);
}

function label(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
}
