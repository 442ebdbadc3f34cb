import { spawnSync } from 'node:child_process';
import { onExit } from '../../src/testing/on-exit.ts';

const ATTEMPTS = 5;

/**
 * A network namespace with a way to this machine: to a process in it, loopback is its own, and we are another machine.
 *
 *     here: `host` --- veth pair --- in the namespace: nothing but a client
 */
export class Namespace {
  readonly #name: string;
  /** The address under which this machine is reached from inside. */
  readonly host: string;
  readonly #forget: () => void;

  private constructor(name: string, host: string) {
    this.#name = name;
    this.host = host;
    this.#forget = onExit(() => this.#delete());
  }

  /** @returns why there can be none, where the system or our rights don't allow it. */
  static create(): Namespace | string {
    let problem: string | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const id = Math.floor(Math.random() * 65_536);
      const name = `slotwire-${process.pid}-${id}`;
      // Within the range that is kept for measuring networks (RFC 2544).
      const net = `198.${18 + (id & 1)}.${id >> 8}`;
      const namespace = new Namespace(name, `${net}.1`);
      const [outer, inner] = [`sw${id}a`, `sw${id}b`];
      const steps = [
        `netns add ${name}`,
        `link add ${outer} type veth peer name ${inner} netns ${name}`,
        `addr add ${net}.1/24 dev ${outer}`,
        `link set ${outer} up`,
        `-n ${name} addr add ${net}.2/24 dev ${inner}`,
        `-n ${name} link set ${inner} up`,
        `-n ${name} link set lo up`,
      ];
      problem = undefined;
      for (const step of steps) problem ??= ip(step);
      if (problem === undefined) return namespace;
      namespace.remove();
    }
    return problem ?? '';
  }

  /** What to put before a command so that it runs inside. */
  get prefix(): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  remove(): void {
    this.#forget();
    this.#delete();
  }

  // Its end of the pair goes with it, and so does ours.
  #delete(): void {
    ip(`netns del ${this.#name}`);
  }
}

/** @returns what went wrong, if anything did. */
function ip(args: string): string | undefined {
  const { status, stderr, error } = spawnSync('ip', args.split(' '), { encoding: 'utf8' });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim() || `ip ${args} failed`);
}
