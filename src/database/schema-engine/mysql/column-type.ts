import type { DMMF } from '@prisma/client/runtime/client';
import { PergolaError } from '../../../errors.ts';
import { text } from './table.ts';

/** What Prisma takes where the schema names no native type. Json is text: MySQL's own type sorts keys and rounds numbers. */
const defaultTypes: Readonly<Record<string, string>> = {
  String: 'VARCHAR(191)',
  Boolean: 'BOOLEAN',
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'DOUBLE',
  Decimal: 'DECIMAL(65,30)',
  DateTime: 'DATETIME(3)',
  Json: 'LONGTEXT',
  Bytes: 'LONGBLOB',
};

/** Of a field of a model or, without a native type, of the mapped values of its enum. */
export function columnType(field: DMMF.Field, enums: ReadonlyMap<string, readonly string[]>): string {
  const values = enums.get(field.type);
  if (values) return `ENUM(${values.map(text).join(', ')})`;
  if (field.type === 'Json') return defaultTypes.Json!;
  if (!field.nativeType) return defaultTypes[field.type] ?? refuse(field);
  const [name, parameters] = field.nativeType;
  const unsigned = name.startsWith('Unsigned');
  const bare = unsigned ? name.slice('Unsigned'.length) : name;
  const word = bare === 'Int' ? 'INTEGER' : bare.toUpperCase();
  const size = parameters.length > 0 ? `(${parameters.join(',')})` : '';
  return `${word}${size}${unsigned ? ' UNSIGNED' : ''}`;
}

/** The default that the database fills in, as SQL; undefined where Prisma Client does, or nobody. */
export function columnDefault(field: DMMF.Field, type: string, mapped: (value: string) => string): string | undefined {
  const value = field.default as string | number | boolean | FunctionDefault | readonly unknown[] | null | undefined;
  if (value === undefined || value === null || isList(value)) return undefined;
  if (typeof value === 'object') return functionDefault(value, type);
  const literal = literalDefault(field, String(value), type, mapped);
  // These types take an expression only.
  return /TEXT|BLOB/.test(type) ? `(${literal})` : literal;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

interface FunctionDefault {
  readonly name: string;
  readonly args: readonly (string | number)[];
}

function functionDefault({ name, args }: FunctionDefault, type: string): string | undefined {
  if (name === 'dbgenerated') return args[0] === undefined ? undefined : String(args[0]);
  if (name !== 'now') return undefined;
  if (type === 'DATE') return '(CURRENT_DATE)';
  if (type.startsWith('TIME(') || type === 'TIME') return '(CURRENT_TIME)';
  return `CURRENT_TIMESTAMP${/\(\d\)/.exec(type)?.[0] ?? ''}`;
}

function literalDefault(field: DMMF.Field, value: string, type: string, mapped: (value: string) => string): string {
  if (field.kind === 'enum') return text(mapped(value));
  switch (field.type) {
    case 'Boolean':
    case 'Int':
    case 'BigInt':
    case 'Float':
    case 'Decimal':
      return type.startsWith('BIT') ? `b'${value === 'true' ? 1 : 0}'` : value;
    case 'Bytes':
      return `X'${Buffer.from(value, 'base64').toString('hex')}'`;
    case 'DateTime':
      return text(momentIn(type, new Date(value).toISOString()));
    default:
      return text(value);
  }
}

function momentIn(type: string, iso: string): string {
  const [date = '', time = ''] = iso.replace('Z', '').split('T');
  if (type === 'DATE') return date;
  return type.startsWith('TIME(') || type === 'TIME' ? time : `${date} ${time}`;
}

function refuse(field: DMMF.Field): never {
  throw new PergolaError(
    'MIGRATION_FAILED',
    `The field ${field.name} has the type ${field.type}, which has no column type on MySQL.`,
    'Use a scalar type of Prisma or an enum.',
  );
}
