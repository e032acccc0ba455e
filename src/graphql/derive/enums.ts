import { PergolaError } from '../../errors.ts';
import { forbiddenEnumValues } from '../../model/naming.ts';
import type { Derivation } from './derivation.ts';

/** Prisma's enums, and the directions of an order. Values travel by their Prisma name. */
export function deriveEnums({ builder, schema, names, enums }: Derivation) {
  for (const { name, values, description } of schema.enums.values()) {
    const bad = values.find((value) => forbiddenEnumValues.includes(value.name));
    if (bad) {
      throw new PergolaError(
        'BAD_SCHEMA',
        `The enum ${name} has the value "${bad.name}", which GraphQL does not allow.`,
        `Rename it and keep the stored one: ${bad.name}_ @map("${bad.name}").`,
      );
    }
    const ref = builder.enumType(names.enums.get(name)!.type, {
      ...(description && { description }),
      values: Object.fromEntries(values.map((value) => [value.name, { value: value.name }])),
    });
    enums.set(name, ref);
  }
  const direction = builder.enumType('SortOrder', {
    description: 'Absent values come first in ascending order.',
    values: { asc: { value: 'asc' }, desc: { value: 'desc' } },
  });
  enums.set('SortOrder', direction);
}
