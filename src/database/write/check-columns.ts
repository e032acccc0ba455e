import { badInput } from '../../errors.ts';
import { scalarOf, type Model } from '../../model/model.ts';
import type { Engine } from '../engine.ts';
import { checkValue } from '../parse-arguments.ts';

/** Values of one row by field name. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** What no engine may be asked to store, found before it is asked. */
export function checkColumns(model: Model, columns: ColumnValues, engine: Engine, path: string) {
  for (const [name, value] of Object.entries(columns)) {
    const field = scalarOf(model, name);
    const at = `${path}.${name}`;
    checkValue(value, field, at);
    if (value === null && field.required)
      throw badInput(`"${at}" is null, and the field is required.`, 'Give a value.', at);
    if (field.type === 'Decimal' && value !== null) checkDigits(value, engine, at);
  }
}

export function checkRequired(model: Model, columns: ColumnValues, path: string) {
  for (const field of model.fields.values()) {
    if (field.kind !== 'scalar' || !field.required || field.default || columns[field.name] !== undefined) continue;
    throw badInput(`"${path}" lacks ${nameForCallers(model, field.name)}.`, 'Give it a value.', path);
  }
}

/** A missing foreign key is a missing relation to callers. */
function nameForCallers(model: Model, column: string): string {
  for (const field of model.fields.values()) {
    if (
      field.kind === 'relation' &&
      field.owning &&
      field.join.kind === 'columns' &&
      field.join.pairs.some(([here]) => here === column)
    ) {
      return field.name;
    }
  }
  return column;
}

/** How many digits of a decimal number count. */
export const digitsOf = (text: string) => text.replace(/e.*$/i, '').replace(/[-+.]/g, '').replace(/^0+/, '').length;

function checkDigits(value: unknown, { decimalDigits }: Engine, path: string) {
  const digits = digitsOf(String(value));
  if (digits > decimalDigits) {
    throw badInput(`"${path}" has ${digits} digits; this database keeps ${decimalDigits}.`, 'Give fewer digits.', path);
  }
}
