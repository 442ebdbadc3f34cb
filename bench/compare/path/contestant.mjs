/** A process that runs loads when it is told to: one for each contestant, so that none meets what another left behind. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));

export class Contestant {
  #child;
  #ended;

  /**
   * @param scene the servers, as the worker is told of them
   * @param runtime what runs it, unless it is this Node.js
   */
  constructor(name, scene, runtime) {
    const { command = process.execPath, args = [] } = runtime ?? {};
    this.#child = fork(WORKER, [name, JSON.stringify(scene)], { execPath: command, execArgv: args });
    this.#ended = once(this.#child, 'exit').then(() => [{ error: 'the process ended' }]);
  }

  /** @returns what was measured; undefined when it takes no part in this load */
  async run(load, seconds) {
    this.#child.send({ load, seconds });
    const [{ result, error }] = await Promise.race([once(this.#child, 'message'), this.#ended]);
    if (error !== undefined) throw new Error(error);
    return result;
  }

  stop() {
    this.#child.kill();
  }
}
