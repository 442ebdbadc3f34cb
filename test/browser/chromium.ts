/** A real browser: the machine's own, else its distribution's package, unpacked into the cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { libraryFolders, unpackTool } from '../../src/testing/index.ts';

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

// What a browser would otherwise ask the network for by itself.
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

interface Program {
  readonly path: string;
  readonly env?: Record<string, string>;
}

/** Starts Chromium: the one that CHROMIUM names, else an installed one, else the distribution's package. */
export async function launchChromium(): Promise<Browser> {
  const { path, env = {} } = await findChromium();
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return chromium.launch({ executablePath: path, args: ARGUMENTS, env: { ...Object.fromEntries(inherited), ...env } });
}

async function findChromium(): Promise<Program> {
  const { CHROMIUM = '' } = process.env;
  if (CHROMIUM !== '') return { path: CHROMIUM };
  const installed = INSTALLED.map((name) => join('/usr/bin', name)).find((path) => existsSync(path));
  return installed === undefined ? fetchChromium() : { path: installed };
}

/** Of this machine's own release, so that its C library will do; it starts itself again, which a foreign loader breaks. */
async function fetchChromium(): Promise<Program> {
  const root = await unpackTool('chromium', { packages: ['chromium fonts-dejavu-core'], keepsShare: true });
  const libraries = [...libraryFolders(root), join(root, 'usr/lib/chromium')].join(':');
  return {
    path: join(root, 'usr/lib/chromium/chromium'),
    env: {
      LD_LIBRARY_PATH: libraries,
      FONTCONFIG_SYSROOT: root,
      XDG_DATA_DIRS: join(root, 'usr/share'),
    },
  };
}
