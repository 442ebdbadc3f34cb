/** Plays the steps of one case once, and says what it saw. */
import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Case, Step } from './case.ts';
import { contentBytes, encodeCommand } from './content.ts';
import { type ReadAnswer, readAnswers } from './judge.ts';
import type { Ending, Observation } from './observation.ts';
import type { Token } from './token.ts';
import { type Patience, stepIsOver } from './wait.ts';
import { newWireLog, type WireConnection, type WireLog } from './wire-connection.ts';
import type { Words } from './words.ts';

/** What a case needs of the world. */
export interface Stage {
  readonly patience: Patience;
  readonly words: Words & { readonly values: Map<string, string> };
  /** Opens a connection that is ready for the case: authenticated, and in its protocol. */
  readonly open: (connection: string, log: WireLog) => Promise<WireConnection>;
  readonly act: (what: string) => Promise<void>;
  /** Cuts everything that is sent, for a server that closes before it has read all. */
  readonly slowly: boolean;
  /** For a sweep: where the bytes of the first step are cut in two. */
  readonly cutAt?: number;
}

const SLOW_CUT = 512;

/** Plays a case, closes all its connections, and returns what was seen. */
export async function runSteps(one: Case, answers: readonly Answer[], stage: Stage): Promise<Observation> {
  const play = new Play(one, answers, stage);
  try {
    return await play.run();
  } finally {
    play.close();
  }
}

class Play {
  readonly #case: Case;
  readonly #answers: readonly Answer[];
  readonly #stage: Stage;
  readonly #log: WireLog = newWireLog();
  readonly #connections = new Map<string, WireConnection>();
  readonly #seen: { connection: string; tokens: Token[]; isCut: boolean }[] = [];

  constructor(one: Case, answers: readonly Answer[], stage: Stage) {
    this.#case = one;
    this.#answers = answers;
    this.#stage = stage;
  }

  async run(): Promise<Observation> {
    for (const [index, step] of this.#case.steps.entries()) await this.#play(step, index);
    const ending = await this.#end();
    this.#takeLeftovers();
    const faults = [...this.#connections.values()].flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
    return { steps: this.#seen, ending, fault: faults[0], wire: this.#log.events };
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  async #play(step: Step, index: number): Promise<void> {
    const connection = await this.#connection(step.on ?? this.#mainName);
    if (step.act !== undefined) await this.#stage.act(step.act);
    if (step.pauseMs !== undefined) connection.pause();
    await this.#send(connection, step, index);
    if (step.end === true) connection.end();
    // What was written has to leave before the connection does.
    if (step.close === true) await sleep(this.#stage.patience.quietMs).then(() => connection.close());
    if (step.pauseMs !== undefined) await sleep(step.pauseMs).then(() => connection.resume());
    const patterns = this.#readAnswers().flatMap((each) =>
      this.#isPossible(each, index) ? [each.patterns[index]!] : [],
    );
    if (step.close !== true) await stepIsOver(connection, patterns, this.#stage.patience);
    const tokens = connection.reader.tokens.slice(connection.taken);
    connection.taken += tokens.length;
    this.#seen.push({ connection: connection.name, tokens, isCut: connection.reader.isInside });
    if (step.as !== undefined && tokens[0] !== undefined) this.#stage.words.values.set(step.as, textOf(tokens[0]));
  }

  async #send(connection: WireConnection, step: Step, index: number): Promise<void> {
    const { slowly, words, cutAt } = this.#stage;
    const bytes = contentBytes(step.send ?? [], words);
    if (index === 0 && cutAt !== undefined) {
      await connection.send(bytes.subarray(0, cutAt));
      await sleep(1);
      await connection.send(bytes.subarray(cutAt));
    } else {
      await connection.send(bytes, slowly ? Math.min(step.cut ?? SLOW_CUT, SLOW_CUT) : step.cut);
    }
  }

  // Read anew at every step: a step may have named a word that later ones expect.
  #readAnswers(): ReadAnswer[] {
    return readAnswers(this.#answers, this.#stage.words);
  }

  /** True while nothing has contradicted the answer before this step. */
  #isPossible({ patterns }: ReadAnswer, before: number): boolean {
    return patterns.slice(0, before).every((pattern, index) => pattern.match(this.#seen[index]!.tokens) === 'full');
  }

  /** The connection under test. */
  get #mainName(): string {
    return this.#case.server === 'cluster' ? (this.#case.steps[0]?.on ?? 'A') : 'a';
  }

  async #connection(name: string): Promise<WireConnection> {
    const found = this.#connections.get(name);
    if (found !== undefined) return found;
    const connection = await this.#stage.open(name, this.#log);
    this.#connections.set(name, connection);
    return connection;
  }

  /** Finds out how the connection that matters was left. */
  async #end(): Promise<Ending> {
    const connection = this.#connections.get(this.#case.ends ?? this.#mainName)!;
    const count = this.#seen.length;
    const possible = this.#readAnswers().filter((each) => this.#isPossible(each, count));
    const endings = possible.map(({ answer }) => answer.ending ?? 'open');
    const { patience } = this.#stage;
    if (endings.includes('closed')) {
      const isClosed = await closes(
        connection,
        endings.every((each) => each === 'closed') ? patience.timeoutMs : 4 * patience.quietMs,
      );
      if (isClosed) return connection.ending!;
    }
    if (connection.ending !== undefined) return connection.ending;
    if (this.#case.fence === false) {
      while ((await connection.changed(patience.quietMs)) && connection.ending === undefined);
      return connection.ending ?? 'unasked';
    }
    const isDeafExpected = endings.includes('deaf');
    return this.#fence(connection, isDeafExpected ? 4 * patience.quietMs : patience.timeoutMs);
  }

  /** Sends a PING with a word nobody else knows: what comes before its reply came unasked. */
  async #fence(connection: WireConnection, withinMs: number): Promise<Ending> {
    const word = Buffer.from(`fence-${this.#stage.words.values.get('nonce')}`);
    const { reader } = connection;
    await connection.send(encodeCommand(['PING', word]));
    const deadline = performance.now() + withinMs;
    const find = () => reader.tokens.findIndex(({ body }, at) => at >= connection.taken && body?.equals(word) === true);
    for (let at = find(); connection.ending === undefined; at = find()) {
      if (at >= 0) {
        // A RESP2 subscriber's reply to PING is `*2 $"pong" $word`.
        const isArray = reader.tokens[at - 1]?.body?.toString() === 'pong';
        reader.tokens.splice(isArray ? at - 2 : at, isArray ? 3 : 1);
        return 'open';
      }
      const left = deadline - performance.now();
      if (left <= 0 || connection.fault !== undefined || !(await connection.changed(left))) return 'deaf';
    }
    return connection.ending;
  }

  /** What came when no step was waiting counts to the last step of its connection. */
  #takeLeftovers(): void {
    for (const connection of this.#connections.values()) {
      const last = this.#seen.findLast((step) => step.connection === connection.name);
      const extra = connection.reader.tokens.slice(connection.taken);
      last?.tokens.push(...extra);
      if (last !== undefined) last.isCut = connection.reader.isInside;
    }
  }
}

async function closes(connection: WireConnection, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (connection.ending === undefined) {
    const left = deadline - performance.now();
    if (left <= 0 || !(await connection.changed(left))) return connection.ending !== undefined;
  }
  return true;
}

function textOf({ body, line }: Token): string {
  return body?.toString('latin1') ?? line;
}
