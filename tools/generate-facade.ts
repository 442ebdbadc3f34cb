/**
 * Writes src/facade/generated: the types, the documentation and the table of the typed facade, from what real servers
 * say about their commands. Where they differ the last of them counts, as it says the most.
 *
 *     node build/tools/generate-facade.js && npx biome check --write src/facade/generated
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Description, describeServerCommands } from './facade/description.ts';
import { formatSyntax } from './facade/format-syntax.ts';
import { isQuotable, OWN_SUMMARIES } from './facade/summaries.ts';
import { undescribedCommands } from './facade/undescribed.ts';
import { writeAll, writeGroup, writeTable } from './facade/write-interfaces.ts';

const SERVERS = ['redis-7.0', 'redis-8.0', 'valkey-8.1'];
const FOLDER = 'src/facade/generated';

async function main(): Promise<void> {
  const described = new Map<string, Description>();
  for (const server of SERVERS) {
    for (const description of await describeServerCommands(server)) {
      described.set(description.path, merge(described.get(description.path), description, server));
    }
  }
  for (const description of undescribedCommands(described)) described.set(description.path, description);
  write([...described.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
}

/** What an earlier server and the next one say together. */
function merge(earlier: Description | undefined, next: Description, server: string): Description {
  const families = [...new Set([...(earlier?.families ?? []), ...next.families])];
  if (isQuotable(server)) return { ...next, families };
  const summary = earlier?.summary ?? OWN_SUMMARIES[next.path];
  const complexity = earlier?.complexity ?? /^O\([^ ]*\)/.exec(next.complexity ?? '')?.[0];
  return { ...next, families, summary, complexity };
}

function write(commands: readonly Description[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const groups = new Set(commands.map((command) => command.group));
  const members = (group: string): Description[] => commands.filter((command) => command.group === group);
  const files = new Map([...groups].map((group) => [group, writeGroup(group, members(group))]));
  for (const [group, text] of files) writeFileSync(`${FOLDER}/${group}.ts`, text);
  writeFileSync(`${FOLDER}/command-methods.ts`, writeAll(files));
  const lines = commands.map((command) => `${command.path} ${formatSyntax(command.parts)}`.trim());
  writeFileSync(`${FOLDER}/syntax-table.ts`, writeTable(lines));
}

await main();
