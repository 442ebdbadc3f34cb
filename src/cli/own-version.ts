import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. */
export function ownVersion(): string {
  // From dist/cli of the package, or from build/src/cli of a checkout.
  const places = ['../../package.json', '../../../package.json'].map((path) => new URL(path, import.meta.url));
  const manifest = places.find((place) => existsSync(place));
  if (manifest === undefined) return 'unknown';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
