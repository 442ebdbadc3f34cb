import { invalidArgument } from '../errors.ts';

/** The user name and password a server is given; both may be absent. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Where credentials come from when they change: a function, asked at every connection; or an async iterable, each value of
 * which is also given to the connections that exist already.
 */
export type CredentialSource = (() => Credentials | Promise<Credentials>) | AsyncIterable<Credentials>;

/** The credentials of one client, whichever way they come. */
export class CredentialStore {
  readonly #source: CredentialSource | undefined;
  readonly #fixed: Credentials;
  #iterator: AsyncIterator<Credentials> | undefined;
  #latest: Credentials | Promise<Credentials> | undefined;
  #isClosed = false;

  constructor(options: Credentials & { readonly credentials?: CredentialSource | undefined }) {
    this.#source = options.credentials;
    this.#fixed = { username: options.username, password: options.password };
    if (this.#source !== undefined && options.password !== undefined) {
      throw invalidArgument('give either credentials or a password');
    }
  }

  /** Whether the next answer may be another: then a refusal is not the last word. */
  get mayChange(): boolean {
    return this.#source !== undefined;
  }

  /** What a new connection is to use. */
  current(): Credentials | Promise<Credentials> {
    if (this.#source === undefined) return this.#fixed;
    const source = this.#source;
    // In a promise's executor a function that throws rejects.
    if (typeof source === 'function') return new Promise((resolve) => resolve(source()));
    return this.#latest ?? new Promise(() => undefined);
  }

  /** Takes values from an iterable as they come; `onChange` is told of each after the first. */
  watch(onChange: (credentials: Credentials) => void): void {
    if (this.#source === undefined || typeof this.#source === 'function') return;
    const iterator = this.#source[Symbol.asyncIterator]();
    this.#iterator = iterator;
    const first = iterator.next().then(({ value }) => value as Credentials);
    this.#latest = first;
    void this.#follow(iterator, first, onChange);
  }

  /** Asks an iterable for nothing more. */
  close(): void {
    this.#isClosed = true;
    void this.#iterator?.return?.();
  }

  async #follow(
    iterator: AsyncIterator<Credentials>,
    first: Promise<Credentials>,
    onChange: (credentials: Credentials) => void,
  ): Promise<void> {
    try {
      this.#latest = await first;
      for (;;) {
        const { value, done } = await iterator.next();
        if (done === true || this.#isClosed) return;
        this.#latest = value;
        onChange(value);
      }
    } catch {
      // A source that fails has said its last: who connects meets the failure of the first value, or uses the latest one.
    }
  }
}
