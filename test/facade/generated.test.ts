import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand, knownCommands } from '../../src/commands/index.ts';
import { type CallSyntax, encodeCall, readCallSyntax } from '../../src/facade/encode-call.ts';
import { SYNTAX_TABLE } from '../../src/facade/generated/syntax-table.ts';
import { methodName } from '../../src/facade/method-name.ts';
import { propertyNames } from '../../src/facade/shape.ts';
import type { Part } from '../../src/facade/syntax.ts';
import { pathsWithReply } from '../../tools/facade/replies.ts';
import { sampleCall, shortest } from '../support/sample-call.ts';

const test = suite('generated facade');

const FOLDER = 'src/facade/generated';
const syntaxes: readonly CallSyntax[] = SYNTAX_TABLE.split('\n').map(readCallSyntax);
const paths = syntaxes.map(({ words }) => words.join('|'));

/** What is documented, method by method, by the files of the groups. */
const declared = readdirSync(FOLDER).flatMap((file) =>
  [...readFileSync(`${FOLDER}/${file}`, 'utf8').matchAll(/^ {2}(\w+)(?:<T extends Reply = Reply>)?\(/gm)].map(
    (match) => match[1]!,
  ),
);

test('there is one method for each command, and a type for each method', () => {
  const names = paths.map(methodName);
  assert.is(new Set(names).size, names.length);
  assert.equal([...declared].sort(), [...names].sort());
});

test('every command of the command table has a method', () => {
  const missing = [...knownCommands()]
    .flatMap((info) => [...(info.subcommands ?? [info])])
    .filter((info) => !paths.includes(info.name.replace(' ', '|')));
  assert.equal(
    missing.map((info) => info.name),
    [],
  );
});

test('every method is a command that the command table knows', () => {
  for (const { words } of syntaxes) assert.is(findCommand(words)?.name, words.join(' '));
});

test('no two properties of one object have the same name', () => {
  for (const { words, options, parts } of syntaxes) {
    for (const object of [options, ...blocks(parts)]) {
      // Alternatives exclude each other: they may repeat a name.
      const names = object.flatMap((part) =>
        part.kind === 'oneof' ? [...new Set(propertyNames(part))] : propertyNames(part),
      );
      assert.is(new Set(names).size, names.length, `${words.join(' ')}: ${names.join(', ')}`);
    }
  }
});

/** By how much a call is longer than the arity says. */
const LONGER: { readonly [name: string]: number } = {
  // Their first alternative is not the shortest.
  'CLUSTER MIGRATION': 1,
  'CLUSTER SETSLOT': 1,
  'CLUSTER SLOT-STATS': 1,
  'CLUSTER SYNCSLOTS': 3,
  // The server says less than it wants.
  'CLUSTER MIGRATESLOTS': 3,
  'HOTKEYS START': 2,
};

test('the shortest call has as many arguments as the command table says', () => {
  for (const syntax of syntaxes) {
    const { arity, name, runsUserCode } = findCommand(syntax.words)!;
    const { given } = sampleCall(
      syntax,
      shortest((part) => part.name),
    );
    const length = encodeCall(syntax, given).length;
    // A list of no particular arguments says nothing.
    if (syntax.parts.some((part) => part.name === 'args' && part.isOptional)) continue;
    // Scripts may have no key, and modules leave some checks to themselves.
    if (runsUserCode) assert.ok(length >= Math.abs(arity), name);
    else assert.is(length, Math.abs(arity) + (LONGER[name] ?? 0), name);
  }
});

test('replies are stated of commands that exist', () => {
  assert.equal(
    pathsWithReply().filter((path) => !paths.includes(path)),
    [],
  );
});

test('nothing generated has the type any', () => {
  for (const file of readdirSync(FOLDER)) assert.not.match(readFileSync(`${FOLDER}/${file}`, 'utf8'), /[:<|]\s*any\b/);
});

function blocks(parts: readonly Part[]): (readonly Part[])[] {
  return parts.flatMap((part) => [...(part.kind === 'block' ? [part.parts] : []), ...blocks(part.parts)]);
}

test.run();
