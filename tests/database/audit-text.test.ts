import { expect, it } from 'vitest';
import { jsonOfText } from '../../src/database/write/audit-text.ts';

it('writes every text as JSON.stringify does', () => {
  const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  const texts = ['', '🐈', '\ude00\ud83d', ...units, ...units.map((unit) => `a${unit}b`)];
  expect(texts.filter((text) => jsonOfText(text) !== JSON.stringify(text))).toEqual([]);
});
