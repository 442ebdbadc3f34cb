import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bytesOf, type Content } from '../../test/support/vectors.ts';
import { type PeerName, RESP2_ONLY } from './peers.ts';
import type { PeerReadings } from './run-peer.ts';

const TIME_LIMIT_MS = 5000;
const MEMORY_LIMIT_MB = 512;

/** What came of giving a wire to a parser. */
export type PeerOutcome = PeerReadings | 'hang' | 'crash';

/** A parser, in a thread that is replaced when the parser hangs or takes it down. */
export class PeerProcess {
  readonly version: string;
  readonly speaksResp3: boolean;
  readonly #name: PeerName;
  readonly #packageFile: string;
  #worker: Worker | undefined;

  /** @throws {Error} when the package is not installed in the folder. */
  constructor(name: PeerName, folder: string) {
    this.#name = name;
    this.#packageFile = resolve(folder, 'package.json');
    this.speaksResp3 = !RESP2_ONLY.has(name);
    this.version = name === 'slotwire' ? '' : installedVersion(name, folder);
  }

  /** Gives the parser a stream of its own. */
  read(wire: Content): Promise<PeerOutcome> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((settle) => {
      const finish = (outcome: PeerOutcome): void => {
        clearTimeout(limit);
        worker.removeAllListeners();
        // What an ended thread still has to say is of no interest.
        worker.on('error', () => {});
        if (typeof outcome === 'string') {
          this.#worker = undefined;
          void worker.terminate();
        }
        settle(outcome);
      };
      const limit = setTimeout(() => finish('hang'), TIME_LIMIT_MS);
      worker.removeAllListeners();
      worker.once('message', finish);
      worker.once('error', () => finish('crash'));
      worker.once('exit', () => finish('crash'));
      worker.postMessage(bytesOf(wire));
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    return new Worker(new URL('./peer-worker.js', import.meta.url), {
      workerData: { name: this.#name, packageFile: this.#packageFile },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    });
  }
}

function installedVersion(name: PeerName, folder: string): string {
  try {
    const file = resolve(folder, 'node_modules', name, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch (cause) {
    throw new Error(`${name} is not installed in ${folder}: npm ci --prefix ${folder}`, { cause });
  }
}
