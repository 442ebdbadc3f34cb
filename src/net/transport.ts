import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from './endpoint.ts';

/** What a transport tells its one owner. After `onClose` nothing more is told. */
export interface TransportEvents {
  onConnect(): void;
  /** The first `length` bytes of `buffer`, which belong to the transport again when this returns. */
  onBytes(buffer: Buffer, length: number): void;
  /** The connection ended, by either side; `error` where there was one. */
  onClose(error: Error | undefined): void;
}

/** One connection's life on the network. */
export interface Transport {
  /** The address at the other end, once connected; undefined where there is none. */
  readonly peerAddress?: string | undefined;
  /** Writes the pieces in order; `done` runs when they have left this process's hands. One write at a time. */
  write(pieces: readonly Buffer[], done: () => void): void;
  /** Ends the connection at once. */
  destroy(): void;
  /** Whether an open connection keeps the process alive. */
  setReferenced(isReferenced: boolean): void;
}

const READ_BUFFER_BYTES = 64 * 1024;
/** After so long without a byte the system asks whether the other end is still there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * One read buffer for all sockets: what is borrowed from it is copied before the read call-back returns, so a thousand
 * idle connections cost no buffer each. On Windows the system fills buffers in the background, so none is shared there.
 */
const sharedReadBuffer: Buffer | undefined =
  process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/**
 * Dials a TCP, TLS or Unix endpoint. Errors arrive through `onClose`, never as an exception.
 *
 * @param onGone the socket is no more, whoever ended it.
 */
export function openTransport(endpoint: Endpoint, events: TransportEvents, onGone: () => void): Transport {
  return new SocketTransport(endpoint, events, onGone);
}

class SocketTransport implements Transport {
  /** Asked once: a socket that is closed does not know it any more. */
  peerAddress: string | undefined;
  readonly #socket: Socket;
  #error: Error | undefined;
  #isClosed = false;

  constructor(endpoint: Endpoint, events: TransportEvents, onGone: () => void) {
    const socket = dial(endpoint, (length, buffer) => {
      if (!this.#isClosed) events.onBytes(buffer as Buffer, length);
      return true;
    });
    this.#socket = socket;
    socket.setNoDelay(true);
    // Of a server that may be silent for ever, in BLPOP q 0 or MONITOR, only the system can tell that it is gone.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once(endpoint.tls === undefined ? 'connect' : 'secureConnect', () => {
      this.peerAddress = socket.remoteAddress;
      events.onConnect();
    });
    socket.on('error', (error: Error) => {
      this.#error ??= error;
    });
    // A server that half-closes has nothing more to say: without this the socket would wait for our end too.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      onGone();
      if (this.#isClosed) return;
      this.#isClosed = true;
      events.onClose(this.#error);
    });
  }

  write(pieces: readonly Buffer[], done: () => void): void {
    const socket = this.#socket;
    if (pieces.length === 1) {
      socket.write(pieces[0]!, done);
      return;
    }
    socket.cork();
    const last = pieces.length - 1;
    for (let i = 0; i < last; i++) socket.write(pieces[i]!);
    socket.write(pieces[last]!, done);
    socket.uncork();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  setReferenced(isReferenced: boolean): void {
    if (isReferenced) this.#socket.ref();
    else this.#socket.unref();
  }
}

function dial(endpoint: Endpoint, callback: (length: number, buffer: Uint8Array) => boolean): Socket {
  const onread = { buffer: sharedReadBuffer ?? Buffer.allocUnsafeSlow(READ_BUFFER_BYTES), callback };
  const where = endpoint.path === undefined ? { host: endpoint.host, port: endpoint.port } : { path: endpoint.path };
  // `onread` is documented for both, but typed for TCP alone.
  if (endpoint.tls === undefined) return connectTcp({ ...where, onread } as never);
  const { serverName, tls } = endpoint;
  return connectTls({
    ...where,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...tls,
    onread,
  } as never);
}
