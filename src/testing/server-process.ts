/** One real server: started in a folder of its own, killed, paused, restarted, and gone when this process is. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, isFree } from './free-port.ts';
import { onExit } from './on-exit.ts';
import { findServer, isAtLeast, type ServerBinary } from './server-binary.ts';

/**
 * Directives of the server's configuration file, their values as they stand there; an array repeats the directive.
 * The folder of the server is its working folder, so that relative paths (`unixsocket`, `dir`) lie in it.
 */
export type ServerConfig = Readonly<Record<string, string | number | readonly string[]>>;

/** How to start a server; everything has a default. */
export interface ServerOptions {
  /** A program found before, or what {@link findServer} takes. */
  readonly server?: ServerBinary | string | undefined;
  /** The address to listen on: 127.0.0.1. */
  readonly host?: string | undefined;
  /** A free port, unless given. */
  readonly port?: number | undefined;
  readonly config?: ServerConfig | undefined;
  /** How long the server may take to answer after a start: 10000. */
  readonly readyTimeoutMs?: number | undefined;
}

/** What a server of ours does at the moment. */
export type ServerState = 'running' | 'paused' | 'stopped';

const READY_POLL_MS = 10;
const PROBE_TIMEOUT_MS = 500;
const LOG_TAIL_BYTES = 2000;
const PORT_ATTEMPTS = 5;

/**
 * Starts one server and waits until it answers.
 *
 * It persists nothing unless `config` says so, has its cluster mode off, and is stopped by {@link ServerProcess.stop} or,
 * at the latest, when this process ends.
 *
 * @throws {Error} with the end of the server's log, when it does not come up.
 */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const binary = typeof options.server === 'object' ? options.server : await findServer(options.server);
  const host = options.host ?? '127.0.0.1';
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await findFreePort(host));
    const server = new ServerProcess(binary, { ...options, host, port });
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server.stop();
      const isPortTaken = /address already in use/i.test(String(error));
      if (!isPortTaken || options.port !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/** A server of {@link startServer}. Its methods may be called in any state. */
export class ServerProcess {
  readonly binary: ServerBinary;
  readonly host: string;
  readonly port: number;
  /** The server's own folder: configuration, log, data. It is removed by {@link stop}. */
  readonly folder: string;
  readonly #readyTimeoutMs: number;
  readonly #forgetOnExit: () => void;
  #child: ChildProcess | undefined;
  #isPaused = false;
  #exited: Promise<void> = Promise.resolve();

  constructor(binary: ServerBinary, options: ServerOptions & { host: string; port: number }) {
    this.binary = binary;
    this.host = options.host;
    this.port = options.port;
    this.folder = mkdtempSync(join(tmpdir(), 'slotwire-server-'));
    this.#readyTimeoutMs = options.readyTimeoutMs ?? 10_000;
    this.#forgetOnExit = onExit(() => this.#discard());
    const config = { ...defaultConfig(binary, this.host, this.port), ...options.config };
    writeFileSync(join(this.folder, 'server.conf'), formatConfig(config), { mode: 0o600 });
  }

  /** Undefined when it is not running. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get state(): ServerState {
    if (this.#child === undefined) return 'stopped';
    return this.#isPaused ? 'paused' : 'running';
  }

  /** The last {@link LOG_TAIL_BYTES} of what the server logged, over all its starts. */
  get log(): string {
    try {
      return readFileSync(join(this.folder, 'server.log')).subarray(-LOG_TAIL_BYTES).toString();
    } catch {
      return '';
    }
  }

  /** Ends the server at once (SIGKILL), as a crash would; its port and folder stay its own. */
  async kill(): Promise<void> {
    this.#child?.ref();
    this.#killGroup();
    await this.#exited;
  }

  /** Freezes the server (SIGSTOP): its connections stay open, and nothing is answered. */
  pause(): void {
    this.#isPaused = this.#child?.kill('SIGSTOP') ?? false;
  }

  /** Lets a frozen server go on (SIGCONT). */
  resume(): void {
    this.#child?.kill('SIGCONT');
    this.#isPaused = false;
  }

  /**
   * Kills the server if it runs, and starts it again on its port, in its folder, with what it persisted.
   *
   * @throws {Error} with the end of its log, when it does not answer in time.
   */
  async restart(): Promise<void> {
    await this.kill();
    // Somebody else's server would answer in place of ours.
    if (!(await isFree(this.host, this.port))) throw new Error(`${this.host}:${this.port}: address already in use`);
    this.#spawn();
    const deadline = performance.now() + this.#readyTimeoutMs;
    while (!(await answers(this.host, this.port))) {
      const hasEnded = this.state === 'stopped';
      if (hasEnded || performance.now() > deadline) {
        const what = hasEnded ? 'ended while it was starting' : `did not answer within ${this.#readyTimeoutMs} ms`;
        throw new Error(`the server on ${this.host}:${this.port} ${what}; the end of its log:\n${this.log}`);
      }
      await sleep(READY_POLL_MS);
    }
  }

  /** Kills the server and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    this.#forgetOnExit();
    this.#discard();
  }

  #spawn(): void {
    const output = openSync(join(this.folder, 'server.log'), 'a', 0o600);
    const { command, prefix } = this.binary;
    const [program = command, ...args] = [...parentDeathPrefix(), command, ...prefix, join(this.folder, 'server.conf')];
    // A process group of its own, so that Ctrl-C on the terminal reaches this process alone, which decides.
    const child = spawn(program, args, { cwd: this.folder, detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    child.unref();
    this.#child = child;
    this.#isPaused = false;
    this.#exited = new Promise((resolve) => {
      const ended = () => {
        if (this.#child === child) this.#child = undefined;
        resolve();
      };
      child.once('exit', ended);
      child.once('error', ended);
    });
  }

  // The whole group: a child that is writing a snapshot would keep the cluster configuration file locked.
  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }

  #discard(): void {
    this.#killGroup();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function defaultConfig(binary: ServerBinary, host: string, port: number): ServerConfig {
  return {
    bind: host,
    port,
    save: '""',
    appendonly: 'no',
    // The bound address is protection enough, and from 7.0 on even a machine's own address would count as remote.
    'protected-mode': 'no',
    // A replica's first synchronisation starts at once, so that clusters form and fail over quickly.
    'repl-diskless-sync': 'yes',
    'repl-diskless-sync-delay': 0,
    // Tests use DEBUG, which newer servers refuse by default.
    ...(isAtLeast(binary, [7, 0, 0]) ? { 'enable-debug-command': 'local' } : {}),
  };
}

function formatConfig(config: ServerConfig): string {
  const lines = Object.entries(config).flatMap(([name, value]) => {
    const values = typeof value === 'object' ? value : [value];
    return values.map((each) => `${name} ${each}\n`);
  });
  return lines.join('');
}

let deathPrefix: readonly string[] | undefined;

// Exit handlers do not run when this process is killed with SIGKILL. Where the system can end a child with its parent
// (Linux with util-linux), it is asked to.
function parentDeathPrefix(): readonly string[] {
  const setpriv = ['setpriv', '--pdeathsig', 'KILL'] as const;
  deathPrefix ??= spawnSync(setpriv[0], [...setpriv.slice(1), 'true']).status === 0 ? setpriv : [];
  return deathPrefix;
}

/** True when the server gives any reply but that it is still loading. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (reply) => {
      resolve(!reply.toString().startsWith('-LOADING'));
      socket.destroy();
    });
    // Whatever ends the connection before a reply means "not yet".
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(false));
  });
}
