import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const megabyte = 1_000_000;

interface LargeFile {
  readonly name: string;
  text(): Iterable<string>;
}

/** What fills the memory of whoever reads a file whole, or a record, or a cell. */
const largeFiles = (gigabytes: number): readonly LargeFile[] => [
  {
    name: `${gigabytes} GB of rows`,
    *text() {
      const filling = 'x'.repeat(1000);
      for (let at = 0; at < 1_000_000 * gigabytes; at += 1000)
        yield Array.from({ length: 1000 }, (_, nth) => `tag-${at + nth},${filling}\n`).join('');
    },
  },
  {
    name: 'a cell of 100 MB',
    *text() {
      yield 'tag,';
      for (let at = 0; at < 100; at++) yield 'x'.repeat(megabyte);
      yield '\ntag-2,x\n';
    },
  },
  {
    name: `${gigabytes} GB without the end of a line`,
    *text() {
      for (let at = 0; at < 1000 * gigabytes; at++) yield 'tag,xxxxx,'.repeat(megabyte / 10);
    },
  },
];

/** The command itself on each file: what it answers, and how much memory it has had. */
export async function measureMemory(gigabytes: number, folder: string, newDatabase: () => Promise<string>) {
  for (const { name, text } of largeFiles(gigabytes)) {
    const file = join(folder, 'large.csv');
    await pipeline(function* () {
      yield 'slug,label\n';
      yield* text();
    }, createWriteStream(file));
    const { output, peakKb, seconds } = await importAlone(file, await newDatabase());
    const created = /"created":\s*(\d+)/.exec(output)?.[1];
    const answer = created === undefined ? /^pergola: ([^.]*)/m.exec(output)?.[1] : `${created} rows`;
    console.info(
      `memory: ${name}: ${answer}, at most ${Math.round(peakKb / 1024)} MB resident, ${Math.round(seconds)} s`,
    );
  }
}

async function importAlone(file: string, url: string) {
  const begun = performance.now();
  const child = spawn(process.execPath, ['dist/cli/main.js', 'import', file, '--model', 'Tag', '--json'], {
    env: { ...process.env, DATABASE_URL: url, PERGOLA_ADMIN_EMAIL: 'admin@example.test' },
  });
  let [peakKb, output] = [0, ''];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  const status = `/proc/${child.pid}/status`;
  const sample = setInterval(() => {
    if (existsSync(status))
      peakKb = Math.max(peakKb, Number(/VmHWM:\s*(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0));
  }, 50);
  await once(child, 'close');
  clearInterval(sample);
  return { output, peakKb, seconds: (performance.now() - begun) / 1000 };
}
