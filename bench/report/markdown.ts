/** Tables of Markdown, and the places in documents where they stand. */

/** The first row is the head; columns but the first are numbers, which stand right. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`;
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}

/** A place is `<!-- bench:NAME -->`, what is made, and `<!-- /bench:NAME -->`, each on lines of their own. */
const PLACE = /<!-- bench:([\w-]+) -->\n[\s\S]*?<!-- \/bench:\1 -->/g;

/**
 * Puts what was made into its places; what has none is left out.
 *
 * @throws {Error} when a place has a name of which nothing was made.
 */
export function fillPlaces(text: string, made: Readonly<Record<string, string>>): string {
  return text.replace(PLACE, (_, name: string) => {
    const content = made[name];
    if (content === undefined) throw new Error(`nothing was made for bench:${name}`);
    return `<!-- bench:${name} -->\n${content}<!-- /bench:${name} -->`;
  });
}

/** The names of the places of a document. */
export function placesOf(text: string): string[] {
  return [...text.matchAll(PLACE)].map(([, name]) => name!);
}
