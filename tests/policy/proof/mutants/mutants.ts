import { fields } from './fields.ts';
import { filters } from './filters.ts';
import { groups } from './groups.ts';
import type { Mutant } from './mutant.ts';
import { orders } from './orders.ts';
import { rows } from './rows.ts';
import { rules } from './rules.ts';
import { server } from './server.ts';
import { writes } from './writes.ts';

export const mutants: readonly Mutant[] = [
  ...rows,
  ...fields,
  ...filters,
  ...orders,
  ...groups,
  ...rules,
  ...server,
  ...writes,
];
