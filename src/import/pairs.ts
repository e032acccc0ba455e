import { badInput } from '../errors.ts';

type Pair = readonly [name: string, value: string];

/** `column=field`: names of fields have no equals sign, and columns may. @throws BAD_INPUT with `where` as its path. */
export const columnPairs = (texts: readonly string[], where?: string): Pair[] =>
  texts.map((text) => pairAt(text, text.lastIndexOf('='), where));

/** `field=value`: the value may have any. @throws BAD_INPUT with `where` as its path. */
export const constantPairs = (texts: readonly string[], where?: string): Pair[] =>
  texts.map((text) => pairAt(text, text.indexOf('='), where));

function pairAt(text: string, at: number, where: string | undefined): Pair {
  if (at < 1) throw badInput(`"${text}" is no pair.`, 'Write name=value.', where);
  return [text.slice(0, at), text.slice(at + 1)];
}
