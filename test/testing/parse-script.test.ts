import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { greet, parseScript, ScriptedNode, type Step, step } from '../../src/testing/index.ts';

const test = suite('testing/parse-script');

function steps(text: string): readonly Step[] {
  return parseScript(text).scripts[0]!;
}

/** Pieces as texts of one byte a character. */
function pieces(text: string): string[] {
  const [only] = steps(text);
  return only?.kind === 'send' ? only.pieces.map((piece) => piece.toString('latin1')) : [];
}

test('every step has a line', () => {
  const text = `
    # what a server does that dies in the middle of a reply
    expect GET key
    send "+OK\\r\\n"
    delay 20   # milliseconds
    stop-reading
    resume-reading
    close
    reset
    silence
  `;
  assert.equal(
    steps(text).map(({ kind }) => kind),
    ['expect', 'send', 'delay', 'stopReading', 'resumeReading', 'close', 'reset', 'silence'],
  );
  assert.equal(steps('delay 20'), [step.delay(20)]);
});

test('quoted texts hold any byte', () => {
  assert.equal(pieces('send "a\\r\\n\\t\\"\\\\\\x00\\xff#"'), ['a\r\n\t"\\\0\xff#']);
  assert.equal(pieces('send "\u00e9"'), ['\xc3\xa9']);
  assert.equal(pieces('send ""'), ['']);
});

test('an expected command is words, quoted or not', () => {
  const [only] = steps('expect SET "a key" value\\x');
  assert.ok(only?.kind === 'expect');
  assert.equal(only.command.map(String), ['SET', 'a key', 'value\\x']);
  assert.equal(steps('expect'), [step.expect()]);
});

test('bytes are sent in pieces, cut at offsets or every so many', () => {
  assert.equal(pieces('send "abcdef" cut 1 4'), ['a', 'bcd', 'ef']);
  assert.equal(pieces('send "abcde" each 2'), ['ab', 'cd', 'e']);
  assert.equal(pieces('send "abcd" each 2'), ['ab', 'cd']);
  assert.equal(pieces('send "ab" cut 1 9'), ['a', 'b']);
});

test('a vector is played by its name', () => {
  const vector = (id: string) => (id === 'simple/ok' ? Buffer.from('+OK\r\n') : undefined);
  const { scripts } = parseScript('play simple/ok each 3', { vector });
  const [only] = scripts[0]!;
  assert.ok(only?.kind === 'send');
  assert.equal(only.pieces.map(String), ['+OK', '\r\n']);
  assert.throws(() => parseScript('play simple/no', { vector }), /line 1/);
});

test('each connection has a script of its own', () => {
  assert.is(parseScript('expect A\nconnection\nexpect B\nclose').scripts.length, 2);
  assert.is(parseScript('greet\nconnection\nexpect A\nconnection\nexpect B').scripts.length, 2);
  assert.is(parseScript('greet\nclose').greets, true);
  assert.is(parseScript('close').greets, false);
});

test('what is no step is refused, with its line', () => {
  for (const line of [
    'sned "x"',
    'send',
    'delay',
    'delay x',
    'close now',
    'send "x',
    'send "x" cut',
    'send "x" each 0',
  ]) {
    assert.throws(() => parseScript(`close\n${line}`), /^line 2|line 2/, line);
  }
});

test('the script in the documentation can be read', () => {
  const text = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
  const script = /^ {4}greet[\s\S]*?(?=\n\n)/m.exec(text)![0];
  const { scripts, greets } = parseScript(script, { vector: () => Buffer.from(':1\r\n') });
  assert.is(greets, true);
  assert.equal(
    scripts.map((steps) => steps.length),
    [7, 2],
  );
});

test('a client is greeted, and then the script is played', async () => {
  const { scripts } = parseScript('expect GET\nsend "$2\\r\\nhi\\r\\n" each 1\nclose');
  const node = await ScriptedNode.listen({ scripts, handler: greet });
  const heard = await say(node.port, 'HELLO 3\r\nCLIENT SETNAME x\r\nGET k\r\n');
  node.verify();
  await node.close();
  assert.match(heard, /^%7\r\n.*\+OK\r\n\$2\r\nhi\r\n$/s);
});

test('a script may be that of every connection', async () => {
  const node = await ScriptedNode.listen({ script: [step.expect(), step.send('+1\r\n'), step.close()] });
  assert.equal([await say(node.port, 'PING\r\n'), await say(node.port, 'PING\r\n')], ['+1\r\n', '+1\r\n']);
  node.verify();
  const unfinished = connect(node.port, '127.0.0.1');
  await node.until(({ connections }) => connections.length === 3);
  assert.throws(() => node.verify(), /connection 2: 3 of 3 steps were not reached/);
  unfinished.destroy();
  await node.close();
});

test('the greeting answers what drivers send by themselves, and nothing else', async () => {
  const node = await ScriptedNode.listen({ handler: greet, fallback: () => '+unknown\r\n' });
  const asked = [
    'HELLO 4',
    'HELLO 2',
    'AUTH x',
    'SELECT 1',
    'INFO',
    'COMMAND',
    'CLUSTER SLOTS',
    'CLIENT REPLY OFF',
    'GET k',
  ];
  const heard = (await Promise.all(asked.map((line) => firstLine(node.port, `${line}\r\n`)))).map((line) =>
    line.slice(0, 4),
  );
  await node.close();
  assert.equal(heard, ['-NOP', '*14', '+OK', '+OK', '$65', '*0', '-ERR', '+unk', '+unk']);
});

function say(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}

function firstLine(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString().split('\r\n')[0]!);
    });
  });
}

test.run();
