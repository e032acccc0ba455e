/**
 * Rows that are created by themselves. SQLite and MariaDB do it in a transaction of some statements, PostgreSQL in one
 * statement: what comes of it, what is refused with which words, and what is left behind has to be the same.
 */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { postgresql } from '../../src/database/engines/postgresql.ts';
import { signedIn } from '../../src/policy/rule.ts';
import { observationFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { requirement } from '../support/requirements.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { servers, withServer } from '../support/test-engine.ts';

const create =
  'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { quantity status author { name } } }';
const createTag = 'mutation ($slug: String!) { createTag(data: { slug: $slug, label: "A tag" }) { slug } }';
const createSite =
  'mutation ($survey: String!) { createSite(data: { name: "New", latitude: "1", longitude: "2", survey: { connect: { id: $survey } }, city: { connect: { id: 1 } } }) { name survey { title } } }';

const createCity = `mutation ($name: String!) { createCity(data: {
  name: $name, latitude: "50.88", longitude: "4.7", country: { connect: { code: "BE" } }
}) { name country { name } } }`;

const observation = (site: string, others: object = {}) => ({
  data: {
    quantity: 'rain',
    unit: 'mm',
    value: '1.50',
    measuredAt: '2026-01-01T00:00:00.000Z',
    site: { connect: { id: site } },
    ...others,
  },
});

type Write = readonly [
  what: string,
  who: 'alice' | 'rev' | 'ed' | 'root' | 'guest',
  document: string,
  variables: Record<string, unknown>,
];

const done: readonly Write[] = [
  ['a row that links to another', 'alice', create, observation('a-open')],
  ['a row under a private one', 'alice', create, observation('a-closed')],
  ['a row with two links, of which one is named by a number', 'ed', createSite, { survey: 'a-closed' }],
  ['a row without links', 'root', createTag, { slug: 'new' }],
  ['a row whose key the database counts', 'root', createCity, { name: 'Leuven' }],
];

const refused: readonly Write[] = [
  ['a link to a row that may be read', 'alice', create, observation('b-open')],
  ['a link to a row that is hidden', 'alice', create, observation('b-closed')],
  ['a link to a row that is not there', 'alice', create, observation('nowhere')],
  ['a row of somebody else', 'guest', create, observation('a-open')],
  ['a new row that its rule does not allow', 'alice', create, observation('a-open', { status: 'PUBLISHED' })],
  ['a value that cannot be stored', 'alice', create, observation('a-open', { quantity: 'a\0b' })],
  ['a site of a survey that is not theirs', 'ed', createSite, { survey: 'b-open' }],
  ['a key that is taken', 'root', createTag, { slug: 'rain' }],
];

/** Observations, sites, tags and cities, and the entries of the audit. */
const counted = ({ database: { unguarded } }: TestPlatform) =>
  Promise.all([
    unguarded.observation.count(),
    unguarded.site.count(),
    unguarded.tag.count(),
    unguarded.city.count(),
    unguarded.auditEntry.count(),
  ]);

describe.each(['mysql', 'postgresql'] as const)('SQLite and %s', (engine) => {
  const sides = sideBySide(engine);

  it.each(done)('create %s, and note it once', sides.needed, async (_, who, document, variables) => {
    const before = await counted(sides.there);
    const viewer = sides.there.as(who);
    const answer = await viewer.run(document, variables);
    expect(answer).toEqual(await sides.here.as(who).run(document, variables));
    expect(answer.errors).toBeUndefined();
    const grown = (await counted(sides.there)).map((count, at) => count - before[at]!);
    expect(grown.slice(0, -1).reduce((sum, count) => sum + count)).toBe(1);
    expect(grown.at(-1)).toBe(1);
    // For the row, for its entry, and to read it; a key that is counted has to be known before it is noted.
    const alone = engine === 'postgresql' && document !== createCity;
    expect(viewer.statements).toBe(alone ? 2 : 3);
  });

  it('create many at once, of which some are refused: nobody takes another along', sides.needed, async () => {
    const before = await counted(sides.there);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => {
        const site = at % 3 === 0 ? 'b-closed' : 'a-open';
        return sides.there.as('alice').run(create, observation(site, { quantity: `rain ${at}` }));
      }),
    );
    const told = answers.map(({ data, errors }) =>
      errors ? errors[0]!.code : (data as { createObservation: { quantity: string } }).createObservation.quantity,
    );
    expect(told).toEqual(answers.map((_, at) => (at % 3 === 0 ? 'NOT_FOUND' : `rain ${at}`)));
    const grown = (await counted(sides.there)).map((count, at) => count - before[at]!);
    expect(grown).toEqual([40, 0, 0, 0, 40]);
  });

  it.each(refused)('refuse %s alike, and leave nothing', sides.needed, async (_, who, document, variables) => {
    const before = await counted(sides.there);
    const answer = await sides.there.as(who).run(document, variables);
    expect(answer).toEqual(await sides.here.as(who).run(document, variables));
    expect(answer.errors).toHaveLength(1);
    expect(await counted(sides.there)).toEqual(before);
  });
});

/** Its rule asks for other rows of the model at the same site: the new one is among them. */
const noDew = policy('Observation', ({ where, viewer }) => ({
  read: signedIn,
  create: where({ site: { is: { observations: { none: { quantity: { equals: 'dew' } } } } } }),
  fields: observationFields,
  presets: { authorId: viewer.id },
}));

describe.each(['sqlite', 'mysql', 'postgresql'] as const)('on %s', (engine) => {
  const needed = engine === 'sqlite' ? {} : requirement(engine).needed;
  it('a rule about rows of the same model is asked of the new row too', needed, async () => {
    await using platform = await openTestPlatform({ policies: [noDew] }, engine);
    const write = (quantity: string) => platform.as('alice').run(create, observation('a-open', { quantity }));
    expect((await write('rain')).errors).toBeUndefined();
    expect((await write('dew')).errors?.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });
});

describe('the statement of PostgreSQL', () => {
  const { needed } = requirement('postgresql');
  const insert = (condition: 'true' | 'false') =>
    postgresql.insertJudged!({
      row: { table: sql.table('t'), columns: [sql.id('x')], values: [sql.lit(1)] },
      alias: 't0',
      condition: sql.lit(condition === 'true'),
      note: undefined,
    }).compile(postgresql.compiler).sql;

  // A table of its own, so that nothing else decides what becomes of the statement.
  it('keeps nothing where the condition does not hold, nor outside of its transaction', needed, async () => {
    await withServer(servers.postgresql, async ({ run }) => {
      await run('CREATE TEMPORARY TABLE t (x int)');
      const kept = async (statement: string) => {
        await run('BEGIN ISOLATION LEVEL SERIALIZABLE');
        const refusal = await run(statement).then(
          () => undefined,
          (error: unknown) => (error as { code?: unknown }).code,
        );
        await run('COMMIT');
        return [refusal, await run('SELECT count(*)::int FROM t')];
      };
      expect(await kept(insert('false'))).toEqual(['22012', [[0]]]);
      // As where BEGIN has been refused, and the statement behind it arrives all the same.
      await expect(run(insert('true'))).rejects.toMatchObject({ code: '22012' });
      expect(await kept(insert('true'))).toEqual([undefined, [[1]]]);
    });
  });
});
