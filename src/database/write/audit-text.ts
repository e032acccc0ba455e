import { keyOf, modelOf, relationsOf, type Model, type Schema } from '../../model/model.ts';
import type { Policies } from '../../policy/policy.ts';
import { isForNobody } from '../../policy/rule.ts';
import { tupleText } from './row-finder.ts';
import type { Change, CreatedRows, KeyValues } from './row-writer.ts';

/** How a field's value is noted. */
interface NotedField {
  /** Its name as a member of an object. */
  readonly label: string;
  /** Whether a text is noted as it is. */
  readonly takesText: boolean;
  noted(value: unknown): string;
}

/** Says as JSON what was written. Of a field that nobody reads it is only said that it was. */
export function createAuditText(policies: Policies, schema: Schema) {
  const known = new Map<Model, Map<string, NotedField>>();

  /** Asked once for each field: thousands of rows may be written alike. */
  const fieldOf = (model: Model, name: string): NotedField => {
    let fields = known.get(model);
    if (!fields) known.set(model, (fields = new Map()));
    let field = fields.get(name);
    if (!field) {
      field = { label: `${JSON.stringify(name)}:`, ...notedOf(model, name, { policies, schema }) };
      fields.set(name, field);
    }
    return field;
  };

  return {
    ofChange({ model, written }: Pick<Change, 'model' | 'written'>): string {
      let members = '';
      for (const name in written) {
        const { label, noted } = fieldOf(model, name);
        members += `${members === '' ? '' : ','}${label}${noted(written[name])}`;
      }
      return `{${members}}`;
    },

    /** Of the rows from one place to another, by their keys: members of an object. */
    ofCreated({ model, columns }: CreatedRows, keyAt: (at: number) => string): (from: number, to: number) => string {
      const members = columns.map(({ field, values }, nth) => {
        const { label, takesText, noted } = fieldOf(model, field.name);
        const before = `${nth === 0 ? '' : ','}${label}`;
        // Quotation marks stand in what is the same for all rows: a text of its own for each value would take more
        // memory than the value. By whether one is still to be closed.
        return { takesText, noted, values, before: [before, `"${before}`], opening: [`${before}"`, `"${before}"`] };
      });
      const pieces: string[] = [];
      return (from, to) => {
        // Joined once for all rows: to concatenate them takes ten times their length in memory.
        let next = 0;
        for (let at = from; at < to; at++) {
          pieces[next++] = `${at === from ? '' : '},'}${jsonOfText(keyAt(at))}:{`;
          let open = 0;
          for (const { takesText, noted, values, before, opening } of members) {
            const value = values[at];
            if (takesText && typeof value === 'string' && plain.test(value)) {
              pieces[next++] = opening[open]!;
              pieces[next++] = value;
              open = 1;
            } else {
              pieces[next++] = before[open]!;
              pieces[next++] = noted(value);
              open = 0;
            }
          }
          if (open === 1) pieces[next++] = '"';
        }
        pieces[next++] = '}';
        pieces.length = next;
        return pieces.join('');
      };
    },
  };
}

export type AuditText = ReturnType<typeof createAuditText>;

interface NotedOfContext {
  readonly policies: Policies;
  readonly schema: Schema;
}

function notedOf(model: Model, name: string, { policies, schema }: NotedOfContext): Omit<NotedField, 'label'> {
  const { fields } = policies.get(model.name);
  const owner = fields.has(name) ? name : relationOfColumn(model, name);
  const withheld = owner !== undefined && isForNobody(fields.get(owner)?.read);
  if (withheld) return { takesText: false, noted: () => '{"withheld":true}' };
  const field = model.fields.get(name);
  if (field?.kind === 'relation') {
    const target = modelOf(schema, field.target);
    const keyText = (key: KeyValues) => tupleText(target, keyOf(target).fields, key);
    const noted: NotedField['noted'] = (value) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(value as Record<string, KeyValues>).map(([verb, key]) => [verb, keyText(key)]),
        ),
      );
    return { takesText: false, noted };
  }
  const isJson = field?.type === 'Json';
  const noted: NotedField['noted'] = (value) => {
    if (value === null || value === undefined) return 'null';
    if (value instanceof Uint8Array) return `{"bytes":${value.length}}`;
    if (isJson) return JSON.stringify(value);
    if (value instanceof Date) return `"${value.toISOString()}"`;
    // Numbers and truth values as they are; of a long number and of a Decimal the digits.
    if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
    return jsonOfText((value as { toString(): string }).toString());
  };
  return { takesText: !isJson, noted };
}

const relationOfColumn = (model: Model, column: string): string | undefined =>
  relationsOf(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
  )?.name;

/** All but what JSON has to write in another way: quotation marks, backslashes, control characters, halves of characters. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** JSON.stringify asks for a hundred bytes of memory to write a word. */
export const jsonOfText = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text));
