import { PergolaError } from '../errors.ts';

/**
 * Parsers and validators call themselves for every bracket; this does not, and so comes first.
 *
 * @throws TOO_DEEP for a text whose brackets nest deeper than the limit. Brackets in strings count too: to know what a
 * string is, one has to parse.
 */
export function refuseDeepText(text: string, limit: number): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91 || code === 40) {
      if (++depth > limit) throw tooDeep('The operation', limit);
    } else if (code === 125 || code === 93 || code === 41) depth--;
  }
}

/** @throws TOO_DEEP for variables that nest deeper than the limit. */
export function refuseDeepValue(value: unknown, limit: number): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) throw tooDeep('A variable', limit);
    const next: unknown[] = [];
    for (const part of level) {
      if (typeof part !== 'object' || part === null) continue;
      // A loop, for it may be a list of a hundred thousand numbers, of which none is looked at again.
      for (const child of Object.values(part)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
}

const tooDeep = (what: string, limit: number) =>
  new PergolaError('TOO_DEEP', `${what} nests deeper than ${limit} brackets.`, 'Ask in several operations.');
