/** What a create does at the other ends of the new row's relations, right by right. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyRight, homeDesign } from '../support/home-design.ts';
import { relations, uniqueOf } from '../support/nested-cases.ts';
import { difference, openTinyService, type TinyService } from '../support/tiny-service.ts';

let homes: TinyService;
beforeAll(async () => {
  homes = await openTinyService(homeDesign);
});
afterAll(() => homes[Symbol.asyncDispose]());
beforeEach(() => homes.reset());

async function create(relation: string, input: unknown, may = everyRight) {
  const before = await homes.everything();
  // A home stands on a street, so there is always one relation.
  const data = { id: 7, may, street: { connect: { id: 2 } }, [relation]: input };
  const answer = await homes.run('mutation ($data: HomeCreateInput!) { createHome(data: $data) { id } }', { data });
  return { answer, changes: difference(before, await homes.everything()) };
}

const refused = (code: string, fact: string, inputPath: string) => {
  const remedy = {
    FORBIDDEN: 'Leave it out, or ask for the right.',
    NOT_FOUND: 'Check the key, and that you may see the row.',
  }[code];
  return {
    answer: {
      data: { createHome: null },
      errors: [{ code, message: `${fact} ${remedy}`, path: 'createHome', inputPath }],
    },
    changes: [],
  };
};

const without = (rights: string) =>
  everyRight
    .split('')
    .filter((right) => !rights.includes(right))
    .join('');

/** What ties the new home, as `difference` says it. */
const ties: Record<string, { toFree: string[]; toFresh: string[] }> = {
  gate: { toFree: [], toFresh: ['+ Gate 9'] },
  street: { toFree: [], toFresh: ['+ Street 9'] },
  shelf: { toFree: [], toFresh: ['+ Shelf 9,8'] },
  parent: { toFree: [], toFresh: ['+ Home 9'] },
  roof: { toFree: ['Roof 2 homeId: null > 7'], toFresh: ['+ Roof 9'] },
  rooms: { toFree: ['Room 2,1 homeId: null > 7'], toFresh: ['+ Room 9,8'] },
  doors: { toFree: ['Door 3 homeId: 4 > 7'], toFresh: ['+ Door 9'] },
  children: { toFree: ['Home 4 parentId: null > 7'], toFresh: ['+ Home 9'] },
  trees: { toFree: ['+ _HomeToTree 7,ash'], toFresh: ['+ Tree fir', '+ _HomeToTree 7,fir'] },
  sees: { toFree: ['+ _Sees 4,7'], toFresh: ['+ Home 9', '+ _Sees 9,7'] },
  seenBy: { toFree: ['+ _Sees 7,4'], toFresh: ['+ Home 9', '+ _Sees 7,9'] },
};

describe.each(Object.entries(relations))('%s', (relation, { model, holder, list, free, fresh, back = 'b' }) => {
  const { toFree, toFresh } = ties[relation]!;
  const items = (item: unknown) => (list ? [item] : item);
  const n = list ? '[0]' : '';
  const where = uniqueOf(free);
  const absent = uniqueOf(Object.fromEntries(Object.entries(fresh).filter(([name]) => name !== 'street')));
  const row = (may = everyRight) => ({ ...fresh, may });
  const done = (changes: string[]) => ({
    answer: { data: { createHome: { id: 7 } } },
    changes: ['+ Home 7', ...changes].toSorted(),
  });
  const sorted = async (result: ReturnType<typeof create>) =>
    result.then((created) => ({ ...created, changes: created.changes.toSorted() }));
  const take = (rights: string) =>
    homes.sql(
      `update ${model} set may = ? where ${Object.keys(free)
        .map((name) => `${name} = ?`)
        .join(' and ')}`,
      without(rights),
      ...Object.values(free),
    );

  it.each([
    ['create', { create: items(row()) }, toFresh],
    ['connect', { connect: items(where) }, toFree],
    ['connectOrCreate, there', { connectOrCreate: items({ where, create: row() }) }, toFree],
    ['connectOrCreate, absent', { connectOrCreate: items({ where: absent, create: row() }) }, toFresh],
  ])('%s changes that and nothing else', async (_, input, changes) => {
    expect(await sorted(create(relation, input))).toEqual(done(changes));
  });

  it('takes the right to write the relation', async () => {
    expect(await create(relation, { connect: items(where) }, without('w'))).toEqual(
      refused('FORBIDDEN', 'You may not create this Home.', 'data'),
    );
  });

  it('takes what a tie takes of the row that is there, and nothing else', async () => {
    const needed = holder === 'far' ? 'ru' : 'rl';
    for (const right of needed) {
      await homes.reset();
      await take(right);
      expect([right, await create(relation, { connect: items(where) })]).toEqual([
        right,
        refused('NOT_FOUND', `No ${model} matches.`, `data.${relation}.connect${n}`),
      ]);
    }
    await homes.reset();
    await take(without(needed + (holder === 'far' ? back : '')));
    expect(await sorted(create(relation, { connect: items(where) }))).toEqual(done(toFree));
  });

  it.runIf(holder === 'far')(
    'takes the right to link to the new row, and to write the far end, where that holds the columns',
    async () => {
      for (const [verb, input] of [
        ['connect', items(where)],
        ['create', items(row())],
      ] as const)
        expect(await create(relation, { [verb]: input }, without('l'))).toEqual(
          refused('FORBIDDEN', 'You may not link to this Home.', `data.${relation}.${verb}${n}`),
        );
      await take(back);
      expect(await create(relation, { connect: items(where) })).toEqual(
        refused(
          'FORBIDDEN',
          `You may not write ${model}.${relation === 'children' ? 'parent' : 'home'}.`,
          `data.${relation}.connect${n}`,
        ),
      );
    },
  );

  it('judges the far row that is created by its own policy', async () => {
    expect(await create(relation, { create: items(row(without('c'))) })).toEqual(
      refused('FORBIDDEN', `You may not create this ${model}.`, `data.${relation}.create${n}`),
    );
  });
});
