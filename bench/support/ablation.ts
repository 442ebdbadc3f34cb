/** Copies of the compiled client out of which a feature was cut, so that what it costs can be measured and nothing has a switch. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** In a compiled file, what is replaced by what; it must be there. */
type Cut = readonly [file: string, text: string, by: string];

/** What a command does for each feature; the client works without it as long as nothing moves, fails or is late. */
export const FEATURES: { readonly [feature: string]: readonly Cut[] } = {
  deadlines: [
    ['net/intake.js', 'this.deadlines.add(command, this.#clock.now());', ''],
    ['net/intake.js', 'this.deadlines.remove(command);', ''],
  ],
  lanes: [
    ['cluster/traffic.js', 'this.lanes.dispatch(command);', 'this.forward(command);'],
    ['cluster/traffic.js', 'this.lanes.settled(command, true);', ';'],
  ],
  'tracing channels': [
    ['net/intake.js', 'if (!COMMANDS.hasSubscribers) {', '{'],
    ['net/intake.js', 'COMMANDS.hasSubscribers ? new CommandTrace(records, this.#home) : undefined', 'undefined'],
    ['net/intake.js', 'command.trace?.settled(outcome, isError);', ''],
    ['net/connection.js', 'command.trace?.sentTo(this.#facts);', ''],
    ['net/replies.js', 'this.#trace?.settledAll(this.#outcomes);', ''],
  ],
  stats: [
    ['net/outbox.js', 'written++;', ''],
    ['net/outbox.js', 'this.#counters.commands += written;', ''],
    ['net/outbox.js', 'this.#counters.bytesSent += batch.byteLength;', ''],
    ['net/connection.js', 'this.#activity.counters.bytesReceived += length;', ''],
  ],
};

const BUILT = 'build/src';
const COPIES = 'build/without';

/** @returns the folder of a client without these features. */
export function without(features: readonly string[]): string {
  if (features.length === 0) return BUILT;
  const folder = `${COPIES}/${features.join('-').replaceAll(' ', '-')}/src`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(BUILT, folder, { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) });
  for (const feature of features) {
    for (const [file, text, by] of FEATURES[feature]!) cut(`${folder}/${file}`, text, by);
  }
  return folder;
}

function cut(file: string, text: string, by: string): void {
  const code = readFileSync(file, 'utf8');
  if (!code.includes(text)) throw new Error(`${file} has no ${JSON.stringify(text)}: the bench is behind the code`);
  writeFileSync(file, code.replaceAll(text, by));
}
