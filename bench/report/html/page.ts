/** One HTML page with everything that was measured: no script, no network, nothing beside it. */

import type { Documents, PathDocument } from '../documents.ts';
import { inOrder, styleOf } from '../drivers.ts';
import { describe } from '../environment.ts';
import { codecPart } from './codec-part.ts';
import { microPart } from './micro-part.ts';
import { curveSections, loadTables } from './path-part.ts';
import { STYLE } from './style.ts';
import { goalTable, tiles } from './summary-part.ts';
import { anchor, escaped } from './text.ts';

interface Part {
  readonly title: string;
  readonly html: string;
}

export function page(documents: Documents): string {
  const parts = partsOf(documents);
  const links = parts.map(({ title }) => `<a href="#${anchor(title)}">${escaped(title)}</a>`).join('');
  const sections = parts.map(({ title, html }) => `<h2 id="${anchor(title)}">${escaped(title)}</h2>\n${html}`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>slotwire, measured</title><style>${STYLE}</style></head>
<body>
<header><h1>slotwire, measured</h1>
<p>RESP and cluster routing in pure TypeScript, against the released JavaScript clients, bare sockets and redis-benchmark. Every ratio is of figures of one run, taken in turns; the figures themselves are this machine’s.</p>
${tiles(documents)}</header>
<nav aria-label="Contents"><div>${links}</div></nav>
<main>
${sections.join('\n')}
</main>
<footer>${provenance(documents)}</footer>
</body></html>
`;
}

function partsOf(documents: Documents): Part[] {
  const { path, single, codec, micro } = documents;
  const parts: Part[] = [{ title: 'Goals', html: goalTable(documents) }];
  if (path !== undefined) parts.push({ title: 'The whole path', html: pathPart(path) });
  if (path !== undefined) parts.push({ title: 'Every load', html: everyLoad(path) });
  if (single !== undefined) parts.push({ title: 'One server, other runtimes', html: singlePart(single) });
  if (codec !== undefined) parts.push({ title: 'The codec', html: codecPart(codec) });
  if (micro !== undefined) parts.push({ title: 'The client alone', html: microPart(micro) });
  return parts;
}

function pathPart(document: PathDocument): string {
  const sections = curveSections(document).map(([title, html]) => `<h3>${escaped(title)}</h3>${html}`);
  return `<p>From <code>send</code> to the value, on a real cluster with a password, servers and clients on one machine: what a client takes of the processor a server can’t have. Peers as their users would set them up for speed. Both axes are logarithmic; whiskers reach from the least to the most of the rounds.</p>
${legend(document)}${sections.join('\n')}`;
}

function everyLoad(document: PathDocument): string {
  return `<p>Medians of ${document.rounds} rounds of ${document.seconds} s or more, with whiskers from the least to the most. Of each column a client’s longest bar fills its cell, and what no client reaches is cut off; more is better for commands a second, less for everything else.</p>${legend(document)}${loadTables(document)}`;
}

function singlePart(document: PathDocument): string {
  return `<p>One server, where clients that know no clusters take part: the same slotwire under Node.js, Bun and Deno, and the client that is part of Bun.</p>${legend(document)}${loadTables(document)}`;
}

function legend({ rows }: PathDocument): string {
  const drivers = inOrder(rows.map(({ driver }) => driver));
  return `<div class="legend">${drivers.map((driver) => `<span class="s${styleOf(driver)}">${escaped(driver)}</span>`).join('')}</div>`;
}

const COMMANDS: Readonly<Record<keyof Documents, string>> = {
  path: 'npm run bench:compare -- path',
  single: 'npm run bench:compare -- single',
  codec: 'npm run bench:compare -- codec',
  micro: 'npm run bench',
};

function provenance(documents: Documents): string {
  const lines = Object.entries(COMMANDS).flatMap(([kind, command]) => {
    const document = documents[kind as keyof Documents];
    if (document === undefined) return [];
    return [`<p><code>${escaped(command)}</code>: ${escaped(describe(document.environment))}.</p>`];
  });
  return lines.join('\n');
}
