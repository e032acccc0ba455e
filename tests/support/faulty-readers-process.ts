/**
 * Reads a SQLite file on threads while its disk fails, and when it no longer does: `tsx faulty-readers-process.ts <file>
 * <fiu-ctrl> <its folder of pipes>`, with libfiu loaded. Prints a line of JSON: what was told, and what was read then.
 */
import { execFileSync } from 'node:child_process';
import { sideReaders } from '../../src/database/engines/side-readers.ts';
import { isOfDisk } from '../../src/database/engines/unavailable.ts';

const [path, fiu, control] = process.argv.slice(2) as [string, string, string];
// What tells it is not to fail itself.
const env = { ...process.env, LD_PRELOAD: '' };
const tell = (command: string) => execFileSync(fiu, ['-f', control, '-c', command, String(process.pid)], { env });
const readers = sideReaders(path, 20_000);
const cities = () => readers.value('SELECT count(*) FROM "City"', []);

// Opened, and with some pages in memory.
await readers.value('SELECT count(*) FROM "Country"', []);
tell('enable name=posix/io/rw/pread,failinfo=5');
const told = await cities().then(String, isOfDisk);
tell('disable name=posix/io/rw/pread');
const read = await cities().then(Number, String);
readers.close();
console.log(JSON.stringify({ told, read }));
