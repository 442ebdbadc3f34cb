import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRedirection } from '../../src/cluster/index.ts';

const test = suite('cluster/redirection');

test('MOVED and ASK give slot, host and port', () => {
  assert.equal(parseRedirection('MOVED', '3999 10.0.0.2:6381'), {
    kind: 'moved',
    slot: 3999,
    host: '10.0.0.2',
    port: 6381,
  });
  assert.equal(parseRedirection('ASK', '0 node.example:1'), { kind: 'ask', slot: 0, host: 'node.example', port: 1 });
});

test('the endpoint is split at its last colon: IPv6 comes without brackets (protocol 9)', () => {
  assert.is(parseRedirection('MOVED', '1 ::1:6381')?.host, '::1');
  assert.is(parseRedirection('MOVED', '1 2001:db8::2:6381')?.host, '2001:db8::2');
  assert.is(parseRedirection('MOVED', '1 [::1]:6381')?.host, '::1');
});

test('an empty host and `?` are told apart by the caller', () => {
  assert.is(parseRedirection('MOVED', '1 :6381')?.host, '');
  assert.is(parseRedirection('MOVED', '1 ?:6381')?.host, '?');
});

test('anything else is no redirection', () => {
  const details = [
    '',
    '1',
    '1 host',
    '1 host:',
    '1 host:0',
    '1 host:65536',
    '16384 h:1',
    '-1 h:1',
    '1.5 h:1',
    '__proto__ h:1',
    '1 h:1 x',
    ' 1 h:1',
    '1  h:1',
    '999999 h:1',
  ];
  for (const detail of details) assert.is(parseRedirection('MOVED', detail), undefined, detail);
  assert.is(parseRedirection('ERR', '1 h:1'), undefined);
});

test.run();
