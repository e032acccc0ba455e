/** What docs/aggregates.md and docs/filters.md say an operation answers, it answers. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
  const details = { battery: { level: 5 } };
  await platform.database.unguarded.observation.update({ where: { id: 'a-open-draft' }, data: { details } });
});
afterAll(() => platform[Symbol.asyncDispose]());

describe.each(['aggregates', 'filters'])('docs/%s.md', (name) => {
  const text = readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```graphql\n([^`]*)```\n\n```json\n([^`]*)```/g)];

  it('shows no operation without its answer', () => {
    expect(examples.length).toBeGreaterThan(2);
    expect(text.match(/```graphql/g)).toHaveLength(examples.length);
  });

  it.each(examples.map(([, operation = '', answer = '']) => [operation, answer]))(
    'is true of %s',
    async (operation, answer) => {
      expect(await platform.as('root').run(operation)).toEqual(JSON.parse(answer));
    },
  );
});
