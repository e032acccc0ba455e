import { keyOf, modelOf, relationsOf, type Model, type Schema } from '../../model/model.ts';
import type { Policies } from '../../policy/policy.ts';
import { isForNobody } from '../../policy/rule.ts';
import { tupleText } from './row-finder.ts';
import type { Change, KeyValues } from './row-writer.ts';

/** How a field's value is noted. */
interface NotedField {
  /** Its name as a member of an object. */
  readonly label: string;
  noted(value: unknown): string;
}

/** Makes the function that says as JSON what was written. Of a field that nobody reads it is only said that it was. */
export function changeTextMaker(policies: Policies, schema: Schema) {
  const known = new Map<Model, Map<string, NotedField>>();

  /** Asked once for each field: thousands of rows may be written alike. */
  const fieldOf = (fields: Map<string, NotedField>, model: Model, name: string): NotedField => {
    let field = fields.get(name);
    if (!field) {
      field = { label: `${JSON.stringify(name)}:`, noted: notedOf(model, name, { policies, schema }) };
      fields.set(name, field);
    }
    return field;
  };

  return ({ model, written }: Pick<Change, 'model' | 'written'>): string => {
    let fields = known.get(model);
    if (!fields) known.set(model, (fields = new Map()));
    let members = '';
    for (const name in written) {
      const { label, noted } = fieldOf(fields, model, name);
      members += `${members === '' ? '' : ','}${label}${noted(written[name])}`;
    }
    return `{${members}}`;
  };
}

interface NotedOfContext {
  readonly policies: Policies;
  readonly schema: Schema;
}

function notedOf(model: Model, name: string, { policies, schema }: NotedOfContext): NotedField['noted'] {
  const { fields } = policies.get(model.name);
  const owner = fields.has(name) ? name : relationOfColumn(model, name);
  if (owner !== undefined && isForNobody(fields.get(owner)?.read)) return () => '{"withheld":true}';
  const field = model.fields.get(name);
  if (field?.kind === 'relation') {
    const target = modelOf(schema, field.target);
    const keyText = (key: KeyValues) => tupleText(target, keyOf(target).fields, key);
    return (value) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(value as Record<string, KeyValues>).map(([verb, key]) => [verb, keyText(key)]),
        ),
      );
  }
  const isJson = field?.type === 'Json';
  return (value) => {
    if (value === null || value === undefined) return 'null';
    if (value instanceof Uint8Array) return `{"bytes":${value.length}}`;
    if (isJson || typeof value !== 'object') return JSON.stringify(typeof value === 'bigint' ? String(value) : value);
    // A moment or a Decimal.
    return JSON.stringify(value instanceof Date ? value.toISOString() : (value as { toString(): string }).toString());
  };
}

const relationOfColumn = (model: Model, column: string): string | undefined =>
  relationsOf(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
  )?.name;
