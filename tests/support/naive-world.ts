/**
 * A few hundred random rows as plain arrays, and what a filter means on them, written down as simply as it can be:
 * the SQL of `src/database` is held against it. Where the world has rules, hidden rows are not there and hidden
 * values are absent.
 */
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { testEngine } from './test-engine.ts';

export type NaiveRow = Readonly<Record<string, unknown>> & { readonly id: string };
export type ModelName = 'Observation' | 'Site' | 'Comment' | 'Tag';
type Rows = { readonly [M in ModelName]: readonly NaiveRow[] };

/** Which rows, and which of their fields, somebody reads. What is not named is open. */
export interface Rules {
  readonly rows: { readonly [M in ModelName]?: (row: NaiveRow) => boolean };
  readonly fields: Readonly<Record<string, (row: NaiveRow) => boolean>>;
}

export const texts = ['a', 'b', 'ab', 'Ab', 'ba', 'a%', 'a_', "a'b", 'ä', '😀', '￼', ''];
export const statuses = ['DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED'];
export const moments = [0, 1, 2, 999, 1000].map((ms) => new Date(Date.UTC(2026, 0, 1) + ms));
export const decimals = ['-1.5', '0', '0.1', '0.3', '2', '10', '123456789012.345'];
export const serials = [-5n, 0n, 7n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n];
export const frames = [new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 255])];

/** The same numbers at every run. */
function randomNumbers(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const maybe = <T>(list: readonly T[]): T | null => (below(3) === 0 ? null : pick(list));
  return { below, pick, maybe };
}

export function makeRows({ below, pick, maybe } = randomNumbers(7)): Rows {
  const ids = (prefix: string, length: number) => Array.from({ length }, (_, at) => `${prefix}${at}`);
  const [sites, observations, tags] = [ids('s', 12), ids('o', 240), ids('t', 5)];
  return {
    Site: sites.map((id) => ({ id, name: `${pick(texts)} ${id}`, elevationMeters: maybe([-3, 0, 5, 2000]) })),
    Tag: tags.map((id) => ({ id, slug: id, label: pick(texts) })),
    Observation: observations.map((id, at) => ({
      id,
      quantity: pick(texts),
      unit: pick(['Cel', '%']),
      value: pick(decimals),
      measuredAt: pick(moments),
      status: pick(statuses),
      internalNote: maybe(texts),
      serialNumber: maybe(serials),
      rawFrame: maybe(frames),
      siteId: pick(sites),
      authorId: pick(['alice', 'bob']),
      reviewerId: maybe(['alice', 'bob']),
      correctsId: at > 0 ? maybe(observations.slice(0, at)) : null,
      tags: tags.filter(() => below(3) === 0),
    })),
    Comment: ids('c', 200).map((id) => ({
      id,
      body: pick(texts),
      observationId: pick(observations),
      authorId: pick(['alice', 'bob']),
    })),
  };
}

export async function insertRows(client: PrismaClient, rows: Rows): Promise<void> {
  await client.user.createMany({ data: ['alice', 'bob'].map((id) => ({ id, name: id, email: id })) });
  await client.organization.create({ data: { id: 'o', slug: 'o', name: 'o' } });
  await client.survey.create({ data: { id: 'v', title: 'v', organizationId: 'o' } });
  const land = { code: 'XX', name: 'x', officialName: 'x', region: 'x', area: 0, landlocked: false, flag: 'x' };
  await client.country.create({ data: land });
  await client.city.create({ data: { id: 1, name: 'x', latitude: 0, longitude: 0, countryCode: 'XX' } });
  const place = { latitude: 0, longitude: 0, surveyId: 'v', cityId: 1 };
  await client.site.createMany({ data: rows.Site.map((row) => ({ ...row, ...place })) as never });
  await client.observation.createMany({ data: rows.Observation.map(({ tags: _tags, ...row }) => row) as never });
  await client.comment.createMany({ data: rows.Comment as never });
  await client.tag.createMany({ data: rows.Tag.map(({ slug, label }) => ({ slug, label })) as never });
  const quoted = (name: string) => (testEngine === 'mysql' ? `\`${name}\`` : `"${name}"`);
  const ties = rows.Observation.flatMap(({ id, tags }) => (tags as string[]).map((slug) => `('${id}', '${slug}')`));
  if (ties.length > 0)
    await client.$executeRawUnsafe(
      `INSERT INTO ${quoted('_ObservationToTag')} (${quoted('A')}, ${quoted('B')}) VALUES ${ties.join()}`,
    );
}

interface Relation {
  readonly target: ModelName;
  readonly list: boolean;
  /** The column that points there, which is hidden where the row is. */
  readonly column?: string;
  readonly of: (row: NaiveRow, rows: Rows) => readonly NaiveRow[];
}

