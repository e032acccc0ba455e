/** Derived names: English, without collisions, the same whatever else is there. Schema: `tests/schemas/names.prisma`. */
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import type { Model } from '../../src/model/model.ts';
import { allocateNames, type ModelNames } from '../../src/model/naming.ts';
import { designOf } from '../../src/server/platform.ts';
import { tinySchema } from '../support/tiny-schema.ts';

const schema = tinySchema('names');
const names = allocateNames(schema);
const namesOf = (model: string) => names.models.get(model)!;

/** Every name but those that are made on demand. */
const typeNames = (of: ModelNames) =>
  Object.values(of).filter((name): name is string => typeof name === 'string' && /^[A-Z]/.test(name));

describe('a name', () => {
  it.each([
    ['City', 'city', 'cities'],
    ['Connection', 'connection', 'connections'],
    // Its own plural is what `City` has already.
    ['Cities', 'cities_', 'citiesList'],
    ['Sheep', 'sheep', 'sheepList'],
    ['News', 'news', 'newsList'],
    ['NewsList', 'newsList_', 'newsLists'],
    // `node` and `nodes` are the API's own.
    ['Node', 'node_', 'nodes_'],
  ])('of one and of many rows is English: %s', (model, one, many) => {
    expect([namesOf(model).one, namesOf(model).many]).toEqual([one, many]);
  });

  it('of a model stays its own, though a neighbour would derive the same', () => {
    expect(namesOf('CityConnection').type).toBe('CityConnection');
    expect(namesOf('CityWhere').type).toBe('CityWhere');
    expect([namesOf('City').connection, namesOf('City').where]).toEqual(['CityConnection_', 'CityWhere_']);
    expect(namesOf('Connection').connection).toBe('ConnectionConnection');
  });

  it('of groups gives way to the rows of a model of that name, though it stands later', () => {
    expect([namesOf('CityGroup').many, namesOf('City').groupsField]).toEqual(['cityGroups', 'cityGroups_']);
    expect([namesOf('CityGroup').orderBy, namesOf('City').groupOrderBy]).toEqual([
      'CityGroupOrderBy',
      'CityGroupOrderBy_',
    ]);
    expect([namesOf('CityGroup').type, namesOf('City').group]).toEqual(['CityGroup', 'CityGroup_']);
  });

  it('of a field to group by is escaped where GraphQL takes the word for a value', () => {
    const { groupFieldValue } = namesOf('City');
    expect(['name', 'true', 'true_', 'null', 'true'].map(groupFieldValue)).toEqual([
      'name',
      'true_',
      'true__',
      'null_',
      'true_',
    ]);
  });

  it('of an enum filter gives way to a model of that name', () => {
    expect(names.enums.get('Color')).toEqual({ type: 'Color', filter: 'ColorFilter_' });
    expect(namesOf('ColorFilter').type).toBe('ColorFilter');
  });

  it.each(['Subscription', 'Node', 'PageInfo'])(
    'that GraphQL or Relay has taken is escaped with an underscore: %s',
    (model) => {
      expect(namesOf(model).type).toBe(`${model}_`);
    },
  );

  it('is given once', () => {
    const models = [...names.models.values()];
    const types = [
      ...models.flatMap(typeNames),
      ...[...names.enums.values()].flatMap(({ type, filter }) => [type, filter]),
    ];
    const queries = models.flatMap((one) => [one.one, one.many, one.aggregateField, one.groupsField]);
    const mutations = models.flatMap((one) => [one.create, one.update, one.upsert, one.delete]);
    for (const list of [types, queries, mutations])
      expect(list.filter((one, at) => list.indexOf(one) !== at)).toEqual([]);
  });

  it('that is made on demand is the same every time, and given to nobody else', () => {
    const { nestedCreate, compoundKey } = allocateNames(schema).models.get('City')!;
    expect([nestedCreate('tags'), nestedCreate('tags'), compoundKey('tenant_number')]).toEqual([
      'CityTagsCreateInput',
      'CityTagsCreateInput',
      'CityTenantNumberKey',
    ]);
  });

  it('does not hang on the order of the models, unless two want the same', () => {
    const [first] = schema.models.values();
    const turned = allocateNames({ ...schema, models: new Map([...schema.models].toReversed()) });
    expect(turned.models.get('City')?.where).toBe('CityWhere_');
    expect(turned.models.get(first!.name)?.type).toBe(namesOf(first!.name).type);
  });
});

describe('a type that is the same in every API', () => {
  const { api, schema: example } = designOf(application);
  const owners = [...example.models.keys(), ...example.enums.keys()];
  const fixed = Object.keys(api.getTypeMap()).filter(
    (name) => !name.startsWith('__') && !owners.some((one) => name.startsWith(one)),
  );
  const [template] = example.models.values();

  const typesOf = (name: string) => {
    const model: Model = { ...template!, name };
    return typeNames(allocateNames({ models: new Map([[name, model]]), enums: new Map() }).models.get(name)!);
  };
  /** `Where`, `OrderBy`, …: a model `Count` derives `CountOrderBy`. */
  const endings = typesOf('X').map((name) => name.slice(1));

  it('is none of those that a model of any name derives', () => {
    const taken = fixed.flatMap((type) =>
      endings
        .filter((ending) => type.endsWith(ending) && type.length > ending.length)
        .map((ending) => type.slice(0, type.length - ending.length))
        .filter((model) => typesOf(model).includes(type))
        .map((model) => `${type}, by a model called ${model}`),
    );
    expect(taken).toEqual([]);
  });
});
