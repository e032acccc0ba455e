/** The first screen: what runs here, as its viewer may see it, in a browser by day and by night. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/server/listen.ts';
import { requirement } from '../support/requirements.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const rowsOf = (html: string, model: string) =>
  new RegExp(`<tr id="${model}">.*?<td class="number">([\\d,]+)</td>`).exec(html)?.[1];

describe('/', () => {
  it('counts the rows that its viewer may see', async () => {
    const page = (await served.request({ path: '/' })).body as string;
    const { body } = await served.run('guest', '{ surveys { totalCount } tags { totalCount } }');
    const { surveys, tags } = body.data;
    expect([rowsOf(page, 'Survey'), rowsOf(page, 'Tag')]).toEqual([
      String(surveys.totalCount),
      String(tags.totalCount),
    ]);
    expect(surveys.totalCount).toBeLessThan(await served.all.survey.count({}));
  });

  it('shows no field and no model that the API does not have', async () => {
    const page = (await served.request({ path: '/' })).body as string;
    expect(page).not.toContain('ApiToken');
    expect(page).toMatch(/<svg class="diagram"/);
  });

  it('is not there in production, for nobody in particular', async () => {
    await using closed = await serve({ NODE_ENV: 'production' });
    expect((await closed.request({ path: '/' })).status).toBe(404);
  });
});

const chrome = requirement('chromium');

describe('/ in a browser', chrome.needed, () => {
  let browser: Browser;
  let listening: Listening;
  beforeAll(async () => {
    listening = await listen(served.server, { host: 'localhost', port: 0 });
    const args =
      '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
    browser = await chromium.launch({ executablePath: chrome.location, args: args.split(' ') });
  });
  afterAll(async () => {
    await browser.close();
    await listening.close();
  });

  it.each(['light', 'dark'] as const)('is drawn in %s, and leads to a policy from its box', async (colorScheme) => {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`http://localhost:${listening.port}/`);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(colorScheme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(23, 25, 28)');
    const box = page.getByRole('group', { name: /models and the relations/ }).getByRole('link', { name: /^Survey/ });
    expect((await box.boundingBox())!.width).toBeGreaterThan(100);
    // The page itself never scrolls sideways.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    await box.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('rowheader', { name: 'Survey', exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
