// Released packages for Node.js are installed in bench/compare, which has a package.json of its own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FOLDER = new URL('../../bench/compare/', import.meta.url);

/** Loads a module of a released package. */
export const load = createRequire(new URL('package.json', FOLDER));

/** The version of a released package. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, FOLDER), 'utf8')).version;
}
