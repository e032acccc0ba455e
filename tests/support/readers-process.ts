/** Asks two readers of a SQLite file at once, a long statement first: `tsx readers-process.ts <file> <long statement>`. */
import { sideReaders } from '../../src/database/engines/side-readers.ts';

const [path, long] = process.argv.slice(2) as [string, string];
const readers = sideReaders(path, 20_000);
let goesOn = true;
void readers.value(long, ['x']).catch(() => (goesOn = false));
await readers.value('select 1', []);
console.log(goesOn ? 'answered beside a statement that goes on' : 'answered after it');
