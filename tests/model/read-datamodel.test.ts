/** What becomes of a Prisma schema: keys, relations, names in the database, comments. Schemas: `tests/schemas`. */
import { describe, expect, it } from 'vitest';
import { modelOf, relationOf, scalarOf, type Model } from '../../src/model/model.ts';
import { tinySchema } from '../support/tiny-schema.ts';

const keysOf = ({ key, uniques }: Model) => ({
  key,
  uniques: uniques.map(({ name, fields }) => `${name}(${fields.join()})`),
});

describe('keys', () => {
  const schema = tinySchema('keys');
  const keys = (model: string) => keysOf(modelOf(schema, model));

  it('are the id of one field', () => {
    expect(keys('Single')).toEqual({ key: { name: 'id', fields: ['id'] }, uniques: ['id(id)'] });
  });

  it('are the id of several fields, under the name that Prisma gives it', () => {
    expect(keys('Composite')).toEqual({
      key: { name: 'tenant_number', fields: ['tenant', 'number'] },
      uniques: ['tenant_number(tenant,number)'],
    });
  });

  it('bear the names that the schema gives them', () => {
    expect(keys('NamedKeys')).toEqual({
      key: { name: 'place', fields: ['tenant', 'number'] },
      uniques: ['place(tenant,number)', 'email(email)', 'line(tenant,phone)'],
    });
  });

  it('are the first unique without a nullable column where there is no id', () => {
    expect(keys('UniqueOnly')).toEqual({
      key: { name: 'first_last', fields: ['first', 'last'] },
      uniques: ['nickname(nickname)', 'nickname_last(nickname,last)', 'first_last(first,last)'],
    });
  });

  it('are the id, wherever it stands', () => {
    expect(keys('KeyLast')).toEqual({ key: { name: 'code', fields: ['code'] }, uniques: ['code(code)', 'slug(slug)'] });
  });
});

describe('relations', () => {
  const schema = tinySchema('relations');
  const relation = (model: string, field: string) => {
    const { target, list, required, owning, opposite, join } = relationOf(modelOf(schema, model), field);
    return { target, list, required, owning, opposite, join };
  };

  it('of a model to itself have two different ends', () => {
    expect(relation('Person', 'parent')).toEqual({
      target: 'Person',
      list: false,
      required: false,
      owning: true,
      opposite: 'children',
      join: {
        kind: 'columns',
        pairs: [['parentId', 'id']],
      },
    });
    expect(relation('Person', 'children')).toEqual({
      target: 'Person',
      list: true,
      required: true,
      owning: false,
      opposite: 'parent',
      join: {
        kind: 'columns',
        pairs: [['id', 'parentId']],
      },
    });
  });

  it('one to one to itself know which end holds the column', () => {
    expect(relation('Person', 'spouse')).toMatchObject({ owning: true, opposite: 'spouseOf', list: false });
    expect(relation('Person', 'spouseOf')).toEqual({
      target: 'Person',
      list: false,
      required: false,
      owning: false,
      opposite: 'spouse',
      join: {
        kind: 'columns',
        pairs: [['id', 'spouseId']],
      },
    });
  });

  it('to one model twice keep apart', () => {
    expect(relation('Person', 'written')).toMatchObject({ opposite: 'from', join: { pairs: [['id', 'fromId']] } });
    expect(relation('Person', 'received')).toMatchObject({ opposite: 'to', join: { pairs: [['id', 'toId']] } });
  });

  it('over two columns pair them, from both ends', () => {
    const shelf = [
      ['room', 'room'],
      ['row', 'row'],
    ];
    expect(relation('Book', 'shelf')).toMatchObject({ owning: true, join: { kind: 'columns', pairs: shelf } });
    expect(relation('Shelf', 'books')).toMatchObject({ owning: false, join: { kind: 'columns', pairs: shelf } });
  });

  it('without columns of their own meet in a table whose sides follow the names of the models', () => {
    expect(relation('Hobby', 'people').join).toEqual({ kind: 'table', table: '_HobbyToPerson', near: 'A', far: 'B' });
    expect(relation('Person', 'hobbies').join).toEqual({ kind: 'table', table: '_HobbyToPerson', near: 'B', far: 'A' });
  });

  it('mark their columns as foreign keys, those of the key too', () => {
    const foreign = [...modelOf(schema, 'Book').fields.values()].filter(
      (one) => one.kind === 'scalar' && one.foreignKey,
    );
    expect(foreign.map(({ name }) => name)).toEqual(['room', 'row']);
  });
});

describe('fields', () => {
  const schema = tinySchema('mapped');
  const thing = modelOf(schema, 'Thing');

  it('have the names of the database beside their own', () => {
    expect([thing.table, modelOf(schema, 'Owner').table]).toEqual(['things', 'owners']);
    const columns = ['id', 'bornOn', 'diedOn', 'ownerId'].map((name) => scalarOf(thing, name).column);
    expect(columns).toEqual(['thing_id', 'born_on', 'diedOn', 'owner_id']);
    // Relations pair fields, not columns.
    expect(relationOf(thing, 'owner').join).toEqual({ kind: 'columns', pairs: [['ownerId', 'id']] });
  });

  it('are days where the comment begins with @date, and the rest of it describes them', () => {
    const dates = ['bornOn', 'diedOn', 'createdAt', 'contact'].map((name) => scalarOf(thing, name));
    expect(dates.map(({ type, description }) => [type, description])).toEqual([
      ['Date', 'The day of birth.'],
      ['Date', undefined],
      ['DateTime', undefined],
      ['String', 'Written to admin@example.test.'],
    ]);
    expect(thing.description).toBe('A thing.\nIt has two lines.');
  });

  it('know what they get when nobody gives a value', () => {
    const defaults = ['id', 'contact', 'count', 'kind', 'createdAt', 'updatedAt', 'ownerId'].map((name) => {
      const { default: value, managed } = scalarOf(thing, name);
      return [name, managed ? 'on every write' : value];
    });
    expect(defaults).toEqual([
      ['id', { kind: 'function', name: 'uuid', args: [7] }],
      ['contact', { kind: 'value', value: 'nobody' }],
      ['count', { kind: 'value', value: 3 }],
      ['kind', { kind: 'value', value: 'BIG' }],
      ['createdAt', { kind: 'function', name: 'now', args: [] }],
      ['updatedAt', 'on every write'],
      ['ownerId', undefined],
    ]);
  });

  it('of an enum travel by name and are stored as mapped', () => {
    expect(schema.enums.get('Kind')?.values).toEqual([
      { name: 'BIG', stored: 'b' },
      { name: 'SMALL', stored: 'SMALL' },
    ]);
    expect(scalarOf(thing, 'kind')).toMatchObject({ type: 'Enum', enum: 'Kind' });
  });
});

describe('what Prisma Client is told to leave out', () => {
  it('leaves the rest as it is: a relation whose other end is ignored keeps its columns', () => {
    const schema = tinySchema('ignored');
    expect([...schema.models.keys()]).toEqual(['Shown', 'Note']);
    expect([...modelOf(schema, 'Shown').fields.keys()]).toEqual(['id']);
    expect(relationOf(modelOf(schema, 'Note'), 'shown')).toMatchObject({
      target: 'Shown',
      list: false,
      required: true,
      owning: true,
      join: {
        kind: 'columns',
        pairs: [['shownId', 'id']],
      },
    });
  });
});
