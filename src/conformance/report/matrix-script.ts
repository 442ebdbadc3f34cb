/** What the HTML matrix does in the browser: table, filters, keyboard. Plain JavaScript, because it is text here. */
export const MATRIX_SCRIPT = `
const data = JSON.parse(document.getElementById('data').textContent);
const SIGNS = { pass: '\\u25cf', lenient: '\\u25d0', deviates: '\\u25c6', info: '\\u25b2', fail: '\\u2715', hang: '\\u2715', crash: '\\u2715', error: '!', skip: '\\u2013' };
const ORDER = ['pass', 'info', 'lenient', 'deviates', 'fail', 'skip'];
const find = (id) => document.getElementById(id);
const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
const isBad = (cell) => cell && ['fail', 'hang', 'crash', 'error'].includes(cell[0]);
const kindOf = (cell) => (!cell ? 'skip' : isBad(cell) ? 'fail' : cell[0]);
const outcome = (cell) => (cell ? cell[0] + (cell[1] ? ' ' + cell[1] : '') : '');
const closed = new Set();
let rows = [];
let row = -1;
let column = 0;
let open = null;

/** The choices of a row, as letters: equal ones have one letter. */
function lettersOf(cells) {
  const isChoice = (cell) => cell && !isBad(cell) && cell[0] !== 'skip';
  const names = [...new Set(cells.filter(isChoice).map((cell) => cell[1]))];
  return (cell) => (isChoice(cell) && names.length > 1 ? names.indexOf(cell[1]) : -1);
}

function countsOf(server, indices) {
  const counts = {};
  for (const index of indices) {
    const cell = data.cells[index][server];
    if (cell) counts[kindOf(cell)] = (counts[kindOf(cell)] || 0) + 1;
  }
  return counts;
}

function barOf(counts) {
  const bar = make('div', { class: 'bar', title: Object.entries(counts).map(([name, count]) => count + ' ' + name).join(', ') });
  for (const name of ORDER) if (counts[name]) bar.append(make('i', { class: 'b-' + name, style: 'flex:' + counts[name] }));
  return bar;
}

/** One thin line per case, in order: neighbours of one colour are one rectangle. */
function stripOf(server) {
  const strip = make('div', { class: 'strip', 'aria-hidden': 'true' });
  const kinds = data.cells.map((cells) => kindOf(cells[server]));
  for (let from = 0, to = 1; from < kinds.length; from = to, to++) {
    while (to < kinds.length && kinds[to] === kinds[from]) to++;
    strip.append(make('i', { class: 'b-' + kinds[from], style: 'flex:' + (to - from) }));
  }
  return strip;
}

function summary() {
  const all = data.cases.map((_, index) => index);
  for (const [server, { target }] of data.servers.entries()) {
    const levels = ['must', 'should'].map((level) => {
      const cells = all.filter((index) => data.cases[index].level === level).map((index) => data.cells[index][server]);
      const ran = cells.filter((cell) => cell && cell[0] !== 'skip');
      return make('span', { class: 'score' }, level + ' ', make('b', {}, ran.filter((cell) => !isBad(cell) && cell[0] !== 'deviates').length + '/' + ran.length));
    });
    const known = make('span', { class: 'chips' });
    for (const name of Object.keys(data.consequences)) {
      const count = wrongOf(server).filter(({ cell }) => cell[6] === name).length;
      if (count > 0) known.append(make('span', { class: 'chip c-' + name }, count + ' ' + name));
    }
    find('summary').append(make('button', { type: 'button', class: 'server', onclick: () => showServer(server) },
      make('b', { class: 'name' }, target), ...levels, known, stripOf(server)));
  }
}

/** What is wrong with a server, known or not. */
function wrongOf(server) {
  return data.cells.flatMap((cells, index) => {
    const cell = cells[server];
    return cell && (isBad(cell) || cell[0] === 'deviates') ? [{ index, cell }] : [];
  });
}

function head() {
  const all = data.cases.map((_, index) => index);
  const cells = data.servers.map(({ target }, server) => make('th', { scope: 'col' },
    make('button', { type: 'button', class: 'plain', onclick: () => showServer(server) }, target), barOf(countsOf(server, all))));
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
    const element = caseRow(one, index);
    rows.push({ element, index });
    body.append(element);
  }
  if (shown.length === 0) body.append(make('tr', {}, make('td', { colspan: data.servers.length + 1, class: 'none' }, 'no case is left by these filters')));
  find('count').textContent = shown.length + ' of ' + data.cases.length + ' cases';
  row = -1;
  remember(filters);
}

function groupRow(section, indices) {
  const toggle = () => {
    if (!closed.delete(section)) closed.add(section);
    draw();
  };
  const numbers = data.servers.map((_, server) => {
    const counts = countsOf(server, indices);
    const ran = indices.filter((index) => data.cells[index][server] && data.cells[index][server][0] !== 'skip').length;
    return make('th', { class: 'number' }, (ran - (counts.fail || 0)) + '/' + ran);
  });
  const isClosed = closed.has(section);
  const name = make('button', { type: 'button', class: 'plain', 'aria-expanded': String(!isClosed), onclick: toggle }, (isClosed ? '\\u25b8 ' : '\\u25be ') + section + ' ', make('small', {}, indices.length));
  return make('tr', { class: 'group' }, make('th', { scope: 'rowgroup' }, name), ...numbers);
}

function caseRow(one, index) {
  const letterOf = lettersOf(data.cells[index]);
  const cells = data.cells[index].map((cell, server) => {
    if (!cell) return make('td', { class: 'cell v-skip' }, '');
    const letter = letterOf(cell);
    return make('td', { class: 'cell v-' + cell[0] + (letter >= 0 ? ' a-' + (letter % 4) : ''), title: outcome(cell) + (cell[2] ? ': ' + cell[2] : ''), onclick: () => show(index, server) },
      SIGNS[cell[0]], letter >= 0 ? make('small', {}, String.fromCharCode(65 + letter)) : '');
  });
  return make('tr', { 'data-id': one.id }, make('td', { class: 'case', onclick: () => show(index, open ? open[1] : column) }, make('span', { class: 'level ' + one.level, title: one.level }, one.level[0].toUpperCase()), one.title, ' ', make('span', { class: 'id' }, one.id)), ...cells);
}

function remember(filters) {
  const parts = Object.entries(filters).filter(([, value]) => value).map(([name, value]) => name + '=' + encodeURIComponent(value));
  if (closed.size > 0) parts.push('closed=' + encodeURIComponent([...closed].join(' ')));
  if (open) parts.push(...(open[0] === null ? [] : ['case=' + encodeURIComponent(open[0])]), 'server=' + open[1]);
  history.replaceState(null, '', parts.length > 0 ? '#' + parts.join('&') : location.pathname + location.search);
}

function recall() {
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  for (const name of ['text', 'section', 'level', 'verdict']) find(name).value = state[name] || '';
  find('differ').checked = state.differ === 'true';
  closed.clear();
  for (const section of (state.closed || '').split(' ')) if (section) closed.add(section);
  const index = data.cases.findIndex((one) => one.id === state.case);
  const server = Math.min(data.servers.length - 1, Number(state.server) || 0);
  draw();
  if (index >= 0) show(index, server);
  else if (state.server !== undefined) showServer(server);
}

function move(down, right) {
  if (rows.length === 0) return;
  const before = rows[row];
  if (before) mark(before, false);
  row = Math.max(0, Math.min(rows.length - 1, row + down));
  column = Math.max(0, Math.min(data.servers.length - 1, column + right));
  mark(rows[row], true);
  rows[row].element.scrollIntoView({ block: 'nearest' });
  if (open) show(rows[row].index, column);
}

function mark({ element }, isCurrent) {
  element.classList.toggle('current', isCurrent);
  for (const [at, cell] of [...element.querySelectorAll('td.cell')].entries()) cell.classList.toggle('at', isCurrent && at === column);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    if (document.activeElement === find('text')) find('text').blur();
    hide();
  }
  if (event.target.matches('input[type=search], select') || event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { j: [1, 0], k: [-1, 0], h: [0, -1], l: [0, 1] };
  if (steps[event.key]) move(...steps[event.key]);
  if (event.key === 'Enter' && rows[row] && !event.target.matches('button, a')) show(rows[row].index, column);
  if (event.key === '/') {
    event.preventDefault();
    find('text').focus();
  }
});
find('filters').addEventListener('input', draw);
find('filters').addEventListener('submit', (event) => event.preventDefault());
for (const section of new Set(data.cases.map((one) => one.section))) find('section').append(make('option', {}, section));
addEventListener('hashchange', recall);
summary();
head();
recall();
`;
