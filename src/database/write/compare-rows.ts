import { isDeepStrictEqual } from 'node:util';
import { Decimal } from '@prisma/client/runtime/client';
import {
  keyOf,
  modelOf,
  relationOf,
  type Model,
  type RelationField,
  type ScalarField,
  type Schema,
} from '../../model/model.ts';
import { always, isAlways } from '../../policy/filter.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { onlyEntry, uniqueTupleOf } from './bulk-link.ts';
import { related, withheld, type Read, type Row, type Rows, type Selection } from '../read.ts';
import { tupleText } from './row-finder.ts';
import type { Data } from './judge.ts';

/** What has to be read of rows to tell whether these data would change them. */
export function comparedSelection(model: Model, data: readonly Data[], schema: Schema): Selection {
  const names = new Set([...keyOf(model).fields, ...data.flatMap((it) => Object.keys(it))]);
  const scalars = [...names].filter((name) => model.fields.get(name)?.kind === 'scalar');
  const relations = [...names].filter((name) => model.fields.get(name)?.kind === 'relation');
  return {
    scalars: scalars.map((field) => ({ field })),
    relations: relations.map((name) => ({
      key: name,
      relation: name,
      read: readOfKeys(relationOf(model, name), schema),
    })),
  };
}

/** The related rows by every unique key that a `connect` may name. */
function readOfKeys(relation: RelationField, schema: Schema): Read {
  const target = modelOf(schema, relation.target);
  const fields = new Set(target.uniques.flatMap((key) => key.fields));
  const read = {
    model: target.name,
    filter: always,
    select: { scalars: [...fields].map((field) => ({ field })), relations: [] },
  };
  if (!relation.list) return { ...read, kind: 'one' };
  return {
    ...read,
    kind: 'list',
    order: [],
    limit: undefined,
    seek: undefined,
    backwards: false,
    total: false,
    cursors: false,
  };
}

/** The part of the data that is not so already. What the viewer cannot see counts as different: else its sameness would tell it. */
export function changedData(
  model: Model,
  data: Data,
  row: Row,
  { schema, policy }: { readonly schema: Schema; readonly policy: ViewerPolicy },
): Data {
  const isSame = (name: string, value: unknown): boolean => {
    if (value === undefined) return true;
    const field = model.fields.get(name);
    if (field?.kind === 'scalar') return !row[withheld]?.has(name) && sameValue(field, row[name], value);
    const there: unknown = row[related]?.[name];
    return field !== undefined && sameLinks(field, there, value);
  };
  const sameLinks = (relation: RelationField, there: unknown, value: unknown): boolean => {
    const { name: how, value: what } = onlyEntry(value) ?? {};
    const target = modelOf(schema, relation.target);
    if (how === 'disconnect' && what === true) {
      const rights = [policy.rows(target.name, 'read'), policy.field(model.name, relation.name, 'read')];
      return there === null && rights.every(isAlways);
    }
    if (how !== 'connect') return false;
    const rows = relation.list ? ((there as Rows | undefined)?.rows ?? []) : there ? [there as Row] : [];
    return (Array.isArray(what) ? what : [what]).every((where) => {
      const unique = uniqueTupleOf(where, target);
      if (!unique) return false;
      const { fields } = unique.key;
      const wanted = tupleText(target, fields, unique.tuple);
      return rows.some(
        (it) => !fields.some((name) => it[withheld]?.has(name)) && tupleText(target, fields, it) === wanted,
      );
    });
  };
  return Object.fromEntries(Object.entries(data).filter(([name, value]) => !isSame(name, value)));
}

function sameValue({ type }: Pick<ScalarField, 'type'>, stored: unknown, given: unknown): boolean {
  if (given === null || stored === null || stored === undefined) return given === (stored ?? null);
  switch (type) {
    case 'Decimal':
      return new Decimal(stored as Decimal.Value).equals(given as Decimal.Value);
    case 'BigInt':
      return stored === BigInt(given as bigint | number);
    case 'DateTime':
    case 'Date':
      return new Date(stored as Date).getTime() === new Date(given as Date).getTime();
    case 'Json':
      return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(given)));
    case 'Bytes':
      return Buffer.from(stored as Uint8Array).equals(given as Uint8Array);
    default:
      return stored === given;
  }
}
