import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES, makeReport, type Report, runCases, selectCases, toHtml } from '../../src/conformance/index.ts';
import { type Faults, smallTarget } from '../support/small-server.ts';
import { launchChromium } from './chromium.ts';

const test = suite('the HTML matrix in a browser');

const browser = await launchChromium();
const folder = mkdtempSync(join(tmpdir(), 'slotwire-matrix-'));
const file = join(folder, 'matrix.html');

const EVIL = '</script><img src=x onerror="document.title=1">';
const BROKEN: Faults = {
  answer: ([name = '']) => (name.startsWith('FOO') ? `-ERR ${EVIL}\r\n` : undefined),
  reply: (reply, [name]) => (name === 'ECHO' ? reply + reply : reply),
};

async function reportOf(name: string, faults: Faults = {}): Promise<Report> {
  const { target, close } = await smallTarget(faults);
  const cases = selectCases(CASES, {
    only: ['framing', 'inline', 'errors', 'closing'],
    skip: ['framing/s*', '*slow*'],
  });
  const run = await runCases(cases, { ...target, name }, { timeoutMs: 200, quietMs: 20, jobs: 20 });
  close();
  return makeReport(run, { version: '1.2.3' });
}

writeFileSync(file, toHtml([await reportOf('right'), await reportOf('broken', BROKEN), await reportOf('third')]));

/** Opens the page as somebody would: from a file; and sees to it that it says and asks nothing. */
async function visit(
  options: BrowserContextOptions & { readonly hash?: string },
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const { hash = '', ...settings } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  const url = pathToFileURL(file).href;
  await page.goto(url + hash);
  try {
    await act(page);
    assert.equal(requests, [url]);
    assert.equal(complaints, []);
  } finally {
    await context.close();
  }
}

function rowCount(page: Page): Promise<number> {
  return page.locator('tr[data-id]').count();
}

test('every case has a row, every server a column, and nothing is asked of the network', () =>
  visit({}, async (page) => {
    assert.ok((await rowCount(page)) > 60);
    assert.is(await page.locator('thead th').count(), 4);
    assert.is(await page.locator('#summary .server').count(), 3);
    assert.match((await page.textContent('#count')) ?? '', /^(\d+) of \1 cases$/);
  }));

test('what a server said is text, whatever it says', () =>
  visit({}, async (page) => {
    await page.click('tr[data-id="errors/crlf-in-name"] td.cell >> nth=1');
    assert.ok(((await page.textContent('#panel')) ?? '').includes('</script><img'));
    assert.is(await page.locator('img').count(), 0);
    assert.match(await page.title(), /^RESP conformance/);
  }));

test('filters leave what they say, and the address remembers them', async () => {
  let hash = '';
  await visit({}, async (page) => {
    const all = await rowCount(page);
    await page.fill('#text', 'ping');
    const some = await rowCount(page);
    assert.ok(some > 0 && some < all);
    await page.fill('#text', '');
    await page.selectOption('#verdict', 'fail');
    assert.ok((await rowCount(page)) < all);
    await page.selectOption('#level', 'must');
    for (const level of await page.locator('tr[data-id] .level').all()) assert.is(await level.textContent(), 'M');
    await page.selectOption('#section', 'framing');
    await page.check('#differ');
    assert.ok((await rowCount(page)) > 0);
    hash = await page.evaluate('location.hash');
  });
  await visit({ hash }, async (page) => {
    assert.is(await page.inputValue('#section'), 'framing');
    assert.is(await page.inputValue('#verdict'), 'fail');
    assert.ok(await page.isChecked('#differ'));
    assert.is(await page.locator('tr.group').count(), 1);
  });
});

test('filters that leave nothing say so', () =>
  visit({}, async (page) => {
    await page.fill('#text', 'no such case');
    assert.is(await rowCount(page), 0);
    assert.match((await page.textContent('tbody')) ?? '', /no case is left/);
  }));

test('a section folds, and stays folded when the link is opened again', async () => {
  let hash = '';
  await visit({}, async (page) => {
    const all = await rowCount(page);
    await page.click('tr.group button >> nth=0');
    assert.ok((await rowCount(page)) < all);
    assert.is(await page.getAttribute('tr.group button >> nth=0', 'aria-expanded'), 'false');
    hash = await page.evaluate('location.hash');
  });
  await visit({ hash }, async (page) => {
    assert.is(await page.getAttribute('tr.group button >> nth=0', 'aria-expanded'), 'false');
  });
});

