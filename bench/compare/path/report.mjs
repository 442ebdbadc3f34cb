/** One HTML page with plots that needs nothing else: no script, no network. */

const COLOURS = {
  slotwire: '#d9480f',
  ioredis: '#1c7ed6',
  'ioredis auto': '#15aabf',
  'node-redis': '#7048e8',
  glide: '#2b8a3e',
  'bare sockets': '#868e96',
  'redis-benchmark': '#495057',
};

/** @param document what `path.mjs` also writes as JSON */
export function page({ machine, seconds, rounds, rows, goals }) {
  const loads = [...new Map(rows.map(({ load }) => [load.name, load])).values()];
  const sections = loads.map((load) =>
    section(
      load,
      rows.filter((row) => row.load.name === load.name),
    ),
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>slotwire: the whole path</title>
<style>${STYLE}</style>
<h1>The whole path, against the released peers</h1>
<p>${escaped(machine)}; three primaries and the client on one machine; medians of ${rounds} rounds of ${seconds} s, in turns.
Printed by <code>npm run bench:compare -- path</code>. Whiskers: least and most.</p>
<h2>Goals</h2>
<table><tr><th>as ratios within this run<th>value<th>goal<th></tr>
${goals.map(({ goal, value, limit, isMet }) => `<tr><td>${escaped(goal)}<td>${value.toFixed(2)}<td>${limit}<td>${isMet ? 'met' : '<b>missed</b>'}`).join('\n')}
</table>
${legend(rows)}
<h2>Over the number of callers</h2>
<div class="row">${['perSecond', 'p50', 'p99', 'p999', 'cpuMicros'].map((figure) => curve(figure, rows, CONCURRENCY)).join('')}</div>
<h2>Over the size of the value, 50 callers</h2>
<div class="row">${['perSecond', 'cpuMicros'].map((figure) => curve(figure, rows, VALUE_SIZE)).join('')}</div>
${sections.join('\n')}
</html>
`;
}

const TITLES = {
  perSecond: 'commands a second',
  cpuMicros: 'client CPU, µs a command',
  serverCpuMicros: 'server CPU, µs a command',
  p50: 'median latency, ms',
  p99: 'p99 latency, ms',
  p999: 'p99.9 latency, ms',
  rssMiB: 'memory of the client, MiB',
};

function section(load, rows) {
  const plots = ['perSecond', 'cpuMicros', 'serverCpuMicros', 'p99', 'rssMiB'].map((figure) => bars(figure, rows));
  return `<h2>${escaped(load.name)}</h2><div class="row">${plots.join('')}</div>`;
}

function legend(rows) {
  const drivers = [...new Set(rows.map(({ driver }) => driver))];
  return `<p>${drivers.map((driver) => `<span style="color:${COLOURS[driver]}">■</span> ${driver}`).join(' &nbsp; ')}</p>`;
}

const WIDTH = 300;
const BAR = 18;

function bars(figure, all) {
  const rows = all.filter((row) => row[figure] !== undefined);
  if (rows.length === 0) return '';
  const most = Math.max(...rows.map((row) => (figure === 'perSecond' ? row.most : row[figure])));
  const x = (value) => (value / most) * (WIDTH - 120);
  const marks = rows.map((row, i) => {
    const y = i * (BAR + 4);
    const whisker =
      figure === 'perSecond'
        ? `<line x1="${x(row.least)}" x2="${x(row.most)}" y1="${y + BAR / 2}" y2="${y + BAR / 2}" class="w"/>`
        : '';
    return `<rect y="${y}" width="${x(row[figure])}" height="${BAR}" fill="${COLOURS[row.driver]}"/>${whisker}
<text x="${x(row[figure]) + 5}" y="${y + BAR - 5}">${short(row[figure])} ${row.driver}</text>`;
  });
  return figureOf(TITLES[figure], rows.length * (BAR + 4), marks.join(''));
}

const HEIGHT = 180;
const CONCURRENCY = { group: 'concurrency', axis: 'callers' };
const VALUE_SIZE = { group: 'value size', axis: 'valueBytes' };

/** Both axes logarithmic: a curve per driver. */
function curve(figure, all, { group, axis }) {
  const rows = all.filter((row) => row.load.group === group && row[figure] > 0);
  if (rows.length === 0) return '';
  const scale = (values, size) => {
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    return (value) => (high === low ? 0 : ((Math.log(value) - low) / (high - low)) * size);
  };
  const x = scale(
    rows.map(({ load }) => load[axis]),
    WIDTH - 60,
  );
  const y = scale(
    rows.map((row) => row[figure]),
    HEIGHT - 30,
  );
  const drivers = [...new Set(rows.map(({ driver }) => driver))];
  const lines = drivers.map((driver) => {
    const points = rows.filter((row) => row.driver === driver);
    const at = (row) => `${30 + x(row.load[axis])},${HEIGHT - 20 - y(row[figure])}`;
    const dots = points.map(
      (row) =>
        `<circle cx="${at(row).split(',')[0]}" cy="${at(row).split(',')[1]}" r="3"><title>${driver}, ${row.load.name}: ${short(row[figure])}</title></circle>`,
    );
    return `<g fill="${COLOURS[driver]}"><polyline points="${points.map(at).join(' ')}" stroke="${COLOURS[driver]}" fill="none"/>${dots.join('')}</g>`;
  });
  const ticks = [...new Set(rows.map(({ load }) => load[axis]))].map(
    (value) => `<text x="${30 + x(value)}" y="${HEIGHT - 4}" text-anchor="middle">${value.toLocaleString('en')}</text>`,
  );
  const values = rows.map((row) => row[figure]);
  const ends = `<text x="0" y="10">${short(Math.max(...values))}</text><text x="0" y="${HEIGHT - 22}">${short(Math.min(...values))}</text>`;
  return figureOf(`${TITLES[figure]} (both axes logarithmic)`, HEIGHT, lines.join('') + ticks.join('') + ends);
}

function figureOf(title, height, content) {
  return `<figure><figcaption>${title}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">${content}</svg></figure>`;
}

function short(value) {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`;
  return String(Number(value.toPrecision(3)));
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 1000px; margin: 2rem auto; padding: 0 1rem }
.row { display: flex; flex-wrap: wrap; gap: 1rem }
figure { margin: 0 } figcaption { font-size: .85em; opacity: .8 }
svg text { font-size: 11px; fill: currentColor } .w { stroke: currentColor; stroke-width: 1.5 }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #8884 }
`;
