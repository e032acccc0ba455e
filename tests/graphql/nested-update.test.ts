/** What one mutation does at the other ends of a row's relations: every verb through every kind of relation, right by right. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyRight, homeDesign } from '../support/home-design.ts';
import { updateCases, type NestedCase } from '../support/nested-cases.ts';
import { difference, openTinyService, type Everything, type TinyService } from '../support/tiny-service.ts';

const parties = ['near', 'far', 'new'] as const;
type Party = (typeof parties)[number];

let homes: TinyService;
let before: Everything;
beforeAll(async () => {
  homes = await openTinyService(homeDesign);
});
afterAll(() => homes[Symbol.asyncDispose]());
beforeEach(() => homes.reset());

const document = 'mutation ($data: HomeUpdateInput!) { updateHome(where: { id: 1 }, data: $data) { id } }';

/** The whole answer, and what differs in the whole database. */
async function update(data: object) {
  before = await homes.everything();
  const answer = await homes.run(document, { data });
  return { answer, changes: difference(before, await homes.everything()) };
}

const done = (changes: readonly string[]) => ({
  answer: { data: { updateHome: { id: 1 } } },
  changes: expect.arrayContaining([...changes]),
});

function refused(code: string, fact: string, inputPath: string) {
  const remedy = remedies[code]!;
  return {
    answer: {
      data: { updateHome: null },
      errors: [{ code, message: `${fact} ${remedy}`, path: 'updateHome', inputPath }],
    },
    changes: [],
  };
}

const remedies: Record<string, string> = {
  FORBIDDEN: 'Leave it out, or ask for the right.',
  NOT_FOUND: 'Check the key, and that you may see the row.',
  CONFLICT: 'Choose other values.',
};

const without = (rights: string) =>
  everyRight
    .split('')
    .filter((right) => !rights.includes(right))
    .join('');

/** Takes a right from the home, from the row at the other end, or from the one that is to be created. */
async function take(right: string, party: Party, { model, far }: NestedCase) {
  if (party === 'near') await homes.sql('update Home set may = ? where id = 1', without(right));
  if (party !== 'far') return;
  const names = Object.keys(far);
  await homes.sql(
    `update ${model} set may = ? where ${names.map((name) => `${name} = ?`).join(' and ')}`,
    without(right),
    ...Object.values(far),
  );
}

function rightsOf(party: Party, { needs }: NestedCase): [needed: string, others: string] {
  const needed = (needs[party] ?? '') + (party === 'near' ? 'ruw' : '');
  return [needed, without(needed)];
}

/** How the refusal reads when this right is missing. */
function refusalOf(right: string, party: Party, { relation, model, at, tieAt = at, createAt }: NestedCase) {
  const path = `data.${relation}`;
  if (party === 'near' && 'ru'.includes(right)) return refused('NOT_FOUND', 'No Home matches.', 'where');
  if (party === 'near' && right === 'w') return refused('FORBIDDEN', 'You may not write these fields of Home.', 'data');
  if (party === 'near') return refused('FORBIDDEN', 'You may not link to this Home.', `${path}.${tieAt}`);
  if (party === 'new' && right === 'b')
    return refused('FORBIDDEN', `You may not write ${model}.home.`, `${path}.${at}`);
  const back = { children: 'parent' }[relation] ?? 'home';
  if ('bw'.includes(right) && !(party === 'new' && right === 'w'))
    return refused('FORBIDDEN', `You may not write ${model}.${back}.`, `${path}.${tieAt}`);
  if (party === 'new') return refused('FORBIDDEN', `You may not create this ${model}.`, `${path}.${at}`);
  if (right === 'r' && createAt)
    return refused('CONFLICT', `A ${model} with these unique values cannot be stored.`, `${path}.${createAt}`);
  return refused('NOT_FOUND', `No ${model} matches.`, `${path}.${at}`);
}

describe.each(updateCases.map((nested) => [`${nested.relation}: ${nested.verb}`, nested] as const))('%s', (_, it_) => {
  const { relation, input, changes } = it_;

  it('changes that and nothing else', async () => {
    const result = await update({ [relation]: input(everyRight) });
    expect(result).toEqual(done(changes));
    expect(result.changes).toHaveLength(changes.length);
  });

  it('takes these rights and no others', async () => {
    for (const party of parties) {
      const [needed, others] = rightsOf(party, it_);
      await homes.reset();
      await take(others, party, it_);
      const result = await update({ [relation]: input(party === 'new' ? without(others) : everyRight) });
      expect([party, others, result]).toEqual([party, others, done(changes)]);
      for (const right of needed) {
        await homes.reset();
        await take(right, party, it_);
        const refusal = await update({ [relation]: input(party === 'new' ? without(right) : everyRight) });
        expect([party, right, refusal]).toEqual([party, right, refusalOf(right, party, it_)]);
      }
    }
  });
});
