/** GraphiQL as people meet it: the real server on a database of its own, and Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { personas } from '../../src/app/personas.ts';
import { startingTabs } from '../../src/app/starting-tabs.ts';
import { readConfig } from '../../src/config.ts';
import { deployMigrations } from '../../src/database/schema-engine/migrations.ts';
import type { Personas } from '../../src/policy/persona.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { designOf, openPlatform, type Platform } from '../../src/server/platform.ts';
import { createServer } from '../../src/server/server.ts';
import { requirement } from '../support/requirements.ts';
import { addRows, adminPassword } from './graphiql-rows.ts';

const chrome = requirement('chromium');
const chromeArguments =
  '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations/sqlite', import.meta.url));
const picture = fileURLToPath(new URL('../../docs/images/graphiql.png', import.meta.url));

const script = '</script><script>window.intruder = 1</script>';
/** Whatever an application calls its personas and writes into its tabs. */
const hostile: { personas: Personas; startingTabs: string[] } = {
  personas: { [`"'><img src=x onerror="window.intruder = 1">`]: { email: null, roles: [], description: script } },
  startingTabs: [`# <!-- <script> ${script}\nquery Hostile { viewer { kind } }`],
};

let folder: string;
let platform: Platform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const url = `file:${join(folder, 'test.db')}`;
  await deployMigrations({ url, migrationsFolder });
  platform = await openPlatform(designOf(application), url);
  await addRows(platform.database.unguarded);
});

afterAll(async () => {
  await platform.database.close();
  await rm(folder, { recursive: true });
});

function serverOf({ production = false, ...shown }: { production?: boolean } & Partial<typeof hostile> = {}) {
  const config = { ...readConfig({ NODE_ENV: 'test' }), production };
  return createServer({
    platform,
    config,
    logger: pino({ level: 'silent' }),
    personas,
    startingTabs,
    ...shown,
  });
}

