import { Buffer } from 'node:buffer';
import { argumentOutOfRange, ConnectionError, invalidArgument } from '../errors.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { SendOptions } from './options.ts';

/** What to scan for, and how. */
export interface ScanOptions {
  /** A glob pattern that keys must match; the server looks at all keys all the same. */
  readonly match?: string | Uint8Array | undefined;
  /** About how many keys the server looks at for one page; the server's own default is 10. */
  readonly count?: number | undefined;
  /** Only keys of this type: `string`, `list`, `set`, `zset`, `hash`, `stream` or a module's (servers from 6.0 on). */
  readonly type?: string | undefined;
  /** The form of the keys: text, or bytes where they may be none. Default `'string'`. */
  readonly reply?: 'string' | 'bytes' | undefined;
  /** The budget of one page, in milliseconds; default the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Ends the scan with `ERR_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** One reply to SCAN. */
export interface ScanPage {
  /** Where to go on, decimal; `0` at the end. Good for this server process alone. */
  readonly cursor: string;
  readonly keys: readonly Reply[];
}

/** Where the first page begins, and what the last one says. */
export const SCAN_START = '0';

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function checkScanOptions({ count, match, type, reply }: ScanOptions): void {
  if (count !== undefined && !(Number.isSafeInteger(count) && count > 0)) {
    throw argumentOutOfRange(`count must be an integer above 0, not ${String(count)}`);
  }
  if (match !== undefined && typeof match !== 'string' && !(match instanceof Uint8Array)) {
    throw invalidArgument('match must be a string or bytes');
  }
  if (type !== undefined && typeof type !== 'string') throw invalidArgument('type must be a string');
  if (reply !== undefined && reply !== 'string' && reply !== 'bytes') {
    throw invalidArgument('reply must be one of string, bytes');
  }
}

/** The command for the page at a cursor. */
export function scanCommand(cursor: string, { match, count, type }: ScanOptions): Argument[] {
  const args: Argument[] = ['SCAN', cursor];
  if (match !== undefined) args.push('MATCH', match);
  if (count !== undefined) args.push('COUNT', count);
  if (type !== undefined) args.push('TYPE', type);
  return args;
}

/** @throws {ConnectionError} `ERR_CONNECTION_LOST`: what answered does not know SCAN as servers do. */
export function parseScanPage(reply: Reply): ScanPage {
  const [cursor, keys] = Array.isArray(reply) ? reply : [];
  if ((typeof cursor !== 'string' && !Buffer.isBuffer(cursor)) || !Array.isArray(keys)) {
    throw new ConnectionError('ERR_CONNECTION_LOST', 'SCAN was answered with something else than a cursor and keys');
  }
  return { cursor: cursor.toString(), keys };
}

/** What a scan asks of the client of one server. */
export interface ScannedServer {
  send(args: readonly Argument[], options: SendOptions): Promise<Reply>;
  /** Connections there have been: another number means that another process may answer. */
  readonly generation: number;
  /** Keeps the connection from being replaced without need, until {@link unpin}. */
  pin(): void;
  unpin(): void;
}

/** A server that loses every scan's connection is given up after so many. */
const MAX_STARTS = 10;

/**
 * All keys of one server, page by page. A cursor means something to the process that gave it alone, so after the loss of
 * a connection the scan starts again: no key is missed, some come twice.
 */
export async function* scanServer(server: ScannedServer, options: ScanOptions): AsyncGenerator<Reply[], void> {
  server.pin();
  try {
    yield* scanPages(server, options);
  } finally {
    server.unpin();
  }
}

async function* scanPages(server: ScannedServer, options: ScanOptions): AsyncGenerator<Reply[], void> {
  const { reply = 'string', timeoutMs, signal } = options;
  let starts = 1;
  let cursor = SCAN_START;
  let generation: number | undefined;
  do {
    const args = scanCommand(cursor, options);
    const page = parseScanPage(await server.send(args, { reply, timeoutMs, signal, retry: 'safe' }));
    generation ??= server.generation;
    if (generation !== server.generation) {
      if (++starts > MAX_STARTS) {
        throw new ConnectionError('ERR_CONNECTION_LOST', `the connection was lost in each of ${MAX_STARTS} scans`);
      }
      generation = undefined;
      cursor = SCAN_START;
      continue;
    }
    cursor = page.cursor;
    if (page.keys.length > 0) yield page.keys as Reply[];
  } while (cursor !== SCAN_START || generation === undefined);
}
