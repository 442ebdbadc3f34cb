import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('types/declarations');

/** What a program that uses the package compiles against; `npm run build` makes them. */
const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));

/** Declarations without comments, and without what is in quotes. */
function declarationsOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, ' ');
}

test('comments and texts are left out, and nothing else', () => {
  const text = '/** any */ type A = \'any\' | "any"; // any\nexport declare const b: any;';
  assert.equal(declarationsOf(text).match(/\bany\b/g), ['any']);
});

test('no any reaches the user: none is in a declaration', () => {
  assert.ok(files.length > 100, `${files.length} declaration files`);
  const found = files.flatMap((file) => {
    const lines = declarationsOf(readFileSync(`dist/${file}`, 'utf8')).split('\n');
    return lines.filter((line) => /\bany\b/.test(line)).map((line) => `${file}: ${line.trim()}`);
  });
  assert.equal(found, []);
});

test.run();