const toOne = (target: ModelName, column: string): Relation => ({
  target,
  column,
  list: false,
  of: (row, rows) => rows[target].filter(({ id }) => id === row[column]),
});
const toMany = (target: ModelName, column: string): Relation => ({
  target,
  list: true,
  of: (row, rows) => rows[target].filter((it) => it[column] === row.id),
});

export const relations: { readonly [M in ModelName]: Readonly<Record<string, Relation>> } = {
  Observation: {
    site: toOne('Site', 'siteId'),
    corrects: toOne('Observation', 'correctsId'),
    corrections: toMany('Observation', 'correctsId'),
    comments: toMany('Comment', 'observationId'),
    tags: {
      target: 'Tag',
      list: true,
      of: (row, { Tag }) => Tag.filter(({ id }) => (row['tags'] as string[]).includes(id)),
    },
  },
  Site: { observations: toMany('Observation', 'siteId') },
  Comment: { observation: toOne('Observation', 'observationId') },
  Tag: {
    observations: {
      target: 'Observation',
      list: true,
      of: (row, rows) => rows.Observation.filter(({ tags }) => (tags as string[]).includes(row.id)),
    },
  },
};

export function naiveWorld(rows: Rows, rules: Rules = { rows: {}, fields: {} }) {
  const readable = (model: ModelName, row: NaiveRow) => rules.rows[model]?.(row) ?? true;
  const open = (model: ModelName, field: string, row: NaiveRow) => rules.fields[`${model}.${field}`]?.(row) ?? true;
  const related = (model: ModelName, field: string, row: NaiveRow) => {
    const { of, target } = relations[model][field]!;
    return open(model, field, row) ? of(row, rows).filter((it) => readable(target, it)) : [];
  };
  const value = (model: ModelName, field: string, row: NaiveRow): unknown => {
    const behind = Object.entries(relations[model]).find(([, { column }]) => column === field);
    if (behind && related(model, behind[0], row).length === 0) return null;
    return open(model, field, row) ? row[field] : null;
  };

  function matches(where: Where, model: ModelName, row: NaiveRow): boolean {
    return Object.entries(where).every(([name, it]) => {
      if (name === 'AND') return (it as Where[]).every((part) => matches(part, model, row));
      if (name === 'OR') return (it as Where[]).some((part) => matches(part, model, row));
      if (name === 'NOT') return !matches(it, model, row);
      const relation = relations[model][name];
      const conditions = Object.entries(it as Where);
      if (!relation)
        return conditions.every(([operator, operand]) => compares(operator, value(model, name, row), operand));
      const others = related(model, name, row);
      return conditions.every(([operator, inner]) => {
        const match = (other: NaiveRow) => inner === null || matches(inner, relation.target, other);
        const found = inner === null ? others.length === 0 : others.some(match);
        if (operator === 'every') return others.every(match);
        return operator === 'none' || operator === 'isNot' ? !found : found;
      });
    });
  }

  const list = (model: ModelName, where: Where = {}) =>
    rows[model].filter((row) => readable(model, row) && matches(where, model, row));
  return { list, value, related, readable };
}

// oxlint-disable-next-line typescript/no-explicit-any -- It is walked by name.
export type Where = Record<string, any>;

/** A comparison with an absent value is false; `not` and `notIn` are the exact opposites. */
function compares(operator: string, value: unknown, operand: unknown): boolean {
  // Nothing is before or after an absent value.
  const order = () => (value === null || operand === null ? Number.NaN : compare(value, operand));
  const text = String(value);
  switch (operator) {
    case 'equals':
      return operand === null ? value === null : order() === 0;
    case 'not':
      return !compares('equals', value, operand);
    case 'in':
      return (operand as unknown[]).some((it) => compares('equals', value, it));
    case 'notIn':
      return !compares('in', value, operand);
    case 'lt':
      return order() < 0;
    case 'lte':
      return order() <= 0;
    case 'gt':
      return order() > 0;
    case 'gte':
      return order() >= 0;
    case 'contains':
      return value !== null && text.includes(operand as string);
    case 'startsWith':
      return value !== null && text.startsWith(operand as string);
    case 'endsWith':
      return value !== null && text.endsWith(operand as string);
    default:
      throw new Error(`No operator ${operator}.`);
  }
}

const isNumeral = (value: unknown): value is string => typeof value === 'string' && decimals.includes(value);

/** As databases order: numbers by size, text by code point, bytes by bytes; absent values before all. */
export function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (isNumeral(a) && isNumeral(b)) return Number(a) - Number(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  const [left, right] = [
    a instanceof Date ? a.getTime() : (a as number),
    b instanceof Date ? b.getTime() : (b as number),
  ];
  return left < right ? -1 : left > right ? 1 : 0;
}