describe('GraphiQL in a browser', chrome.needed, () => {
  let browser: Browser;
  let listening: Listening;
  let context: BrowserContext;
  let page: Page;
  /** What a browser complains about, and what it asks of others. */
  let complaints: string[];

  beforeAll(async () => {
    listening = await listen(serverOf(), { host: 'localhost', port: 0 });
    browser = await chromium.launch({ executablePath: chrome.location, args: chromeArguments.split(' ') });
  });

  afterAll(async () => {
    await browser.close();
    await listening.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(60_000);
    complaints = [];
    // Everything in the console counts: what breaks a content security policy is reported there.
    context.on('console', (message) => complaints.push(message.text()));
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('request', (request) => {
      if (!request.url().startsWith('data:') && new URL(request.url()).hostname !== 'localhost')
        complaints.push(request.url());
    });
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    if (complaints.length > 0) throw new Error(`The browser complains:\n${complaints.join('\n')}`);
  });

  async function open(query?: string, { port } = listening): Promise<void> {
    const search = query === undefined ? '' : `?${new URLSearchParams({ query }).toString()}`;
    await page.goto(`http://localhost:${port}/graphql${search}`);
    await page.getByRole('button', { name: /^Execute query/ }).waitFor();
    await viewer(/./);
  }

  /** Runs the query, and gives what is to be read in the pane beside it. */
  async function run(): Promise<string> {
    const answered = page.waitForResponse(
      (response) => response.request().method() === 'POST' && !introspects(response.request()),
    );
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await answered;
    await page.locator('.graphiql-spinner').waitFor({ state: 'detached' });
    await page.locator('.graphiql-response .view-line').first().waitFor();
    return (await page.locator('.graphiql-response .view-lines').innerText()).replaceAll('\u00A0', ' ');
  }

  const viewer = (name: RegExp) => page.getByRole('group', { name: 'Who you are' }).getByText(name).first().waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const pressed = () => page.locator('[aria-pressed=true]').allInnerTexts();

  const introspects = (request: Request) => request.postData()?.includes('__schema') ?? false;
  const titles = '{ surveys(orderBy: [{ title: asc }]) { nodes { title } } }';

  it('shows a guest the public rows, and a persona those that it may read', async () => {
    await open(titles);
    await viewer(/^Guest$/);
    expect(await pressed()).toEqual(['guest']);
    const asGuest = await run();
    expect(asGuest).toContain('Canal temperature');
    expect(asGuest).not.toContain('Groundwater nitrate');

    const asksAgain = page.waitForRequest(introspects);
    await button('member').click();
    await viewer(/^member@example\.test$/);
    await page.getByText('run the query again').waitFor();
    await asksAgain;
    expect(await pressed()).toEqual(['member']);
    const asMember = await run();
    expect(asMember).toContain('Canal temperature');
    expect(asMember).toContain('Groundwater nitrate');
    expect(asMember).not.toContain('Street dust');
  });

  it('signs in with a password, says what is wrong, and signs out', async () => {
    await open(titles);
    await button('Sign in').click();
    const form = page.getByRole('form', { name: 'Sign in' });
    await form.getByLabel('E-mail').fill('admin@example.test');
    await form.getByLabel('Password').fill('wrong password');
    await form.getByRole('button').click();
    await form.getByRole('alert').getByText('No user has this e-mail address and this password.').waitFor();
    await viewer(/^Guest$/);

    await form.getByLabel('Password').fill(adminPassword);
    await page.keyboard.press('Enter');
    await viewer(/^admin@example\.test$/);
    await viewer(/^user, roles: admin$/);
    expect(await form.isVisible()).toBe(false);
    expect(await pressed()).toEqual(['admin']);
    expect(await run()).toContain('Street dust');

    await button('Sign out').click();
    await viewer(/^Guest$/);
    expect(await run()).not.toContain('Street dust');
    expect(await context.cookies()).toEqual([]);
  });

  it('keeps its place, and fills the window', async () => {
    await open();
    const places = () =>
      Promise.all(['.personas', '.actions', '#graphiql'].map((part) => page.locator(part).boundingBox()));
    const before = await places();
    await button('reviewer').click();
    await viewer(/^reviewer@example\.test$/);
    expect(await places()).toEqual(before);
    const [, , graphiql] = before;
    expect([graphiql?.x, graphiql?.width, (graphiql?.y ?? 0) + (graphiql?.height ?? 0)]).toEqual([0, 1280, 800]);
    expect(await page.locator('#graphiql .graphiql-container').first().boundingBox()).toEqual(graphiql);
  });

  it('is used without a mouse', async () => {
    await open();
    await button('guest').focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await viewer(/^outsider@example\.test$/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await viewer(/^Guest$/);

    await button('Sign in').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('admin@example.test\t');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('form').isVisible()).toBe(false);
    expect(await page.locator(':focus').innerText()).toBe('Sign in');
  });

  it('opens the tabs at the first click on each, and finds mistakes in them', async () => {
    await open();
    await page.getByRole('tab', { name: 'Surveys' }).click();
    await page.getByRole('tab', { name: 'Surveys', selected: true }).waitFor();
    await page.getByText('sites(first: 3)').click();
    await page.keyboard.press('End');
    // Found in a worker of Monaco's, against the API.
    await page.keyboard.type(' noSuchField ');
    await page.locator('.squiggly-error').first().waitFor();
    expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Surveys');
  });

  it('takes the query of a link as text, and runs nothing of it', async () => {
    await open(`# ${script}\nmutation Evil { createTag(data: { slug: "evil", label: "evil" }) { slug } }`);
    await page.getByRole('tab', { name: 'Evil', selected: true }).waitFor();
    await page.getByText('window.intruder').waitFor();
    expect(await page.evaluate('window.intruder')).toBeUndefined();
    expect(await platform.database.unguarded.tag.count()).toBe(0);
    expect(page.url()).toMatch(/\/graphql$/);
  });

  it('takes names, descriptions and tabs as text (attack 96)', async () => {
    const other = await listen(serverOf(hostile), { host: 'localhost', port: 0 });
    await open(undefined, other);
    await page.getByText('window.intruder', { exact: false }).first().waitFor();
    expect(await page.locator('[data-persona]').allInnerTexts()).toEqual(Object.keys(hostile.personas));
    expect(await page.locator('[data-persona]').getAttribute('title')).toContain(script);
    expect(await page.evaluate('window.intruder')).toBeUndefined();
    await context.close();
    await other.close();
  });

  it('looks as docs/images/graphiql.png shows', { skip: !process.env.TEST_SCREENSHOTS }, async () => {
    await open();
    await page.getByRole('tab', { name: 'Surveys' }).click();
    await page.getByRole('tab', { name: 'Surveys', selected: true }).waitFor();
    await button('member').click();
    await page.getByText('run the query again').waitFor();
    expect(await run()).toContain('Canal temperature');
    await page.getByText('run the query again').waitFor({ state: 'detached' });
    await page.mouse.move(900, 790);
    await page.screenshot({ path: picture });
  });
});

