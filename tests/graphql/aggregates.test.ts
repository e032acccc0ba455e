/** Figures over rows: those that a list would show, and of their fields what the viewer may read (attacks 35, 36, 39). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { compare, insertRows, makeRows, naiveWorld, type NaiveRow } from '../support/naive-world.ts';
import { aliceRules, strictPolicies } from '../support/strict-policies.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

describe('an aggregate', () => {
  it('counts the rows that a list would show, under the same filter', async () => {
    const where = { site: { is: { observations: { some: { status: { equals: 'DRAFT' } } } } } };
    for (const name of ['guest', 'alice', 'bob', 'mallory', 'rev', 'root'] as const) {
      const viewer = platform.as(name);
      const document =
        'query ($where: ObservationWhere) { all: observationAggregate { count } some: observationAggregate(where: $where) { count } }';
      const { data } = await viewer.run(document, { where });
      const [all, some] = [await viewer.ids('observations'), await viewer.ids('observations', { where })];
      expect(data).toEqual({ all: { count: all.length }, some: { count: some.length } });
    }
  });

  it('of no rows is null, and no zero', async () => {
    const where = '(where: { id: { equals: "nowhere" } })';
    const answer = await platform.as('root').run(`{
      observationAggregate${where} { count sum { value serialNumber } avg { value serialNumber } min { value measuredAt unit } max { serialNumber } }
      countryAggregate(where: { code: { equals: "XX" } }) { count sum { area } avg { area } min { area } max { area } }
    }`);
    const none = { value: null, serialNumber: null };
    expect(answer).toEqual({
      data: {
        observationAggregate: {
          count: 0,
          sum: none,
          avg: none,
          min: { value: null, measuredAt: null, unit: null },
          max: { serialNumber: null },
        },
        countryAggregate: {
          count: 0,
          sum: { area: null },
          avg: { area: null },
          min: { area: null },
          max: { area: null },
        },
      },
    });
  });

  it('stands under several names, in fragments, and costs one statement', async () => {
    const guest = platform.as('guest');
    const { data } = await guest.run(`
      { observationAggregate { __typename n: count a: sum { v: value } b: sum { value } ...F } }
      fragment F on ObservationAggregate { sum { value } max { measuredAt } }
    `);
    // 2.25, 17.25 and 10.25.
    expect(data).toEqual({
      observationAggregate: {
        __typename: 'ObservationAggregate',
        n: 3,
        a: { v: '29.75' },
        b: { value: '29.75' },
        sum: { value: '29.75' },
        max: { measuredAt: '2026-01-18T12:00:00.000Z' },
      },
    });
    expect(guest.statements).toBe(1);
  });

  it('of a value that may be read on no row is refused before the database is asked, whatever its name (attack 39)', async () => {
    const guest = platform.as('guest');
    for (const selection of [
      'min { internalNote }',
      'max { a: internalNote }',
      'x: max { ... on ObservationMax { internalNote } }',
    ]) {
      expect(await guest.run(`{ observationAggregate { count ${selection} } }`)).toEqual({
        data: null,
        errors: [
          {
            code: 'FORBIDDEN',
            message: 'You may not aggregate Observation.internalNote. Leave it out, or ask for the right.',
            path: 'observationAggregate',
          },
        ],
      });
      expect(guest.statements).toBe(0);
    }
    const { errors } = await guest.run('{ userAggregate(where: { email: { contains: "root" } }) { count } }');
    expect(errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  it('counts the rows that have a value, and adds decimals as they are written', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    for (const [id, value] of Object.entries({ 'a-open-draft': '0.1', 'a-open-submitted': '0.2' })) {
      const document =
        'mutation ($id: String, $value: Decimal) { updateObservation(where: { id: $id }, data: { value: $value }) { id } }';
      expect((await root.run(document, { id, value })).errors).toBe(undefined);
    }
    const where = '(where: { siteId: { equals: "a-open" }, reviewerId: { equals: null } })';
    const { data } = await root.run(
      `{ observationAggregate${where} { count present { serialNumber reviewerId value } sum { value } } }`,
    );
    // Those two and Mallory's draft of 16.25.
    expect(data).toEqual({
      observationAggregate: {
        count: 3,
        present: { serialNumber: 2, reviewerId: 0, value: 3 },
        sum: { value: '16.55' },
      },
    });
  });

  it('of floats beyond their range is refused, and no failure', async () => {
    await using own = await openTestPlatform();
    await own.database.unguarded.country.updateMany({ data: { area: 1.7e308 } });
    const root = own.as('root');
    const { errors } = await root.run('{ countryAggregate { sum { area } } }');
    expect(errors).toMatchObject([
      { code: 'BAD_INPUT', message: 'The sum leaves the range of a Float. Aggregate fewer rows.' },
    ]);
    const { data } = await root.run('{ countryGroups(by: [{ field: name }]) { key { name } sum { area } } }');
    expect(data).toEqual({
      countryGroups: ['Belgium', 'Netherlands'].map((name) => ({ key: { name }, sum: { area: 1.7e308 } })),
    });
  });

  it('has no part for what is hidden, opaque or without a size', () => {
    const fields = (name: string) =>
      Object.keys((platform.api.getType(name) as unknown as { getFields(): object }).getFields());
    expect(fields('UserMin')).toEqual(['id', 'email', 'name', 'createdAt']);
    expect(fields('ObservationSum')).toEqual(['value', 'serialNumber']);
  });

  it('of whole numbers beyond 64 bits is refused or exact, never a failure', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    for (const id of ['a-open-draft', 'a-open-submitted']) {
      const document =
        'mutation ($id: String!) { updateObservation(where: { id: $id }, data: { serialNumber: "9223372036854775807" }) { id } }';
      await root.run(document, { id });
    }
    const { data, errors } = await root.run<{ observationAggregate: { sum: { serialNumber: string } } } | null>(
      '{ observationAggregate(where: { serialNumber: { gt: "9000000000000000000" } }) { sum { serialNumber } } }',
    );
    const answer = errors ? errors.map(({ code }) => code) : data?.observationAggregate.sum.serialNumber;
    expect(answer).toBeOneOf([['BAD_INPUT'], '18446744073709551614']);
  });
});

describe('the figures of random rows', () => {
  const rows = makeRows();
  const worlds = { root: naiveWorld(rows), alice: naiveWorld(rows, aliceRules) };

  it.each(['root', 'alice'] as const)('are those of what %s reads', async (name) => {
    await using strict = await openTestPlatform({
      policies: strictPolicies,
      fill: (client) => insertRows(client, rows),
    });
    const fields = ['internalNote', 'unit', 'measuredAt', 'siteId', 'correctsId'] as const;
    const { data, errors } = await strict
      .as(name)
      .run<{ observationAggregate: Record<'min' | 'max', Record<string, unknown>> }>(
        `{ observationAggregate { min { ${fields.join(' ')} } max { ${fields.join(' ')} } } }`,
      );
    expect(errors).toBe(undefined);
    const figures = (pick: (sorted: unknown[]) => unknown) =>
      Object.fromEntries(
        fields.map((field) => {
          const values = worlds[name]
            .list('Observation')
            .map((row: NaiveRow) => worlds[name].value('Observation', field, row));
          const present = values.filter((value) => value !== null).toSorted(compare);
          return [field, JSON.parse(JSON.stringify(pick(present) ?? null)) as unknown];
        }),
      );
    expect(data.observationAggregate).toEqual({ min: figures((all) => all[0]), max: figures((all) => all.at(-1)) });
  });
});