test('a cell opens the case: bytes in two lanes, what was foreseen, who answers alike', () =>
  visit({}, async (page) => {
    await page.click('tr[data-id="framing/two-in-one-write"] td.cell >> nth=1');
    const text = (await page.textContent('#panel')) ?? '';
    for (const part of ['two commands in one write', 'On the wire', 'Foreseen', 'replies get out of step', 'nobody']) {
      assert.ok(text.includes(part), part);
    }
    assert.match((await page.textContent('#panel .lanes .got >> nth=0')) ?? '', /\$1\\r\\n\na\\r\\n/);
    await page.check('#panel input[value=hex]');
    assert.match((await page.textContent('#panel .lanes .got >> nth=0')) ?? '', /^24 31 0d 0a 61 0d 0a/);
    await page.check('#panel input[value=tree]');
    assert.match((await page.textContent('#panel .lanes .sent >> nth=0')) ?? '', /^\*2\n {2}\$"ECHO"\n {2}\$"a"/);
    await page.click('tr[data-id="framing/two-in-one-write"] td.cell >> nth=0');
    assert.match((await page.textContent('#panel')) ?? '', /Others who answer like thisthird/);
    await page.click('#panel .close');
    assert.not(await page.isVisible('#panel'));
  }));

test('a server opens what must be known about it, and leads to the cases', () =>
  visit({}, async (page) => {
    await page.click('#summary .server >> nth=1');
    assert.match((await page.textContent('#panel h2')) ?? '', /What you must know about broken/);
    assert.match((await page.textContent('#panel')) ?? '', /desync replies get out of step/);
    await page.click('#panel li button >> nth=0');
    assert.match((await page.textContent('#panel')) ?? '', /On the wire/);
  }));

test('everything can be reached with the keyboard', () =>
  visit({}, async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('l');
    assert.is(await page.locator('tr.current').count(), 1);
    assert.is(await page.locator('tr.current td.cell.at').count(), 1);
    await page.keyboard.press('Enter');
    const first = await page.textContent('#panel h2');
    await page.keyboard.press('j');
    assert.is.not(await page.textContent('#panel h2'), first);
    await page.keyboard.press('Escape');
    assert.not(await page.isVisible('#panel'));
    await page.keyboard.press('/');
    await page.keyboard.type('jk');
    assert.is(await page.inputValue('#text'), 'jk');
  }));

test('a link leads to a case of a server', () =>
  visit({ hash: '#case=framing%2Fping&server=2' }, async (page) => {
    assert.match((await page.textContent('#panel')) ?? '', /PING is answered.*third/s);
  }));

test('light and dark are told apart, and text is readable in both', async () => {
  const contrasts: number[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await visit({ colorScheme }, async (page) => {
      const [back, ...texts] = await page.evaluate<string[]>(`(() => {
        const color = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
        const cells = ['body', '.legend', '.v-pass', '.v-info', '.v-fail', '.id'].map((each) => color(each, 'color'));
        return [color('body', 'backgroundColor'), ...cells];
      })()`);
      contrasts.push(luminance(back!));
      for (const text of texts) assert.ok(contrast(back!, text) >= 4, `${colorScheme}: ${text} on ${back}`);
    });
  }
  assert.ok(contrasts[0]! > 0.8 && contrasts[1]! < 0.1);
});

test('on a phone nothing is wider than the screen but the table, and a panel fills it', () =>
  visit({ viewport: { width: 390, height: 844 }, hasTouch: true }, async (page) => {
    const widest = () => page.evaluate<number>('document.documentElement.scrollWidth');
    assert.is(await widest(), 390);
    await page.locator('tr[data-id] td.cell >> nth=0').tap();
    assert.equal((await page.locator('#panel').boundingBox())?.width, 390);
    assert.is(await widest(), 390);
    await page.click('#panel .close');
    assert.ok(((await page.locator('#text').boundingBox())?.width ?? 0) > 100);
  }));

test('the first column and the head stay in view', () =>
  visit({ viewport: { width: 390, height: 844 } }, async (page) => {
    await page.evaluate(`document.querySelector('main').scrollTo(80, 900)`);
    const [head, cell] = [
      await page.locator('thead th >> nth=0').boundingBox(),
      await page.locator('main').boundingBox(),
    ];
    assert.ok(Math.abs(head!.y - cell!.y) < 2 && Math.abs(head!.x - cell!.x) < 2);
  }));

test.after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

function channels(color: string): number[] {
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((text) => Number(text) / 255);
}

/** As WCAG has it. */
function luminance(color: string): number {
  const linear = channels(color).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

function contrast(first: string, second: string): number {
  const [a, b] = [luminance(first), luminance(second)].sort((x, y) => y - x);
  return (a! + 0.05) / (b! + 0.05);
}

test.run();
