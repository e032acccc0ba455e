import type { Column } from './table.ts';

type Family = 'number' | 'text' | 'enum' | 'json' | 'moment' | 'date' | 'time' | 'bytes' | 'bits';

const families: readonly [RegExp, Family][] = [
  [/^(tinyint|smallint|mediumint|int|integer|bigint|decimal|double|float|year|boolean)\b/i, 'number'],
  [/^enum\b/i, 'enum'],
  [/^(datetime|timestamp)\b/i, 'moment'],
  [/^date\b/i, 'date'],
  [/^time\b/i, 'time'],
  [/(blob|binary)\b/i, 'bytes'],
  [/^bit\b/i, 'bits'],
];

/** Which other families a value can be taken over to. An enum, as a number, would be its place in the list. */
const castable: Readonly<Record<Family, readonly Family[]>> = {
  number: ['text'],
  text: ['number', 'enum', 'json', 'moment', 'date', 'time'],
  enum: ['text'],
  json: ['text'],
  moment: ['text', 'date'],
  date: ['text', 'moment'],
  time: ['text'],
  bytes: [],
  bits: [],
};

/** Whether the values of a column are taken over when its type changes. What does not fit is refused by the server. */
export function isCastable(from: Column, to: Column): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  return a === b || castable[a].includes(b);
}

function familyOf({ type, extra }: Column): Family {
  if (extra?.includes('json_valid')) return 'json';
  return families.find(([pattern]) => pattern.test(type))?.[1] ?? 'text';
}
