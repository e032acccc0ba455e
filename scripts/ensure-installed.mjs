/**
 * Installs what package-lock.json asks for when node_modules does not hold it already. Plain Node without a
 * dependency, because it runs before there are any. Everything it says goes to stderr: stdout is the caller's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { isEntry, root } from './root.mjs';

/**
 * One package as package-lock.json and npm's own note of what it installed describe it.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, os?: string[], cpu?: string[] }} LockedPackage
 */

export async function ensureInstalled() {
  refuseOldNode();
  if (whyInstall() === undefined) return;
  await withLock('install', async () => {
    const reason = whyInstall();
    if (reason === undefined) return;
    console.error(`Installing packages: ${reason}.`);
    await install();
  });
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Pergola needs Node 20.19 or newer, and this is ${process.versions.node} (${process.execPath}).`);
  console.error('Install a newer one from https://nodejs.org, or `nvm install 22`, and run the command again.');
  process.exit(1);
}

/** @returns {string | undefined} why node_modules is not what package-lock.json asks for; undefined when it is */
function whyInstall() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return 'node_modules is missing or was left half done';
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing or unreadable: restore it from git.');

  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const present = installed[path];
    // An optional package that is absent was made for another platform.
    if (present === undefined && (entry.optional || entry.devOptional)) continue;
    if (present?.version !== entry.version || present?.integrity !== entry.integrity) return `${path} has changed`;
  }
  for (const [path, { os, cpu }] of Object.entries(installed)) {
    if (wanted[path] === undefined) return `${path} is no longer wanted`;
    if (!fits(os, process.platform) || !fits(cpu, process.arch)) return `${path} is for another platform`;
    if (!existsSync(join(root, path))) return `${path} is gone`;
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {string[] | undefined} names as in a package's `os` and `cpu`
 * @param {string} name
 */
function fits(names, name) {
  return (
    names === undefined ||
    names.includes(name) ||
    (names.every((it) => it.startsWith('!')) && !names.includes(`!${name}`))
  );
}

async function install() {
  const npm = process.env.npm_execpath;
  // NODE_ENV=production would leave out what `npm start` itself runs on.
  const parameters = ['ci', '--include=dev', '--prefer-offline'];
  /** @type {import('node:child_process').SpawnOptions} */
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const child = npm?.endsWith('npm-cli.js')
    ? spawn(process.execPath, [npm, ...parameters], options)
    : spawn('npm', parameters, { ...options, shell: process.platform === 'win32' });
  const [code] = await once(child, 'exit');
  if (code === 0) return;
  console.error('`npm ci` failed. What it says above is the reason; without a network it needs a filled npm cache.');
  process.exit(1);
}

if (isEntry(import.meta.url)) await ensureInstalled();
