/** Commands that our tables know and no server at hand describes. */
import { knownCommands } from '../../src/commands/index.ts';
import { type Part, parseSyntax } from '../../src/facade/syntax.ts';
import type { DescribedPart, Description } from './description.ts';
import { GROUP_OF_PREFIX, PUBLISHED_SYNTAX } from './published-syntax.ts';

/** Any number of arguments, for a command of which no more is known. */
const ARGUMENTS: DescribedPart = {
  kind: 'value',
  type: 'string',
  token: undefined,
  name: 'args',
  parts: [],
  isOptional: true,
  repeats: 'values',
  isCounted: false,
};

const NOTHING: Omit<Description, 'path' | 'group' | 'parts'> = {
  summary: undefined,
  since: {},
  complexity: undefined,
  deprecated: undefined,
  isOpen: true,
  families: [],
};

/**
 * The commands of the tables that are missing from what was described, and those described without arguments: with the
 * syntax that is published, or with one list of arguments.
 */
export function undescribedCommands(described: ReadonlyMap<string, Description>): Description[] {
  const published = readPublished();
  return [...knownCommands()]
    .flatMap((info) => [...(info.subcommands ?? [info])])
    .map((info) => info.name.replace(' ', '|'))
    .filter((path) => described.get(path)?.isOpen ?? true)
    .map((path) => {
      const known = described.get(path);
      const group = GROUP_OF_PREFIX[path.split('.')[0]!] ?? known?.group ?? 'newer';
      return { ...NOTHING, ...known, path, group, parts: [ARGUMENTS], ...published.get(path) };
    });
}

function readPublished(): Map<string, Pick<Description, 'group' | 'parts'>> {
  const published = new Map<string, Pick<Description, 'group' | 'parts'>>();
  let group = '';
  for (const line of PUBLISHED_SYNTAX.split('\n').filter((each) => each !== '')) {
    const [path, ...words] = line.split(' ');
    if (path === '#') group = words.join(' ');
    else published.set(path!, { group, parts: parseSyntax(words.join(' ')).map(described) });
  }
  return published;
}

/** What a published value is, is not told: any argument will do. */
function described(part: Part): DescribedPart {
  const isKey = part.kind === 'value' && /^(key|source|destination|\w+Key)$/.test(part.name);
  return { ...part, type: isKey ? 'key' : 'string', parts: part.parts.map(described) };
}
