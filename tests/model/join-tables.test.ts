/** Which side of an implicit many-to-many is A: held against rows that Prisma Client itself has written. */
import { expect, it } from 'vitest';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { modelOf, relationOf, relationsOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';

const schema = readDatamodel(generatedDatamodel);

const land = (code: string) => ({
  code,
  name: code,
  officialName: code,
  region: 'Europe',
  area: 1,
  landlocked: false,
  flag: code,
});

it.each([
  'Country.borders',
  'Country.borderedBy',
  'Country.languages',
  'Language.countries',
  'Observation.tags',
  'Tag.observations',
])('stands where Prisma writes it: %s', async (place) => {
  const [model = '', field = ''] = place.split('.');
  const { join, target, opposite } = relationOf(modelOf(schema, model), field);
  if (join.kind !== 'table') throw new Error(`${place} has no table.`);
  await using test = await openTemporaryDatabase();
  const { client } = test;
  const near = await writeRow(client, model, 'near');
  const far = await writeRow(client, target, 'far');
  const [hereKey, thereKey] = [model, target].map((one) => modelOf(schema, one).key!.fields[0]!);
  const delegate = client[(model.charAt(0).toLowerCase() + model.slice(1)) as 'tag'];
  // @ts-expect-error The field and its target are known at run time only.
  await delegate.update({ where: { [hereKey!]: near }, data: { [field]: { connect: { [thereKey!]: far } } } });
  const rows = await client.$queryRawUnsafe<object[]>(
    `SELECT "${join.near}" AS near, "${join.far}" AS far FROM "${join.table}"`,
  );
  expect(rows).toEqual([{ near, far }]);
  expect(relationOf(modelOf(schema, target), opposite!).join).toEqual({ ...join, near: join.far, far: join.near });
});

it('covers every implicit many-to-many of the example', () => {
  const tables = [...schema.models.values()]
    .flatMap((model) => relationsOf(model))
    .flatMap(({ join }) => (join.kind === 'table' ? [join.table] : []));
  expect(new Set(tables)).toEqual(
    new Set(['_CountryToLanguage', '_CountryToCurrency', '_Borders', '_ObservationToTag']),
  );
});

/** A row with the least that it needs, and its key. */
async function writeRow(
  client: Awaited<ReturnType<typeof openTemporaryDatabase>>['client'],
  model: string,
  key: string,
): Promise<string> {
  if (model === 'Country') await client.country.create({ data: land(key) });
  if (model === 'Language') await client.language.create({ data: { code: key, name: key } });
  if (model === 'Tag') await client.tag.create({ data: { slug: key, label: key } });
  if (model === 'Observation') {
    const survey = { create: { title: 't', organization: { create: { slug: 'o', name: 'o' } } } };
    const city = { create: { name: 'c', latitude: 1, longitude: 1, country: { create: land('XX') } } };
    const site = { create: { name: 's', latitude: 1, longitude: 1, survey, city } };
    const author = { create: { email: 'a@example.test', name: 'a' } };
    await client.observation.create({
      data: { id: key, quantity: 'q', value: 1, unit: 'u', measuredAt: new Date(), site, author },
    });
  }
  return key;
}
