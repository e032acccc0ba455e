import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from '../src/errors.ts';

it('lists every error code in docs/errors.md, and none that does not exist', () => {
  const text = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
  expect(new Set(listed)).toEqual(new Set<string>(errorCodes));
});
