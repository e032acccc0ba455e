/** Who wrote what: in the transaction of the write, without secrets, and for nobody to change. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const entriesOf = async (requestId: string) => {
  const entries = await served.platform.database.unguarded.auditEntry.findMany({
    where: { requestId },
    orderBy: { id: 'asc' },
  });
  return entries.map(({ model, verb, key, changes, actorKind }) => ({ model, verb, key, changes, actorKind }));
};
let requests = 0;
const run = async (persona: string, query: string) => {
  const requestId = `audit-${++requests}`;
  const { body } = await served.run(persona, query, {}, { 'x-request-id': requestId });
  return { body, entries: await entriesOf(requestId) };
};
const entry = (verb: string, model: string, key: string, changes: object) => ({
  actorKind: 'user',
  model,
  verb,
  key,
  changes,
});

it('has an entry for each row and tie that a mutation writes', async () => {
  const created = await run(
    'editor',
    'mutation { createCurrency(data: { code: "XAA", name: "A", countries: {} }) { code } }',
  );
  expect(created.body.errors[0].message).toContain('countries');
  const made = await run(
    'editor',
    'mutation { createCurrencies(data: [{ code: "XAA", name: "A" }, { code: "XBB", name: "B" }]) { count } }',
  );
  expect(made.entries).toEqual([
    entry('CREATE', 'Currency', 'XAA', { code: 'XAA', name: 'A' }),
    entry('CREATE', 'Currency', 'XBB', { code: 'XBB', name: 'B' }),
  ]);
  const tied = await run(
    'editor',
    'mutation { updateCountry(where: { code: "NL" }, data: { capital: "A", currencies: { connect: [{ code: "XAA" }] } }) { code } }',
  );
  expect(tied.entries).toEqual([
    entry('UPDATE', 'Country', 'NL', { capital: 'A' }),
    entry('UPDATE', 'Country', 'NL', { currencies: { connect: 'XAA' } }),
  ]);
  const renamed = await run(
    'editor',
    'mutation { updateCurrencies(where: { code: { in: ["XAA", "XBB"] } }, data: { name: "N" }) { count } }',
  );
  expect(renamed.entries.map(({ key, changes }) => [key, changes])).toEqual([
    ['XAA', { name: 'N' }],
    ['XBB', { name: 'N' }],
  ]);
  const gone = await run('admin', 'mutation { deleteCurrencies(where: { code: { in: ["XAA", "XBB"] } }) { count } }');
  expect(gone.entries.map(({ verb, key }) => `${verb} ${key}`)).toEqual(['DELETE XAA', 'DELETE XBB']);
});

it('has none for what is refused or only tried', async () => {
  const refused = await run(
    'editor',
    'mutation { createCurrencies(data: [{ code: "XCC", name: "C" }, { code: "XCC", name: "C" }]) { count } }',
  );
  expect([refused.body.errors[0].extensions.code, refused.entries]).toEqual(['CONFLICT', []]);
  const tried = await run(
    'editor',
    'mutation { createCurrencies(data: [{ code: "XCC", name: "C" }], preview: true) { count } }',
  );
  expect([tried.body.data.createCurrencies.count, tried.entries]).toEqual([1, []]);
});

it('says of what nobody may read only that it was written', async () => {
  const { database } = served.platform;
  const ada = await database.unguarded.user.findFirstOrThrow({ where: { email: 'member@example.test' } });
  const rows = database.as({ kind: 'user', id: ada.id, roles: ['admin'] }, { id: 'secrets' });
  await rows
    .write((writer) => writer.create('Comment', { body: 'x', observation: { connect: { id: 'absent' } } }))
    .catch(() => {});
  expect(await entriesOf('secrets')).toEqual([]);
});

it('is read by those who may, and written by no mutation', async () => {
  const query = '{ auditEntries(first: 1) { totalCount } }';
  expect((await served.run('admin', query)).body.data.auditEntries.totalCount).toBeGreaterThan(0);
  expect((await served.run('member', query)).body.data.auditEntries.totalCount).toBe(0);
  const mutations = Object.keys(served.platform.api.getMutationType()!.getFields());
  expect(mutations.filter((name) => /audit/i.test(name))).toEqual([]);
});
