/** What the tests of `src/testing` share. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';

/** Sets environment variables (`undefined` removes one); the returned function brings back what was there. */
export function setEnvironment(changes: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]));
  apply(changes);
  return () => apply(before);
}

function apply(changes: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** The error a promise rejects with; fails when it resolves. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    assert.instance(error, Error);
    return error as Error;
  }
  return assert.unreachable('it should have been rejected') as never;
}

/** How another process ended, and what it had printed. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/**
 * Runs a module text in a Node.js of its own.
 *
 * @param kill the signal it is sent when it has printed a first line.
 */
export function runModule(text: string, kill?: NodeJS.Signals): Promise<Ending> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const isFirstLine = !output.includes('\n');
    output += chunk;
    if (kill !== undefined && isFirstLine && output.includes('\n')) child.kill(kill);
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output })));
}

/** A bare socket of a test: writes bytes, and collects what comes back. */
export class RawClient {
  readonly chunks: string[] = [];
  /** How the connection ended: in order, or with an error's code; undefined while it is open. */
  end: string | undefined;
  readonly #socket: Socket;
  #onChange: () => void = () => {};

  constructor(where: { host: string; port: number } | { path: string }) {
    this.#socket = connect(where);
    this.#socket.on('data', (chunk) => {
      this.chunks.push(chunk.toString());
      this.#onChange();
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end = error.code ?? error.message;
    });
    this.#socket.on('close', () => {
      this.end ??= 'in order';
      this.#onChange();
    });
  }

  get text(): string {
    return this.chunks.join('');
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Resolves when a condition holds; a test that waits in vain fails at the time limit of its file. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => condition() && resolve();
      this.#onChange();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
