import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandInfo } from '../../src/commands/command-info.ts';
import { CommandNames } from '../../src/commands/command-names.ts';

const test = suite('command names');
const info = (name: string): CommandInfo => ({ name }) as CommandInfo;

test('a name is found in any case', () => {
  const names = new CommandNames();
  const get = info('GET');
  names.set('GET', get);
  for (const spelling of ['GET', 'get', 'Get', 'gEt', 'get']) assert.is(names.find(spelling), get);
  assert.is(names.find('GETS'), undefined);
});

test('a name that is set again has the new entry in every spelling not met before', () => {
  const names = new CommandNames();
  const newer = info('GET');
  names.set('GET', info('GET'));
  names.set('GET', newer);
  assert.is(names.find('GET'), newer);
  assert.is(names.find('get'), newer);
});

test('iterates over its commands, not their spellings', () => {
  const names = new CommandNames();
  names.set('GET', info('GET'));
  names.set('SET', info('SET'));
  names.find('get');
  assert.equal(
    [...names].map((command) => command.name),
    ['GET', 'SET'],
  );
});

test('stops remembering spellings, never finding them', () => {
  const names = new CommandNames();
  const long = info('A'.repeat(13));
  names.set(long.name, long);
  for (let bits = 0; bits < 2 ** 13; bits++) {
    const spelling = Array.from({ length: 13 }, (_, i) => (bits & (1 << i) ? 'a' : 'A')).join('');
    assert.is(names.find(spelling), long);
  }
});

test.run();
