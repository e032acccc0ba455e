import { expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';

/** A country with a neighbour that has a neighbour that …: so many relations deep. */
function neighbours(depth: number, code = 'X'): object {
  const country = { code, name: code, officialName: code, region: 'Test', area: 1, landlocked: false, flag: '-' };
  return depth === 0 ? country : { ...country, borders: { create: [neighbours(depth - 1, `${code}${depth}`)] } };
}

it('is eight relations at most, and nothing is written of what goes further', async () => {
  await using platform = await openTestPlatform();
  const root = platform.as('root');
  const create = (data: object) =>
    root.run('mutation ($data: CountryCreateInput!) { createCountry(data: $data) { code } }', { data });
  const before = await root.ids('countries', {}, 'code');
  expect(await create(neighbours(9))).toEqual({
    data: { createCountry: null },
    errors: [
      {
        code: 'TOO_DEEP',
        message: expect.stringContaining('is nested deeper than 8 relations. Write in several mutations.'),
        path: 'createCountry',
        inputPath: `data${'.borders.create[0]'.repeat(8)}.borders`,
      },
    ],
  });
  expect(await root.ids('countries', {}, 'code')).toEqual(before);
  expect(await create(neighbours(8))).toEqual({ data: { createCountry: { code: 'X' } } });
  expect(await root.ids('countries', {}, 'code')).toHaveLength(before.length + 9);
});
