/** The HTML matrix: one page that needs nothing but itself. */
import { escapeXml } from './junit.ts';
import { matrixData } from './matrix-data.ts';
import { MATRIX_SCRIPT } from './matrix-script.ts';
import { MATRIX_STYLE } from './matrix-style.ts';
import { PANEL_SCRIPT } from './panel-script.ts';
import type { Report } from './report.ts';

/** Writes reports side by side as a self-contained HTML page: no network, readable from a file. */
export function toHtml(reports: readonly Report[]): string {
  const names = reports.map(({ target }) => target).join(', ');
  const isOfParsers = reports.every(({ server }) => server.mode === 'parser');
  const matrix = matrixData(reports);
  const caseCount = matrix.cases.length;
  // Nothing that a server said may end the script element.
  const data = JSON.stringify(matrix).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>RESP conformance: ${escapeXml(names)}</title>
<style>${MATRIX_STYLE}</style>
</head>
<body>
<header>
<h1>RESP conformance<small>${reports.length} ${isOfParsers ? 'parsers' : 'servers'}, ${caseCount} ${isOfParsers ? 'vectors' : 'cases'} each</small></h1>
<div id="summary"></div>
<form id="filters">
<input type="search" id="text" placeholder="filter by text or id" aria-label="filter by text or id">
<select id="section" aria-label="section"><option value="">all sections</option></select>
<select id="level" aria-label="level"><option value="">all levels</option><option>must</option><option>should</option><option>info</option></select>
<select id="verdict" aria-label="verdict"><option value="">all verdicts</option><option>pass</option><option>lenient</option><option>deviates</option><option>info</option><option>fail</option><option>hang</option><option>crash</option><option>error</option><option>skip</option></select>
<label><input type="checkbox" id="differ"> only where they differ</label>
<span id="count" role="status"></span>
</form>
<p class="legend"><span class="v-pass">&#9679;</span> pass <span class="v-lenient">&#9680;</span> lenient <span class="v-deviates">&#9670;</span> a known fault <span class="v-info">&#9650;</span> recorded choice (A, B: who chose alike) <span class="v-fail">&#10005;</span> fail <span class="v-skip">&ndash;</span> skipped &nbsp; <kbd>j</kbd> <kbd>k</kbd> <kbd>h</kbd> <kbd>l</kbd> move, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> closes, <kbd>/</kbd> filters</p>
</header>
<main><table id="matrix"><thead></thead><tbody></tbody></table></main>
<aside id="panel" aria-live="polite" hidden></aside>
<noscript>This page lists its results with JavaScript, which is off.</noscript>
<script type="application/json" id="data">${data}</script>
<script>${PANEL_SCRIPT}${MATRIX_SCRIPT}</script>
</body>
</html>
`;
}
