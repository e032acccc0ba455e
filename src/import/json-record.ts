import { randomUUID } from 'node:crypto';
import { badInput, PergolaError } from '../errors.ts';

/** A number of JSON that JavaScript's own numbers would change: it is kept as it is written. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Characters of one record. A longer one is most likely a bracket or a quotation mark that was not closed. */
export const maxRecordLength = 16 * 1024 * 1024;
const maxDepth = 60;
const maxKeyLength = 1000;

/**
 * One JSON object. Large numbers stay exact; a key that is given twice is refused, for one of its values would be lost;
 * so is what nests deeper than any column needs, before a parser that calls itself for every bracket sees it.
 *
 * @throws IMPORT_BAD_FILE
 */
export function parseJsonRecord(text: string, place: string): Record<string, unknown> {
  const keys = countKeys(text, place);
  let value: unknown;
  try {
    value = longNumber.test(text) ? parseExact(text) : JSON.parse(text);
  } catch {
    throw notAnObject(place);
  }
  if (!isRecord(value)) throw notAnObject(place);
  if (keys !== keysOf(value)) throw badRecord(`${place} gives a key twice.`, 'Give each key once.');
  return value;
}

/** How many keys the text gives: each has one colon after it that is in no string. */
function countKeys(text: string, place: string): number {
  let [depth, colons] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = endOfString(text, at);
    } else if (code === 123 || code === 91) {
      if (++depth > maxDepth) throw badRecord(`${place} nests deeper than ${maxDepth} brackets.`, 'Make it flatter.');
    } else if (code === 125 || code === 93) depth--;
    else if (code === 58) colons++;
  }
  return colons;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return at;
  }
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, it) => sum + keysOf(it), 0);
  let sum = 0;
  for (const [name, it] of Object.entries(value)) {
    if (name.length > maxKeyLength) throw badRecord(`A key is longer than ${maxKeyLength} characters.`, 'Shorten it.');
    sum += 1 + keysOf(it);
  }
  return sum;
}

const longNumber = /\d{16}|\d\.\d{15}|\d[eE]/;
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
function parseExact(text: string): unknown {
  // Made anew for each record, so that nothing that a file says can be taken for it.
  const nonce = `${randomUUID()}:`;
  const marked = text.replace(tokens, (token) =>
    token.startsWith('"') || isExact(token) ? token : `"${nonce}${token}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(nonce) ? new ExactNumber(value.slice(nonce.length)) : value,
  );
}

const isExact = (token: string) => String(Number(token)) === token;

/** A value of a Json column: what its numbers would lose is refused, fractions excepted, which JSON itself rounds. */
export function plainJson(value: unknown, column: string): unknown {
  if (value instanceof ExactNumber) {
    const number = Number(value.text);
    const isWhole = Number.isInteger(number) && !/[.eE]/.test(value.text);
    if (isWhole || !Number.isFinite(number))
      throw badInput(`${column} holds ${value.text.slice(0, 40)}, which would be rounded.`, 'Give it as text.', column);
    return number;
  }
  if (Array.isArray(value)) return value.map((it) => plainJson(it, column));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, plainJson(it, column)]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const badRecord = (fact: string, remedy: string) => new PergolaError('IMPORT_BAD_FILE', fact, remedy);

const notAnObject = (place: string) => badRecord(`${place} is not a JSON object.`, 'Write { "column": value }.');
