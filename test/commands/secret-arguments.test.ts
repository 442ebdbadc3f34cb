import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand, secretArguments } from '../../src/commands/index.ts';
import type { Argument } from '../../src/resp/index.ts';

const test = suite('commands/secret-arguments');

const secretsIn = (args: readonly Argument[]): readonly Argument[] => secretArguments(findCommand(args), args);

test('finds the passwords that commands are given', () => {
  const cases: [args: Argument[], secrets: Argument[]][] = [
    [['AUTH', 'pw'], ['pw']],
    [
      ['auth', 'user', 'pw'],
      ['user', 'pw'],
    ],
    [
      ['HELLO', 3, 'auth', 'user', 'pw', 'SETNAME', 'me'],
      ['user', 'pw'],
    ],
    [['HELLO', 3], []],
    [['MIGRATE', 'h', 6379, 'k', 0, 100, 'COPY', 'AUTH', 'pw', 'KEYS', 'a'], ['pw']],
    [
      ['MIGRATE', 'h', 6379, 'k', 0, 100, 'AUTH2', 'user', 'pw'],
      ['user', 'pw'],
    ],
    [['CONFIG', 'SET', 'requirepass', 'pw'], ['pw']],
    [
      ['config', 'set', 'maxmemory', 1, 'MasterAuth', 'pw', 'tls-key-file-pass', 'pw2'],
      ['pw', 'pw2'],
    ],
    [['CONFIG', 'GET', 'requirepass'], []],
    [
      ['ACL', 'SETUSER', 'bob', 'on', '>pw', '<old', '#hash', '!oldhash', '~*'],
      ['pw', 'old', 'hash', 'oldhash'],
    ],
    [['SET', 'requirepass', '>pw'], []],
    [['NOPE', 'pw'], []],
  ];
  for (const [args, secrets] of cases) assert.equal(secretsIn(args), secrets, args.join(' '));
});

test('bytes are as good as text', () => {
  const password = Buffer.from('pw');
  assert.equal(secretsIn([Buffer.from('Config'), Buffer.from('SET'), Buffer.from('requirepass'), password]), [
    password,
  ]);
});

test.run();
