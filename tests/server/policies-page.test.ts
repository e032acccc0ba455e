/** The policies as people meet them: the real server, and Chromium. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { policiesPage } from '../../src/server/policies-page.ts';
import { requirement } from '../support/requirements.ts';
import { serve, type Served } from '../support/served.ts';

const chrome = requirement('chromium');
const personas = Object.keys(application.personas);

/** In the browser: of each kind of cell, how far its text stands out from what is behind it, and what that is. */
const contrasts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data]
      .map((it) => it / 255)
      .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return ['always', 'never', 'depends'].map((word) => {
    const { color, backgroundColor: background } = getComputedStyle(document.querySelector('td.' + word));
    const [dark, light] = [luminance(color), luminance(background)].toSorted((one, other) => one - other);
    return { word, background, ratio: (light + 0.05) / (dark + 0.05) };
  });
})()`;

describe('/-/policies in a browser', chrome.needed, () => {
  let served: Served;
  let listening: Listening;
  let browser: Browser;
  beforeAll(async () => {
    served = await serve();
    listening = await listen(served.server, { ...readConfig({}), host: 'localhost', port: 0 });
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
    browser = await chromium.launch({ executablePath: chrome.location, args });
  });
  afterAll(async () => {
    await browser.close();
    await listening.close();
    await served[Symbol.asyncDispose]();
  });

  /** Fails when the browser complains: what breaks the content security policy stands in the console. */
  async function look(
    options: { colorScheme?: 'light' | 'dark'; width?: number },
    act: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { colorScheme = 'light', width = 1280 } = options;
    const complaints: string[] = [];
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://localhost:${listening.port}/-/policies`);
    await act(page);
    await page.close();
    expect(complaints).toEqual([]);
  }

  const bodyOf = (page: Page, model: string) => page.locator('tbody').filter({ has: page.locator(`#${model}`) });
  /** The words of a line's cells. */
  const words = (page: Page, model: string, right: string) =>
    bodyOf(page, model)
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: right, exact: true }) })
      .locator('td, summary')
      .allInnerTexts()
      .then((texts) => texts.map((text) => text.trim()));

  it('has the personas across, and models with their fields down, with a word in each cell', async () => {
    await look({}, async (page) => {
      expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(['right', ...personas]);
      expect(await words(page, 'Tag', 'create')).toEqual(['always', 'always', 'always', 'always', 'always', 'never']);
      expect(await words(page, 'Country', 'name write')).toEqual(['always', 'always', ...Array(4).fill('never')]);
      const note = bodyOf(page, 'Observation').getByRole('row', { name: /^internalNote read/ });
      expect(await note.locator('td').allInnerTexts()).toEqual(['always', ...Array(4).fill('depends'), 'never']);
      expect(await bodyOf(page, 'Session').innerText()).toContain('not part of the API');
    });
  });

  it('says the rule on a click, and by keyboard alone', async () => {
    await look({}, async (page) => {
      const cell = bodyOf(page, 'Survey').getByRole('row', { name: /^read/ }).locator('td').last();
      await expect.poll(() => cell.innerText()).toBe('depends');
      await cell.getByText('depends').click();
      expect(await cell.innerText()).toBe('depends\npublic');
      await cell.locator('summary').focus();
      await page.keyboard.press('Enter');
      expect(await cell.innerText()).toBe('depends');
      // From the list of models, with Tab and Enter, to a rule.
      await page.getByRole('link', { name: 'Observation' }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      const opened = bodyOf(page, 'Observation').locator('details[open]');
      expect(await opened.innerText()).toContain('through site');
    });
  });

  it.each(['light', 'dark'] as const)('can be read in %s colours', async (colorScheme) => {
    await look({ colorScheme }, async (page) => {
      const found = await page.evaluate<{ word: string; background: string; ratio: number }[]>(contrasts);
      // WCAG 2.2, 1.4.3.
      for (const { word, ratio } of found) expect(ratio, word).toBeGreaterThan(4.5);
      expect(new Set(found.map(({ background }) => background)).size).toBe(3);
    });
  });

  it('scrolls sideways on a narrow screen, with the names of rows and columns in sight', async () => {
    await look({ width: 420 }, async (page) => {
      const cell = bodyOf(page, 'Observation').getByRole('row', { name: /^status read/ });
      await cell.locator('td').last().scrollIntoViewIfNeeded();
      await page.evaluate('scrollTo(10000, scrollY)');
      expect(await page.evaluate('scrollX')).toBeGreaterThan(100);
      const name = await cell.getByRole('rowheader').boundingBox();
      const column = await page.getByRole('columnheader', { name: 'guest' }).boundingBox();
      expect([name!.x, column!.y]).toEqual([0, 0]);
      expect(column!.x + column!.width).toBeLessThanOrEqual(420);
      // One line of text: no word is broken.
      expect(name!.height).toBeLessThan(35);
    });
  });
});

it('escapes whatever an application calls its models, personas and rules', () => {
  const script = `"'><script>alert(1)</script>`;
  const line = { model: script, field: script, verb: 'read' as const, grants: { [script]: script } };
  const html = policiesPage([line], { [script]: { email: null, roles: [], description: script } }, 'nonce');
  expect(html).not.toContain('<script');
});
