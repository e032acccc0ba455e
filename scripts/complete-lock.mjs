/**
 * A mirror of the package registry may lack optional packages of other platforms; npm then leaves them out of the lock,
 * and `npm ci` refuses that lock everywhere. This adds what is missing, without an integrity that nobody here could
 * know. Run it after `npm install` when `npm ci` says the lock is out of sync.
 */
import { readFileSync, writeFileSync } from 'node:fs';
const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const oses = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
  wasm32: undefined,
};
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    const key = `node_modules/${name}`;
    if (lock.packages[nested] || lock.packages[key]) continue;
    const tail = (name.split('/').at(-1) ?? name).replace(/^binding-/, '').split('-');
    const os = tail.find((it) => it in oses && it !== 'wasm32');
    const cpu = tail.includes('wasm32')
      ? 'wasm32'
      : tail.find((it) =>
          ['arm', 'arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'universal'].includes(it),
        );
    if ((!os && cpu !== 'wasm32') || !/^\d/.test(range)) {
      console.log('not sure about', path, name, range);
      continue;
    }
    lock.packages[key] = {
      version: range,
      ...(cpu && { cpu: [cpu] }),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...(os && { os: [os] }),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log('added', added);
