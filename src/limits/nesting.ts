import { PergolaError } from '../errors.ts';

const maxNesting = 60;

/**
 * Parsers and validators call themselves for every bracket; this does not, and so comes first.
 *
 * @throws TOO_DEEP for a text whose brackets nest deeper than the limit. Brackets in strings count too: to know what a
 * string is, one has to parse.
 */
export function refuseDeepText(text: string, limit = maxNesting): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91 || code === 40) {
      if (++depth > limit) throw tooDeep('The operation', limit);
    } else if (code === 125 || code === 93 || code === 41) depth--;
  }
}

/** @throws TOO_DEEP for variables that nest deeper than the limit. */
export function refuseDeepValue(value: unknown, limit = maxNesting): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) throw tooDeep('A variable', limit);
    level = level.flatMap((it) => (typeof it === 'object' && it !== null ? Object.values(it) : []));
  }
}

const tooDeep = (what: string, limit: number) =>
  new PergolaError('TOO_DEEP', `${what} nests deeper than ${limit} brackets.`, 'Ask in several operations.');
