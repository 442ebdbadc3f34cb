/** One line that says what is being measured: rewritten on a terminal; elsewhere a line for each step. */
export class Progress {
  readonly #steps: number;
  readonly #name: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #done = 0;
  #step = '';

  constructor(name: string, steps: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#name = name;
    this.#steps = steps;
    this.#stream = stream;
  }

  /** The next step begins. */
  step(text: string): void {
    this.#done++;
    this.#step = text;
    if (this.#stream.isTTY) this.detail('');
    else this.#stream.write(`${this.#text()}\n`);
  }

  /** What of the step is being done; terminals only. */
  detail(text: string): void {
    if (!this.#stream.isTTY) return;
    const line = text === '' ? this.#text() : `${this.#text()}, ${text}`;
    this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns ?? 100) - 1)}`);
  }

  /** What is done between two steps. */
  note(text: string): void {
    if (this.#stream.isTTY) this.detail(text);
    else this.#stream.write(`${text}\n`);
  }

  /** Takes the line away, because something else is going to be printed. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }

  #text(): string {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    return `[${this.#name} ${this.#done}/${this.#steps}, ${clock(elapsed)}] ${this.#step}`;
  }
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
