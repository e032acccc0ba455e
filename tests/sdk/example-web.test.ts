/** The front end of examples/web, which installs the packed SDK, is built, and is used in a browser. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/passwords.ts';
import { adminPassword } from '../server/graphiql-rows.ts';
import { root } from '../support/ref-of-file.ts';
import { requirement } from '../support/requirements.ts';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

const run = promisify(execFile);
const chrome = requirement('chromium');
const example = join(root, 'examples/web');
interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const packageJson = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
const { dependencies, devDependencies } = packageJson(example);
const { '@pergola/sdk': sdk, ...others } = { ...dependencies, ...devDependencies };

it('names the versions that it is tested with', () => {
  const { dependencies: own, devDependencies: ownDevelopment } = packageJson(root);
  expect({ ...own, ...ownDevelopment }).toMatchObject(others);
  expect(sdk).toBe('latest');
});

describe('the front end', chrome.needed, () => {
  let served: ServedSdk;
  let site: Server;
  let project: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'pergola-web-'));
    site = createServer((request, response) => {
      const path = request.url === '/' ? '/index.html' : request.url!;
      const type = { html: 'text/html', js: 'text/javascript', css: 'text/css' }[path.split('.').at(-1)!];
      readFile(join(project, 'dist', path)).then(
        (bytes) => response.setHeader('content-type', type ?? 'text/plain').end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => void site.listen(0, 'localhost', resolve));
    const origin = `http://localhost:${(site.address() as AddressInfo).port}`;
    served = await serveSdk({ CORS_ORIGINS: origin });
    // The SDK from the server, as its own package; all else is what is installed here.
    await run('npm', ['i', '@pergola/sdk', '--registry', `${served.url}/-/npm/`, '--prefix', project], {
      cwd: project,
    });
    for (const name of new Set(
      Object.keys(others).map((each) => each.replace(/^(@types|@vitejs|@tanstack)\/.*/, '$1')),
    ))
      await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
    await cp(example, project, { recursive: true, filter: (path) => !/node_modules|dist|\.npmrc$/.test(path) });
    const env = { ...process.env, VITE_PERGOLA_URL: served.url, NODE_ENV: 'production' };
    for (const command of [['typescript/bin/tsc'], ['vite/bin/vite.js', 'build', '--logLevel', 'error']]) {
      const [script, ...words] = command;
      await run(process.execPath, [join(root, 'node_modules', script!), ...words], { cwd: project, env });
    }
    await addSurveys();
    browser = await chromium.launch({ executablePath: chrome.location, args: ['--headless=new', '--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    site.close();
    await served[Symbol.asyncDispose]();
    await rm(project, { recursive: true });
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'warning' && complaints.push(message.text()));
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
  });
  afterEach(async () => {
    await page.close();
    // Such as a warning of the SDK or of React.
    const heard = complaints.splice(0);
    if (heard.length > 0) throw new Error(`The page complains: ${heard.join('\n')}`);
  });

  /** Enough of them for two pages, and a member who has a password. */
  async function addSurveys() {
    const organization = await served.all.organization.findFirst({ where: { slug: { equals: 'clean-air' } } });
    for (const number of [1, 2, 3, 4, 5, 6])
      await served.all.survey.create({
        data: { title: `Noise ${number}`, visibility: 'PUBLIC', organization: { connect: { id: organization!.id } } },
      });
    const passwordHash = await hashPassword(adminPassword);
    for (const email of ['member@example.test', 'reviewer@example.test'])
      await served.platform.database.unguarded.user.update({ where: { email }, data: { passwordHash } });
  }
  const titles = async () => page.getByRole('table').getByRole('button').allTextContents();
  const pages = (text: string) => page.getByRole('navigation', { name: 'Pages' }).getByText(text).waitFor();
  async function signIn(persona: string, password = adminPassword) {
    await page.getByLabel('E-mail').fill(`${persona}@example.test`);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  const alert = async () => (await page.getByRole('alert').textContent()) ?? '';

  it('lists what a guest may see, by pages and by title', async () => {
    await pages('page 1 of 2, 7 surveys');
    expect(await titles()).toEqual(['Canal temperature', 'Noise 1', 'Noise 2', 'Noise 3', 'Noise 4']);
    await page.getByRole('button', { name: 'Next' }).click();
    await pages('page 2 of 2');
    await page.getByRole('button', { name: 'Noise 6' }).waitFor();
    expect(await titles()).toEqual(['Noise 5', 'Noise 6']);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByLabel('Title').fill('Canal');
    await pages('page 1 of 1, 1 surveys');
    expect(await titles()).toEqual(['Canal temperature']);
  });

  it('says in words that a password is wrong', async () => {
    await signIn('member', 'not the password');
    expect(await alert()).toBe('No account has this e-mail address and password.');
  });

  it('shows who has signed in more, and filters it', async () => {
    await signIn('member');
    await page.getByText('Signed in as member@example.test').waitFor();
    await page.getByLabel('Visibility').selectOption('private');
    await pages('page 1 of 1, 1 surveys');
    expect(await titles()).toEqual(['Groundwater nitrate']);
  });

  it('draws observations, and changes one', async () => {
    await signIn('reviewer');
    await page.getByText('Signed in as').waitFor();
    await page.getByRole('button', { name: 'Canal temperature' }).click();
    const chart = page.getByRole('img', { name: 'Values: 11.25, 11.5, 12.75' });
    await chart.waitFor();
    const inked = await chart.evaluate((each: HTMLCanvasElement) =>
      each
        .getContext('2d')!
        .getImageData(0, 0, each.width, each.height)
        .data.some((byte) => byte > 0),
    );
    expect(inked).toBe(true);
    await page.getByRole('button', { name: '11.5 Cel' }).click();
    await page.getByLabel('Value', { exact: true }).fill('11.625');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('img', { name: 'Values: 11.25, 11.625, 12.75' }).waitFor();
    const stored = await served.all.observation.findFirst({ where: { value: { equals: '11.625' } } });
    expect(stored?.unit).toBe('Cel');
  });

  it('shows a denied edit as a sentence, and the value stays', async () => {
    await signIn('member');
    await page.getByText('Signed in as').waitFor();
    await page.getByRole('button', { name: 'Canal temperature' }).click();
    await page.getByRole('button', { name: '12.75 Cel' }).click();
    await page.getByLabel('Value', { exact: true }).fill('99');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await alert()).toMatch(/^You may (see this, and not change it|not change this, or it is gone)\.$/);
    await page.getByRole('button', { name: '12.75 Cel' }).waitFor();
    expect(await served.all.observation.count({ where: { value: { equals: '99' } } })).toBe(0);
  });

  it('can be asked by a worker as well as by a page', async () => {
    const contents = `import { createClient } from '@pergola/sdk';
      const client = createClient({ url: '${served.url}/graphql' });
      client.surveys.list({ where: { title: { equals: 'Noise 1' } } })
        .then(({ nodes }) => postMessage([typeof window, nodes.map(({ title }) => title)]), (error) => postMessage(String(error)));`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: project },
      bundle: true,
      write: false,
      format: 'esm',
    });
    const heard = await page.evaluate(
      (code) =>
        new Promise((resolve) => {
          const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
          worker.addEventListener('message', ({ data }) => resolve(data));
          worker.addEventListener('error', ({ message }) => resolve(message));
        }),
      outputFiles[0]!.text,
    );
    expect(heard).toEqual(['undefined', ['Noise 1']]);
  });
});
