/** The side panel of the HTML matrix: one case with its bytes, or one server with what is wrong with it. */
export const PANEL_SCRIPT = `
'use strict';
let byteView = 'escaped';

function showPanel(...children) {
  const close = make('button', { type: 'button', class: 'close', 'aria-label': 'close', onclick: hide }, '\\u00d7');
  find('panel').replaceChildren(close, ...children);
  find('panel').hidden = false;
  document.body.classList.add('with-panel');
  find('panel').scrollTop = 0;
  remember(readFilters());
}

function hide() {
  find('panel').hidden = true;
  document.body.classList.remove('with-panel');
  open = null;
  remember(readFilters());
}

function show(index, server) {
  const one = data.cases[index];
  const cell = data.cells[index][server];
  open = [one.id, server];
  column = server;
  const about = [
    make('h2', {}, one.title),
    make('p', { class: 'id' }, one.id + (one.alias === one.id ? '' : ' (' + one.alias + ')') + ', ' + one.level),
    make('p', {}, ...one.refs.flatMap((at) => [sourceOf(data.refs[at]), make('br')])),
  ];
  if (one.finding) about.push(make('p', {}, 'explained in ', make('code', {}, 'docs/findings/' + one.finding + '.md'), ' of the repository'));
  if (!cell) {
    showPanel(...about, make('p', {}, data.servers[server].target + ' was not asked this'));
    return;
  }
  const others = data.servers.filter((_, at) => at !== server && data.cells[index][at] && data.cells[index][at][3] === cell[3] && cell[3] >= 0);
  showPanel(...about, verdictOf(cell, server), make('h3', {}, 'On the wire'), cell[7] >= 0 ? wireOf(data.wires[cell[7]]) : stepsOf(one, cell),
    make('h3', {}, 'Foreseen'), ...one.expected.map((answer) => answerOf(one, answer, cell)),
    make('h3', {}, 'Others who answer like this'), make('p', {}, others.map(({ target }) => target).join(', ') || 'nobody'),
    ...(data.servers[server].mode === 'parser' ? [] : [make('h3', {}, 'Again'), make('pre', {}, 'slotwire conform replay ' + one.id + ' HOST:PORT')]));
}

function sourceOf({ doc, section }) {
  const text = doc + (section ? ': ' + section : '');
  // What is a page of the documentation is linked; following it is the reader's choice.
  const page = /^(protocol-spec|cluster-spec)$/.test(doc) ? 'develop/reference/' + doc : /^(commands|develop)\\//.test(doc) ? doc : '';
  if (page === '') return make('span', {}, text);
  return make('a', { href: 'https://redis.io/docs/latest/' + page.replace(/^(develop\\/reference\\/cluster-spec)$/, 'operate/oss_and_stack/reference/cluster-spec') + '/', rel: 'noreferrer' }, text);
}

function verdictOf(cell, server) {
  const words = [data.servers[server].target + ', ' + cell[5] + ' ms'];
  if (cell[4]) words.push('connection ' + cell[4]);
  return make('div', { class: 'verdict v-' + cell[0] }, make('b', {}, SIGNS[cell[0]] + ' ' + outcome(cell)), cell[2] ? ' ' + cell[2] : '',
    cell[6] ? make('p', {}, make('span', { class: 'chip c-' + cell[6] }, cell[6]), ' ' + data.consequences[cell[6]]) : '',
    make('p', { class: 'dim' }, words.join(', ')));
}

/** Two lanes, client and server, step by step: where the bytes were not kept. */
function stepsOf(one, cell) {
  const got = cell[3] < 0 ? [] : data.texts[cell[3]];
  const lanes = make('div', { class: 'lanes' }, make('b', {}, 'client'), make('b', {}, data.servers[0].mode === 'parser' ? 'parser' : 'server'));
  one.sent.forEach((sent, step) => lanes.append(make('code', { class: 'sent' }, sent), make('code', { class: 'got' }, got[step] || '(nothing)')));
  return lanes;
}

/** Two lanes with every byte, time downwards. */
function wireOf(pieces) {
  const lanes = make('div', { class: 'lanes timed' });
  const fill = () => {
    lanes.replaceChildren(make('b', {}, 'ms'), make('b', {}, 'client'), make('b', {}, 'server'));
    for (const [atMs, connection, who, content] of pieces) {
      const name = connection === 'a' ? '' : '[' + connection + '] ';
      const text = who === '-' ? '(' + content + ')' : spell(Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)));
      const code = make('code', { class: who === '>' ? 'sent' : who === '<' ? 'got' : 'note' }, name + text);
      lanes.append(make('span', { class: 'dim' }, atMs.toFixed(1)), ...(who === '>' ? [code, ''] : ['', code]).map((each) => (each === '' ? make('span') : each)));
    }
  };
  const views = ['escaped', 'hex', 'tree'].map((name) => make('label', {}, Object.assign(make('input', { type: 'radio', name: 'bytes', onchange: () => {
    byteView = name;
    fill();
  } }), { checked: byteView === name, value: name }), ' ' + name));
  fill();
  return make('div', {}, make('div', { class: 'views' }, ...views), lanes);
}

const escapeByte = (byte) => (byte === 13 ? '\\\\r' : byte === 10 ? '\\\\n\\n' : byte === 92 ? '\\\\\\\\' : byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '\\\\x' + byte.toString(16).padStart(2, '0'));

function spell(bytes) {
  if (byteView === 'hex') return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (byteView === 'tree') return treeOf(bytes);
  return [...bytes].map(escapeByte).join('').replace(/\\n$/, '');
}

/** A token a line, what is inside an aggregate further right; whatever cannot be read so is left escaped. */
function treeOf(bytes) {
  const lines = [];
  const counts = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const line = String.fromCharCode(...bytes.subarray(at, end)).replace(/\\r$/, '');
    let text = line;
    at = end + 1;
    const [, type, digits] = /^([$!=*%~>|])(\\d+)$/.exec(line) || [];
    const indent = '  '.repeat(counts.length);
    if (type && '$!='.includes(type)) {
      text = type + '"' + [...bytes.subarray(at, at + Number(digits))].map(escapeByte).join('').replace(/\\n/g, '') + '"';
      at += Number(digits) + 2;
    }
    lines.push(indent + text);
    if (counts.length > 0) counts[counts.length - 1]--;
    if (type && !'$!='.includes(type)) counts.push(Number(digits) * ('%|'.includes(type) ? 2 : 1));
    while (counts.length > 0 && counts[counts.length - 1] <= 0) counts.pop();
  }
  if (at < bytes.length) lines.push([...bytes.subarray(at)].map(escapeByte).join(''));
  return lines.join('\\n');
}

function answerOf(one, { verdict, name, replies, ending }, cell) {
  const isIt = verdict === cell[0] && (name || '') === cell[1];
  const left = cell[4] ? ', then ' + (ending || 'open') : '';
  const head = SIGNS[verdict] + ' ' + verdict + (name ? ' ' + name : '') + left + (isIt ? ' \\u2190 this one' : '');
  return make('div', { class: 'answer' }, make('span', { class: 'v-' + verdict }, head), make('code', {}, replies.map((reply, step) => (replies.length > 1 ? step + 1 + '. ' : '') + (reply || '(nothing)')).join('\\n')));
}

function showServer(server) {
  const { target, version, startedAt, ms, tool } = data.servers[server];
  open = [null, server];
  column = server;
  const wrong = wrongOf(server);
  const lists = Object.entries(data.consequences).flatMap(([name, meaning]) => {
    const of = wrong.filter(({ cell }) => cell[6] === name);
    if (of.length === 0) return [];
    const items = of.map(({ index, cell }) => make('li', {}, make('span', { class: 'v-' + cell[0] }, SIGNS[cell[0]] + ' '),
      make('button', { type: 'button', class: 'plain', onclick: () => show(index, server) }, data.cases[index].title), cell[2] ? make('span', { class: 'dim' }, ' ' + cell[2]) : ''));
    return [make('h3', {}, make('span', { class: 'chip c-' + name }, name), ' ' + meaning), make('ul', {}, ...items)];
  });
  showPanel(make('h2', {}, 'What you must know about ' + target), make('p', { class: 'dim' }, version + ', ' + startedAt.slice(0, 10) + ', ' + (ms / 1000).toFixed(1) + ' s, ' + tool),
    barOf(countsOf(server, data.cases.map((_, index) => index))),
    ...(lists.length > 0 ? lists : [make('p', {}, 'Nothing is wrong that these cases look at.')]));
}
`;
