/** What servers say about their commands (COMMAND DOCS), in the words of src/facade/syntax.ts. */

import type { Part } from '../../src/facade/syntax.ts';
import { type Client, connect } from '../../src/net/index.ts';
import { startServer } from '../../src/testing/index.ts';

/** A part, and what its value is. */
export interface DescribedPart extends Part {
  readonly type: DocArgument['type'];
  readonly parts: readonly DescribedPart[];
}

/** One command or subcommand. */
export interface Description {
  /** NAME or NAME|SUBCOMMAND. */
  readonly path: string;
  readonly group: string;
  readonly summary: string | undefined;
  /** By family (`redis`, `valkey`), which has it since when. */
  readonly since: { readonly [family: string]: string };
  readonly complexity: string | undefined;
  /** Since when it is deprecated, and what takes its place. */
  readonly deprecated: string | undefined;
  readonly parts: readonly DescribedPart[];
  /** The server says nothing of its arguments, though it has some. */
  readonly isOpen: boolean;
  /** The families of servers that have it: `redis`, `valkey`. */
  readonly families: readonly string[];
}

interface DocArgument {
  readonly name: string;
  readonly type: 'key' | 'string' | 'pattern' | 'integer' | 'double' | 'unix-time' | 'pure-token' | 'oneof' | 'block';
  readonly token?: string;
  readonly flags?: readonly ('optional' | 'multiple' | 'multiple_token')[];
  readonly arguments?: readonly DocArgument[];
}

interface DocCommand {
  readonly summary?: string;
  readonly since?: string;
  readonly group: string;
  readonly complexity?: string;
  readonly deprecated_since?: string;
  readonly replaced_by?: string;
  readonly arguments?: readonly DocArgument[];
  readonly subcommands?: { readonly [path: string]: DocCommand };
}

/** Containers that are commands as well; any other does nothing without a subcommand. */
const CONTAINERS_THAT_RUN: ReadonlySet<string> = new Set(['COMMAND']);

/** Described without arguments, though they take some. */
const OPEN: ReadonlySet<string> = new Set(['DEBUG', 'REPLCONF']);

/** The number of what follows: for a method it is the length of a list. */
const COUNTS: RegExp = /^num-?(keys|fields|ids|ranges|vertices)$/i;

const UNITS: ReadonlySet<string> = new Set(['m', 'km', 'ft', 'mi']);

/** Starts a server, by name or path, and asks it for everything that it describes. */
export async function describeServerCommands(name: string): Promise<Description[]> {
  const server = await startServer({ server: name });
  const client = await connect({ port: server.port, protocol: 3, maps: 'object' });
  try {
    return await describeCommands(client, server.binary.name);
  } finally {
    await client.close();
    await server.stop();
  }
}

/** `client` speaks RESP3 and delivers maps as objects. */
export async function describeCommands(client: Client, family: string): Promise<Description[]> {
  const docs = (await client.send(['COMMAND', 'DOCS'])) as unknown as { [path: string]: DocCommand };
  return Object.entries(docs).flatMap(([path, doc]) => describe(path.toUpperCase(), doc, family));
}

function describe(path: string, doc: DocCommand, family: string): Description[] {
  const subcommands = Object.entries(doc.subcommands ?? {}).flatMap(([name, each]) =>
    describe(name.toUpperCase(), each, family),
  );
  if (subcommands.length > 0 && !CONTAINERS_THAT_RUN.has(path)) return subcommands;
  const own: Description = {
    path,
    // The one module that servers bring along.
    group: doc.group === 'module' ? 'vector-set' : doc.group,
    summary: doc.summary,
    since: doc.since === undefined ? {} : { [family]: doc.since },
    complexity: doc.complexity,
    deprecated: doc.deprecated_since === undefined ? undefined : `${doc.deprecated_since}: ${doc.replaced_by}`,
    parts: describeParts(withTokens(doc.arguments ?? [])),
    // A module's command without a summary has no description at all.
    isOpen: OPEN.has(path) || doc.summary === undefined,
    families: [family],
  };
  return [own, ...subcommands];
}

function describeParts(args: readonly DocArgument[]): DescribedPart[] {
  const parts: DescribedPart[] = [];
  let isCounted = false;
  for (const arg of args) {
    if (COUNTS.test(arg.name)) isCounted = true;
    else {
      // The offset of BITFIELD may be counted in fields: `#1`; a digest is a number that is written in hexadecimal.
      const isText = (arg.name === 'offset' && args[0]!.name === 'encoding') || arg.name.endsWith('digest');
      const part = describePart(isText ? { ...arg, type: 'string' } : arg);
      parts.push(isCounted ? { ...part, isCounted, isOptional: false } : part);
      isCounted = false;
    }
  }
  return parts;
}

/** A token of its own that a value must follow, as in `SLOTSRANGE start end NODE id`, is the token of that value. */
function withTokens(args: readonly DocArgument[]): DocArgument[] {
  const joined: DocArgument[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    const isBare = arg.token === undefined && arg.flags?.includes('optional') !== true && !COUNTS.test(arg.name);
    const isToken = before?.type === 'pure-token' && before.flags?.includes('optional') !== true;
    if (isToken && isBare && arg.type !== 'oneof') joined[joined.length - 1] = { ...arg, token: before.token! };
    else joined.push(arg);
  }
  return joined;
}

function describePart(arg: DocArgument): DescribedPart {
  const flags = arg.flags ?? [];
  const args = arg.arguments ?? [];
  const parts = describeParts(arg.type === 'oneof' ? args : withTokens(args));
  const part: DescribedPart = {
    kind: kindOf(arg.type),
    type: arg.type,
    token: tokenOf(arg),
    name: parameterName(arg.name),
    // One of several is never optional itself.
    parts: arg.type === 'oneof' ? parts.map((each) => ({ ...each, isOptional: false })) : parts,
    isOptional: flags.includes('optional'),
    repeats: flags.includes('multiple_token') ? 'token' : flags.includes('multiple') ? 'values' : 'never',
    isCounted: false,
  };
  const [only] = parts;
  const isWrapping = part.kind === 'block' && parts.length === 1 && part.repeats === 'never';
  if (!isWrapping || (part.token !== undefined && only!.token !== undefined)) return part;
  return { ...only!, token: part.token ?? only!.token, isOptional: part.isOptional || only!.isOptional };
}

/** Redis before 7.0 knows units in lower case only. */
function tokenOf({ name, token }: DocArgument): string | undefined {
  return UNITS.has(name.toLowerCase()) ? token?.toLowerCase() : token;
}

function kindOf(type: DocArgument['type']): Part['kind'] {
  if (type === 'pure-token') return 'token';
  return type === 'oneof' || type === 'block' ? type : 'value';
}

/** `unix-time-seconds` is `unixTimeSeconds`; `function` can't be a parameter's name. */
function parameterName(name: string): string {
  const camel = name.toLowerCase().replace(/[^a-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
  return camel === 'function' ? 'functionName' : camel;
}
