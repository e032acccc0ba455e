/** Whether a password is among those that are guessed first: OWASP ASVS 5, 6.2.4 and 6.2.11. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * About 50,000 of the most common passwords of what has leaked, in small letters, as the text of their JSON. It stays one
 * text, in which they are searched: as a set of strings it would take 20 times the memory, for something that is asked
 * once when a password is chosen. Read when it is first asked for.
 */
let list: string | undefined;

/**
 * The list leaves out what the estimator that it is made for finds by itself, however common it is: repetitions, rows of
 * keys and dates. Hence the rules beside it.
 *
 * @param password normalised, and of bounded length
 */
export function isCommonPassword(password: string, minLength: number): boolean {
  const text = password.toLowerCase();
  // What repeats something is no harder to guess than that: `12341234`, `passwordpassword`.
  const unit = text.slice(0, `${text}${text}`.indexOf(text, 1));
  if (unit.length < minLength || isDate.test(unit)) return true;
  if (contextWords.includes(unit.replace(/[^a-z]/g, ''))) return true;
  const backwards = [...unit].toReversed().join('');
  return [unit, backwards].some((it) => isListed(it) || rows.some((row) => row.includes(it)));
}

/** What is guessed first of this very service, with whatever digits and signs around it (ASVS 6.1.2): docs/accounts.md. */
const contextWords = ['pergola'];

const rows = ['01234567890-=', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop[]', "asdfghjkl;'"];

/** `31121999`, `12311999` or `19991231`. */
const isDate = /^(?:(?:0[1-9]|[12]\d|3[01]){2}(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$/;

function isListed(text: string): boolean {
  list ??= readFileSync(
    createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common/src/passwords.json'),
    'latin1',
  );
  // With the quotes around it, and those within escaped, so that no part of an entry and no two of them are found.
  return list.includes(JSON.stringify(text));
}
