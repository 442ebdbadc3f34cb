/**
 * Reads the package sources of a Debian-like machine (one-line `.list` and deb822 `.sources`), and writes one of them
 * again for another suite: the mirror, the signing key and every other option stay the machine's own.
 *
 * @see sources.list(5)
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One source of binary packages. */
export interface AptSource {
  /** Addresses, separated by spaces, exactly as they were written. */
  readonly uris: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** The remaining fields under their deb822 names, `Signed-By` among them; a value may span lines (embedded keys). */
  readonly options: ReadonlyMap<string, string>;
}

/** A field of the deb822 form; `name` as written. */
type Field = readonly [name: string, value: string];

// The one-line form abbreviates these; every other option has the same name in both forms.
const ONE_LINE_NAMES: ReadonlyMap<string, string> = new Map([
  ['arch', 'Architectures'],
  ['lang', 'Languages'],
  ['target', 'Targets'],
  ['signed-by', 'Signed-By'],
]);

const OWN_FIELDS: ReadonlySet<string> = new Set(['types', 'uris', 'suites', 'components', 'enabled']);

// A machine may follow a release by its role instead of its name.
const SUITE_ALIASES: ReadonlySet<string> = new Set([
  'stable',
  'oldstable',
  'oldoldstable',
  'testing',
  'unstable',
  'sid',
]);

/** All sources of the machine that are switched on. */
export function readAptSources(folder = '/etc/apt'): AptSource[] {
  const parts = join(folder, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [join(folder, 'sources.list'), ...names.map((name) => join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.sources')) return parseDeb822Sources(readFileSync(file, 'utf8'));
    return file.endsWith('.list') && existsSync(file) ? parseOneLineSources(readFileSync(file, 'utf8')) : [];
  });
}

/** Reads a one-line file (`deb [options] URI SUITE COMPONENT...`); lines of other kinds are skipped. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = '', uris = '', suite = '', components = ''] = match;
    sources.push({ uris, suites: [suite], components: words(components), options: parseOneLineOptions(options) });
  }
  return sources;
}

function parseOneLineOptions(text: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const option of words(text)) {
    const equals = option.indexOf('=');
    const name = option.slice(0, equals).toLowerCase();
    options.set(ONE_LINE_NAMES.get(name) ?? name, option.slice(equals + 1).replaceAll(',', ' '));
  }
  return options;
}

/** Reads a deb822 file: stanzas of `Field: value`, comments with `#`, continuation lines indented. */
export function parseDeb822Sources(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  const sources: AptSource[] = [];
  for (const stanza of withoutComments.split(/\n\s*\n/)) {
    const fields = parseFields(stanza);
    const field = (wanted: string) => fields.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
    if (!words(field('types')).includes('deb') || field('enabled').toLowerCase() === 'no') continue;
    sources.push({
      uris: words(field('uris')).join(' '),
      suites: words(field('suites')),
      components: words(field('components')),
      options: new Map(fields.filter(([name]) => !OWN_FIELDS.has(name.toLowerCase()))),
    });
  }
  return sources;
}

function parseFields(stanza: string): Field[] {
  const unfolded = stanza.matchAll(/^(\S+?):[ \t]*(.*(?:\n[ \t]+.*)*)/gm);
  return [...unfolded].map(([, name = '', value = '']) => [name, value.trimEnd()] as const);
}

/**
 * The source that carries the distribution itself, not its updates, its security fixes or somebody else's packages.
 *
 * @param codename the release the machine runs, for example `bookworm`.
 */
export function findMainArchive(sources: readonly AptSource[], codename: string): AptSource | undefined {
  return sources.find(
    ({ suites, components }) =>
      components.includes('main') && suites.some((suite) => suite === codename || SUITE_ALIASES.has(suite)),
  );
}

/** Writes a deb822 stanza that takes the `main` component of other suites from the same archive. */
export function formatSource(archive: AptSource, suites: readonly string[]): string {
  const fields: Field[] = [
    ['Types', 'deb'],
    ['URIs', archive.uris],
    ['Suites', suites.join(' ')],
    ['Components', 'main'],
    ...archive.options,
  ];
  return fields.map(([name, value]) => `${name}: ${value}\n`).join('');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
