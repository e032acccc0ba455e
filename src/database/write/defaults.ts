import cuid1 from '@bugsnag/cuid';
import { init as initCuid2 } from '@paralleldrive/cuid2';
import { nanoid } from 'nanoid';
import { ulid } from 'ulid';
import { v4 } from 'uuid';
import { scalarsOf, type Model, type ScalarField } from '../../model/model.ts';
import { uuid7 } from './uuid7.ts';

const cuid2 = initCuid2();

/** The functions of Prisma's schema language that Prisma Client evaluates itself; the others are the database's. */
const generators: Record<string, ((args: readonly unknown[]) => unknown) | undefined> = {
  now: () => new Date(),
  uuid: ([version]) => (version === 7 ? uuid7() : v4()),
  cuid: ([version]) => (version === 2 ? cuid2() : cuid1()),
  nanoid: ([length]) => nanoid(length === undefined ? undefined : Number(length)),
  ulid: () => ulid(),
};

/** How a column that nobody gave a value is filled in, as Prisma Client would; undefined where the database does it, or nobody. */
export function defaultOf(field: ScalarField): (() => unknown) | undefined {
  if (field.managed) return field.type === 'Int' ? () => 1 : () => new Date();
  const { default: value } = field;
  if (value?.kind === 'value') return () => literal(field, value.value);
  const generate = value && generators[value.name];
  return generate && (() => generate(value.args));
}

/** The values of columns that nobody gave one. */
export function defaultColumns(model: Model, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const field of scalarsOf(model)) {
    if (given[field.name] !== undefined) continue;
    const value = defaultOf(field)?.();
    if (value !== undefined) columns[field.name] = value;
  }
  return columns;
}

/** The datamodel writes out as text what JSON has no numbers and no bytes for. */
function literal({ type }: ScalarField, value: unknown): unknown {
  if (type === 'BigInt') return BigInt(value as string | number);
  if (type === 'Json') return JSON.parse(String(value));
  return type === 'Bytes' ? new Uint8Array(Buffer.from(String(value), 'base64')) : value;
}

/** The columns that change with every update: the moment of it, or by how much a number grows. */
export function managedColumns(model: Model): Record<string, unknown> {
  const managed = scalarsOf(model).filter((field) => field.managed);
  return Object.fromEntries(managed.map(({ name, type }) => [name, type === 'Int' ? 1 : new Date()]));
}
