/** Unique values that are taken: one answer, without names and values, whoever has them. */
import { describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { anyone } from '../../src/policy/rule.ts';
import { openTestPlatform } from '../support/platform.ts';

describe('a unique value that is taken', () => {
  const createSurvey =
    'mutation ($title: String!, $organization: String!) { createSurvey(data: { title: $title, organization: { connect: { id: $organization } } }) { id } }';

  it('is refused without its name and value, whoever has it (attack 42)', async () => {
    await using platform = await openTestPlatform();
    expect(await platform.as('ed').run(createSurvey, { title: 'Cellars', organization: 'a' })).toEqual({
      data: { createSurvey: null },
      errors: [
        {
          code: 'CONFLICT',
          message: 'A Survey with these unique values cannot be stored. Choose other values.',
          path: 'createSurvey',
          inputPath: 'data',
        },
      ],
    });
  });

  it('of a row that may not be read gives no other answer to an upsert than to a create (attack 44)', async () => {
    const mine = policy('Tag', ({ where }) => ({
      read: where({ label: { not: 'FROST' } }),
      create: anyone,
      update: anyone,
      fields: { slug: open, label: open, observations: readOnly },
    }));
    await using platform = await openTestPlatform({ policies: [mine] });
    const alice = platform.as('alice');
    const conflict = {
      code: 'CONFLICT',
      message: 'A Tag with these unique values cannot be stored. Choose other values.',
    };
    const upsert =
      'mutation { upsertTag(where: { slug: "frost" }, create: { slug: "frost", label: "x" }, update: { label: "x" }) { slug } }';
    expect(await alice.run(upsert)).toEqual({
      data: { upsertTag: null },
      errors: [{ ...conflict, path: 'upsertTag', inputPath: 'create' }],
    });
    const create = 'mutation { createTag(data: { slug: "frost", label: "x" }) { slug } }';
    expect(await alice.run(create)).toEqual({
      data: { createTag: null },
      errors: [{ ...conflict, path: 'createTag', inputPath: 'data' }],
    });
  });
});
