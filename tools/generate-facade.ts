/**
 * Writes src/facade/generated: the types, the documentation and the table of the typed facade, from what real servers
 * say about their commands. Where they differ the last of them counts; but a syntax that has all its words and more, of
 * any of them, comes before its own.
 *
 *     node build/tools/generate-facade.js [SERVER ...] && npx biome check --write src/facade/generated
 *
 * SERVER: a path, for servers that cannot be had by name.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Description, describeServerCommands } from './facade/description.ts';
import { formatSyntax } from './facade/format-syntax.ts';
import { mergeDescriptions } from './facade/merge.ts';
import { undescribedCommands } from './facade/undescribed.ts';
import { writeAll, writeGroup, writeTable } from './facade/write-interfaces.ts';

// Valkey 8.1 has the best sentences: the one that is newest says of no command that it is deprecated.
const SERVERS = ['valkey-forky', 'redis-7.0', 'redis-8.0', 'valkey-8.1'];

const FOLDER = 'src/facade/generated';

async function main(further: readonly string[]): Promise<void> {
  const described = new Map<string, Description>();
  for (const server of [...further, ...SERVERS]) {
    for (const description of await describeServerCommands(server)) {
      described.set(description.path, mergeDescriptions(described.get(description.path), description, server));
    }
  }
  for (const description of undescribedCommands(described)) described.set(description.path, description);
  write([...described.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
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

await main(process.argv.slice(2));
