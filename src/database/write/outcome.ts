import { Decimal } from '@prisma/client/runtime/client';
import { parse, stringify } from 'devalue';
import { related, withheld, type Row } from '../read.ts';

/** What a transaction resolved to, as text: keys and rows with their dates, large numbers, decimals and bytes. */
export const stringifyOutcome = (outcome: unknown): string =>
  stringify(outcome, {
    Decimal: (value: unknown) => Decimal.isDecimal(value) && value.toFixed(),
    Row: (value: unknown) => isRow(value) && [{ ...plain(value) }, value[related], value[withheld]],
  });

export const parseOutcome = (text: string): unknown =>
  parse(text, {
    Decimal: (value: string) => new Decimal(value),
    Row: ([row, nested, hidden]: [Row, Row[typeof related], Row[typeof withheld]]): Row => ({
      ...row,
      ...(nested && { [related]: nested }),
      ...(hidden && { [withheld]: hidden }),
    }),
  });

/** What is selected below a row stands under symbols, which no text format carries. */
const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && (related in value || withheld in value);

const plain = (row: Row) => Object.fromEntries(Object.entries(row));
