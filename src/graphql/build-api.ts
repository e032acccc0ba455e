import type { PothosPrismaDatamodel } from '@pothos/plugin-prisma';
import type { GraphQLSchema } from 'graphql';
import type { Schema } from '../model/model.ts';
import { allocateNames } from '../model/naming.ts';
import type { Policies } from '../policy/policy.ts';
import { addAccountFields } from './account/account-fields.ts';
import { createBuilder, type Builder } from './builder.ts';
import { deriveAggregates } from './derive/aggregates.ts';
import { deriveBulkMutations } from './derive/bulk-mutations.ts';
import { deriveConnections } from './derive/connections.ts';
import { Derivation } from './derive/derivation.ts';
import { deriveEnums } from './derive/enums.ts';
import { deriveFigures } from './derive/figures.ts';
import { deriveGroupInputs } from './derive/group-inputs.ts';
import { deriveGroups } from './derive/groups.ts';
import { deriveMutations } from './derive/mutations.ts';
import { deriveNodeInterface, deriveNodeQueries } from './derive/node.ts';
import { deriveObjects } from './derive/objects.ts';
import { deriveOrderInputs } from './derive/order-inputs.ts';
import { deriveQueries } from './derive/queries.ts';
import { deriveScalars } from './derive/scalars.ts';
import { deriveUniqueInputs } from './derive/unique-inputs.ts';
import { deriveWhereInputs } from './derive/where-inputs.ts';
import { deriveWriteInputs } from './derive/write-inputs.ts';

/** Adds hand-written fields beside the derived ones. */
export type Extension = (builder: Builder) => void;

/** The table of contents of the API. A derivation may rely on those above it. */
const derivations: readonly ((derivation: Derivation) => void)[] = [
  deriveScalars,
  deriveEnums,
  deriveNodeInterface,
  deriveObjects,
  deriveConnections,
  deriveWhereInputs,
  deriveOrderInputs,
  deriveUniqueInputs,
  deriveWriteInputs,
  deriveQueries,
  deriveNodeQueries,
  deriveFigures,
  deriveAggregates,
  deriveGroupInputs,
  deriveGroups,
  deriveMutations,
  deriveBulkMutations,
];

export function buildApi(
  schema: Schema,
  policies: Policies,
  extensions: readonly Extension[],
  datamodel?: PothosPrismaDatamodel,
): GraphQLSchema {
  const builder = createBuilder(datamodel);
  builder.queryType({});
  builder.mutationType({});
  const derivation = new Derivation(builder, { schema, names: allocateNames(schema), policies });
  for (const derive of derivations) derive(derivation);
  addAccountFields(builder);
  for (const extend of extensions) extend(builder);
  return builder.toSchema({ sortSchema: false });
}
