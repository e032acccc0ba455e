/** The reference is worth something as far as it is written apart from what it judges. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

it('the reference shares nothing but types with the house', () => {
  const folder = join(import.meta.dirname, 'reference');
  const seen = new Set<string>();
  const visit = (file: string): string[] => {
    if (seen.has(file)) return [];
    seen.add(file);
    const imports = [...readFileSync(file, 'utf8').matchAll(/^import (type )?[^;]*? from '([^']+)';/gm)];
    const values = imports.filter(([, type]) => !type).map(([, , path]) => join(dirname(file), path!));
    return values.flatMap((path) => (path.includes('/src/') ? [`${file} imports ${path}`] : visit(path)));
  };
  expect(readdirSync(folder).flatMap((name) => visit(join(folder, name)))).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
});
