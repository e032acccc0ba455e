import type { Case } from './case.ts';
import { schemaText } from './schema-text.ts';

/** A case for people: the schema in Prisma's language, the rows, the policies and the operation. */
export function readable({ world, other, policies, narrowed, operation, viewers, viewer }: Case): string {
  const lines = (it: Readonly<Record<string, unknown>>) =>
    Object.entries(it).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    schemaText(world.shape),
    ...lines({ ...world.rows, ...world.links }),
    ...(other ? ['The other world:', ...lines({ ...other.rows, ...other.links })] : []),
    'The policies:',
    ...lines(policies),
    ...(narrowed ? ['With a right less:', ...lines(narrowed)] : []),
    `Asked by ${JSON.stringify(viewers[viewer])}, of ${JSON.stringify(viewers)}:`,
    JSON.stringify(operation),
  ].join('\n');
}
