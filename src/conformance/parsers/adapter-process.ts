/**
 * A parser behind an adapter: a program in any language that is given streams on its standard input and says on its
 * standard output what the parser makes of them. `vectors/README.md` describes what goes over the pipes.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Unreachable } from '../unreachable.ts';
import type { ChunkPlan } from './chunk-plan.ts';
import type { Outcome, ParserProfile, Reader } from './reader.ts';

/** How long an adapter may take for its first line, and a parser for a stream without saying anything. */
export interface AdapterLimits {
  readonly startMs: number;
  readonly silenceMs: number;
}

const LIMITS: AdapterLimits = { startMs: 20_000, silenceMs: 5000 };
const MAX_NOTE_LENGTH = 300;

/** What is read from a running adapter, line by line. */
interface Listener {
  readonly onLine: (line: string) => void;
  readonly onEnd: (why: string) => void;
}

/** One running adapter. */
class AdapterProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #rest: Buffer[] = [];
  #stderr = '';
  #listener: Listener | undefined;
  #ended: string | undefined;

  constructor(command: readonly string[]) {
    this.#child = spawn(command[0]!, command.slice(1), { stdio: 'pipe' });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#onBytes(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => this.#onEnd(error.message));
    this.#child.on('close', (code, signal) => this.#onEnd(signal === null ? `exit code ${code}` : signal));
  }

  listen(listener: Listener): void {
    this.#listener = listener;
    if (this.#ended !== undefined) listener.onEnd(this.#ended);
  }

  write(wire: Buffer, { sizes }: ChunkPlan): void {
    this.#child.stdin.write(`${wire.length} ${sizes.join(' ')}\n`);
    this.#child.stdin.write(wire);
  }

  kill(): void {
    this.#listener = undefined;
    this.#child.kill('SIGKILL');
  }

  #onBytes(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...this.#rest, chunk.subarray(from, at)]).toString();
      this.#rest = [];
      from = at + 1;
      this.#listener?.onLine(line);
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }

  #onEnd(why: string): void {
    if (this.#ended !== undefined) return;
    const said = this.#stderr.trim().split('\n').at(-1) ?? '';
    this.#ended = `${why}${said === '' ? '' : `: ${said}`}`.slice(0, MAX_NOTE_LENGTH);
    this.#listener?.onEnd(this.#ended);
  }
}

/** Reads with an adapter, which is started again whenever it hangs or is gone. */
export class AdapterReader implements Reader {
  readonly profile: ParserProfile;
  readonly #command: readonly string[];
  readonly #limits: AdapterLimits;
  #process: AdapterProcess | undefined;

  private constructor(command: readonly string[], limits: AdapterLimits, started: StartedAdapter) {
    this.#command = command;
    this.#limits = limits;
    this.#process = started.process;
    this.profile = started.profile;
  }

  /**
   * Starts an adapter.
   *
   * @throws {Unreachable} when it can't be started, or does not say who its parser is.
   */
  static async start(command: readonly string[], limits: Partial<AdapterLimits> = {}): Promise<AdapterReader> {
    const all = { ...LIMITS, ...limits };
    return new AdapterReader(command, all, await startAdapter(command, all.startMs));
  }

  async read(wire: Buffer, plans: readonly ChunkPlan[]): Promise<readonly Outcome[]> {
    this.#process ??= (await startAdapter(this.#command, this.#limits.startMs)).process;
    const outcomes = await readStreams(this.#process, { wire, plans, silenceMs: this.#limits.silenceMs });
    if (outcomes.some((outcome) => 'failure' in outcome)) await this.stop();
    return outcomes;
  }

  stop(): Promise<void> {
    this.#process?.kill();
    this.#process = undefined;
    return Promise.resolve();
  }
}

interface StartedAdapter {
  readonly process: AdapterProcess;
  readonly profile: ParserProfile;
}

function startAdapter(command: readonly string[], startMs: number): Promise<StartedAdapter> {
  const process = new AdapterProcess(command);
  const refusal = (why: string) =>
    new Unreachable(`the adapter ${JSON.stringify(command.join(' '))} does not start: ${why}`);
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      process.kill();
      reject(refusal(why));
    };
    const timer = setTimeout(() => fail(`no first line within ${startMs} ms`), startMs);
    process.listen({
      onEnd: fail,
      onLine: (line) => {
        const profile = parseProfile(line);
        if (profile === undefined) return fail(`its first line is ${JSON.stringify(line.slice(0, MAX_NOTE_LENGTH))}`);
        clearTimeout(timer);
        resolve({ process, profile });
      },
    });
  });
}

/** `["parser", {"name": "...", "version": "...", "protocols": [2, 3]}]` */
export function parseProfile(line: string): ParserProfile | undefined {
  const [tag, said] = parseLine(line) ?? [];
  if (tag !== 'parser' || typeof said !== 'object' || said === null) return undefined;
  const { name, version = '', protocols = [2, 3] } = said as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string' || !Array.isArray(protocols)) return undefined;
  return { name, version, protocols: protocols.filter((each) => each === 2 || each === 3) };
}

function parseLine(line: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Streams {
  readonly wire: Buffer;
  readonly plans: readonly ChunkPlan[];
  readonly silenceMs: number;
}

/** Gives an adapter one stream for each plan, all at once, and collects what it says of each. */
function readStreams(process: AdapterProcess, { wire, plans, silenceMs }: Streams): Promise<readonly Outcome[]> {
  return new Promise((resolve) => {
    const outcomes: Outcome[] = [];
    let values: string[] = [];
    let refusal: string | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      process.listen({ onLine: () => {}, onEnd: () => {} });
      resolve(outcomes);
    };
    const fail = (failure: 'hang' | 'crash', note: string): void => {
      outcomes.push({ failure, note });
      settle();
    };
    const timer = setTimeout(() => fail('hang', `nothing came for ${silenceMs} ms`), silenceMs);
    process.listen({
      onEnd: (why) => fail('crash', why),
      onLine: (line) => {
        timer.refresh();
        if (line.startsWith('["fail"')) {
          refusal = String(parseLine(line)?.[1] ?? '');
        } else if (line !== '["end"]') {
          values.push(line);
        } else {
          outcomes.push(refusal === undefined ? { values } : { values, refusal });
          values = [];
          refusal = undefined;
          if (outcomes.length === plans.length) settle();
        }
      },
    });
    for (const plan of plans) process.write(wire, plan);
  });
}