describe('the starting tabs', () => {
  /** Each tab's answer, by the name of its operation. */
  async function answersFor(persona: keyof typeof personas): Promise<Map<string, string>> {
    const email = personas[persona].email;
    const user = email && (await platform.database.unguarded.user.findUniqueOrThrow({ where: { email } }));
    const secret = user && (await platform.sessions.start(user.id)).secret;
    const headers = { 'content-type': 'application/json', ...(secret && { authorization: `Bearer ${secret}` }) };
    const answers = new Map<string, string>();
    for (const query of startingTabs) {
      const [, name = ''] = /^(?:query|mutation) (\w+)/m.exec(query) ?? [];
      const body = JSON.stringify({ query });
      answers.set(
        name,
        await (await serverOf().fetch('http://localhost/graphql', { method: 'POST', headers, body })).text(),
      );
    }
    return answers;
  }

  it('show what their comments say', async () => {
    const [guest, member, reviewer] = [
      await answersFor('guest'),
      await answersFor('member'),
      await answersFor('reviewer'),
    ];
    expect(guest.get('Countries')).toContain('"borders":{"totalCount":1,"nodes":[{"name":"Belgium"}]}');
    expect(guest.get('Cities')).toContain('"endCursor":"');
    expect(guest.get('Surveys')).toContain('"totalCount":1');
    expect(member.get('Surveys')).toContain('"totalCount":2');
    expect(member.get('WhyIsItNull')).toMatch(/"code":"FORBIDDEN".*"internalNote":null/);
    expect(reviewer.get('WhyIsItNull')).toMatch(/^(?!.*FORBIDDEN).*"internalNote":"Checked/);
    expect(guest.get('CreateTag')).toContain('"code":"FORBIDDEN"');
    expect(member.get('CreateTag')).toBe('{"data":{"createTag":{"slug":"night","label":"At night"}}}');
    expect(reviewer.get('CreateTag')).toContain('"code":"CONFLICT"');
  });
});

describe('the page of GraphiQL', () => {
  const get = (path: string, headers: Record<string, string> = { accept: 'text/html' }, server = serverOf()) =>
    Promise.resolve(server.fetch(`http://localhost${path}`, { headers }));

  const filesOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(\/-\/graphiql\/[^"]+)"/g)].map(([, path = '']) => path);

  it('lets only its own scripts run, each time by another nonce, and nobody frame it', async () => {
    const nonces = [];
    for (const response of [await get('/graphql'), await get('/graphql')]) {
      const policy = response.headers.get('content-security-policy') ?? '';
      const [, nonce] = /script-src 'nonce-([^']{22,})';/.exec(policy) ?? [];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*/);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const scripts = (await response.text()).match(/<script (?!type="application\/json")[^>]*>/g) ?? [];
      expect(scripts).toHaveLength(3);
      expect(scripts.filter((tag) => !tag.startsWith(`<script nonce="${nonce}"`))).toEqual([]);
      nonces.push(nonce);
    }
    expect(new Set(nonces).size).toBe(2);
  });

  it('holds nothing of the address that asked for it', async () => {
    const html = await (await get(`/graphql?${new URLSearchParams({ query: script }).toString()}`)).text();
    expect(html).not.toContain('intruder');
  });

  it('holds names, descriptions and tabs without a tag of theirs (attack 96)', async () => {
    const html = await (await get('/graphql', { accept: 'text/html' }, serverOf(hostile))).text();
    expect(html).toContain('&quot;&#39;&gt;&lt;img src=x onerror=&quot;window.intruder = 1&quot;&gt;');
    expect(html.match(/<img|<!--/g)).toBeNull();
    expect(html.match(/<script\b/g)).toHaveLength(4);
  });

  it('comes with files that a browser loads once', async () => {
    const server = serverOf();
    for (const path of filesOf(await (await get('/graphql', { accept: 'text/html' }, server)).text())) {
      const zipped = await get(path, { 'accept-encoding': 'gzip, br' }, server);
      expect(Object.fromEntries(zipped.headers)).toMatchObject({
        'content-encoding': 'gzip',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': expect.stringMatching(/^text\/(css|javascript); charset=utf-8$/) as unknown,
      });
      const etag = zipped.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{16}-gzip"$/);
      const again = await get(path, { 'accept-encoding': 'gzip', 'if-none-match': `"other", W/${etag}` }, server);
      expect([again.status, await again.text()]).toEqual([304, '']);

      const plain = await get(path, { 'accept-encoding': 'gzip;q=0', 'if-none-match': etag }, server);
      expect([plain.status, plain.headers.get('content-encoding')]).toEqual([200, null]);
      expect((await plain.arrayBuffer()).byteLength).toBeGreaterThan((await zipped.arrayBuffer()).byteLength);
    }
    expect((await get('/-/graphiql/other.js', {}, server)).status).toBe(404);
  });

  it('is absent in production, and never in the way of other requests', async () => {
    const production = serverOf({ production: true });
    const [file = ''] = filesOf(await (await get('/graphql')).text());
    expect((await get('/graphql', { accept: 'text/html' }, production)).status).toBe(405);
    expect((await get(file, {}, production)).status).toBe(404);
    // A GET that is no browser's visit changes and reads nothing (attack 6).
    expect((await get('/graphql?query={viewer{kind}}', { accept: 'application/json' })).status).toBe(405);
  });
});
