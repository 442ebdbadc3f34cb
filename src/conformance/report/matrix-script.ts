/** What the HTML matrix does in the browser; plain JavaScript, because it is text here. */
export const MATRIX_SCRIPT = `
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const SIGNS = { pass: '\\u25cf', lenient: '\\u25d0', deviates: '\\u25c6', info: '\\u25b2', fail: '\\u2715', hang: '\\u2715', crash: '\\u2715', error: '!', skip: '\\u2013' };
const find = (id) => document.getElementById(id);
const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const isBad = (cell) => cell && ['fail', 'hang', 'crash', 'error'].includes(cell[0]);
const outcome = (cell) => (cell ? cell[0] + ' ' + cell[1] : '');
const closed = new Set();
let rows = [];
let current = -1;
let open = null;

function head() {
  const cells = data.servers.map((server, index) => {
    const counts = {};
    for (const row of data.cells) {
      if (!row[index]) continue;
      const verdict = isBad(row[index]) ? 'fail' : row[index][0];
      counts[verdict] = (counts[verdict] || 0) + 1;
    }
    const bar = make('div', { class: 'bar', title: Object.entries(counts).map(([name, count]) => count + ' ' + name).join(', ') });
    for (const name of ['pass', 'info', 'lenient', 'deviates', 'fail', 'skip']) {
      if (counts[name]) bar.append(make('i', { class: 'b-' + name, style: 'flex:' + counts[name] }));
    }
    return make('th', { scope: 'col', title: server.startedAt + ', ' + server.tool }, server.target, bar);
  });
  document.querySelector('thead').append(make('tr', {}, make('th', { scope: 'col' }, 'case'), ...cells));
}

function readFilters() {
  return { text: find('text').value.trim().toLowerCase(), section: find('section').value, level: find('level').value, verdict: find('verdict').value, differ: find('differ').checked };
}

function isShown(one, cells, filters) {
  if (filters.section && one.section !== filters.section) return false;
  if (filters.level && one.level !== filters.level) return false;
  if (filters.verdict && !cells.some((cell) => cell && cell[0] === filters.verdict)) return false;
  if (filters.text && !(one.id + ' ' + one.alias + ' ' + one.title).toLowerCase().includes(filters.text)) return false;
  if (filters.differ) {
    const seen = new Set(cells.filter((cell) => cell && cell[0] !== 'skip').map(outcome));
    if (seen.size < 2) return false;
  }
  return true;
}

function draw() {
  const filters = readFilters();
  const body = document.querySelector('tbody');
  body.textContent = '';
  rows = [];
  let section = '';
  const shown = data.cases.map((one, index) => index).filter((index) => isShown(data.cases[index], data.cells[index], filters));
  for (const index of shown) {
    const one = data.cases[index];
    if (one.section !== section) {
      section = one.section;
      body.append(groupRow(section, shown.filter((at) => data.cases[at].section === section)));
    }
    if (closed.has(section)) continue;
    const row = caseRow(one, index);
    rows.push({ row, index });
    body.append(row);
  }
  find('count').textContent = shown.length + ' of ' + data.cases.length + ' cases';
  current = -1;
  remember(filters);
}

function groupRow(section, indices) {
  const numbers = data.servers.map((_, server) => {
    const bad = indices.filter((index) => isBad(data.cells[index][server])).length;
    return make('th', { class: 'number' }, (indices.length - bad) + '/' + indices.length);
  });
  const row = make('tr', { class: 'group' }, make('th', { scope: 'rowgroup' }, (closed.has(section) ? '\\u25b8 ' : '\\u25be ') + section), ...numbers);
  row.addEventListener('click', () => {
    if (!closed.delete(section)) closed.add(section);
    draw();
  });
  return row;
}

function caseRow(one, index) {
  const cells = data.cells[index].map((cell, server) => {
    if (!cell) return make('td', { class: 'cell v-skip' }, '');
    const letter = cell[0] === 'info' && cell[1] ? make('small', {}, cell[1].slice(0, 1)) : '';
    const td = make('td', { class: 'cell v-' + cell[0], title: outcome(cell) + ' ' + cell[2] }, SIGNS[cell[0]], letter);
    td.addEventListener('click', () => show(index, server));
    return td;
  });
  return make('tr', {}, make('td', { class: one.level }, one.title, ' ', make('span', { class: 'id' }, one.id)), ...cells);
}

function show(index, server) {
  const one = data.cases[index];
  const cell = data.cells[index][server];
  if (!cell) return;
  open = [one.id, server];
  const panel = find('panel');
  const close = make('button', { type: 'button', 'aria-label': 'close' }, '\\u00d7');
  close.addEventListener('click', hide);
  const got = cell[3] < 0 ? [] : data.texts[cell[3]];
  const lanes = make('div', { class: 'lanes' }, make('b', {}, 'sent'), make('b', {}, 'got'));
  one.sent.forEach((sent, step) => lanes.append(make('code', {}, sent), make('code', { class: 'got' }, got[step] || '')));
  const expected = one.expected.map((replies, at) => make('div', { class: 'lanes' }, make('span', {}, at === 0 ? 'expected' : 'or'), make('code', {}, replies.join('\\n'))));
  const others = data.servers.filter((_, at) => at !== server && data.cells[index][at] && data.cells[index][at][3] === cell[3] && cell[3] >= 0).map((each) => each.target);
  panel.replaceChildren(close,
    make('h2', {}, one.title),
    make('p', {}, make('span', { class: 'id' }, one.id + ' (' + one.alias + '), ' + one.level)),
    make('p', { class: 'v-' + cell[0] }, SIGNS[cell[0]] + ' ' + outcome(cell) + (cell[2] ? ': ' + cell[2] : '')),
    make('p', {}, data.servers[server].target + ', ' + cell[5] + ' ms' + (cell[4] ? ', connection ' + cell[4] : '')),
    make('h3', {}, 'On the wire'), lanes, make('h3', {}, 'Foreseen'), ...expected,
    make('h3', {}, 'Others who answer like this'), make('p', {}, others.join(', ') || 'nobody'));
  panel.hidden = false;
  remember(readFilters());
}

function hide() {
  find('panel').hidden = true;
  open = null;
  remember(readFilters());
}

function remember(filters) {
  const parts = Object.entries(filters).filter(([, value]) => value).map(([name, value]) => name + '=' + encodeURIComponent(value));
  if (open) parts.push('case=' + encodeURIComponent(open[0]), 'server=' + open[1]);
  history.replaceState(null, '', parts.length > 0 ? '#' + parts.join('&') : location.pathname + location.search);
}

function recall() {
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  for (const name of ['text', 'section', 'level', 'verdict']) find(name).value = state[name] || '';
  find('differ').checked = state.differ === 'true';
  draw();
  const index = data.cases.findIndex((one) => one.id === state.case);
  if (index >= 0) show(index, Number(state.server) || 0);
}

function move(by) {
  if (rows.length === 0) return;
  rows[current]?.row.classList.remove('current');
  current = Math.max(0, Math.min(rows.length - 1, current + by));
  rows[current].row.classList.add('current');
  rows[current].row.scrollIntoView({ block: 'nearest' });
  if (open) show(rows[current].index, open[1]);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hide();
  if (event.target.matches('input[type=search], select') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'j') move(1);
  if (event.key === 'k') move(-1);
  if (event.key === 'Enter' && rows[current]) show(rows[current].index, open ? open[1] : 0);
  if (event.key === '/') { event.preventDefault(); find('text').focus(); }
});
find('filters').addEventListener('input', draw);
find('filters').addEventListener('submit', (event) => event.preventDefault());
for (const section of new Set(data.cases.map((one) => one.section))) find('section').append(make('option', {}, section));
head();
recall();
`;
