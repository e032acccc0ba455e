import SchemaBuilder from '@pothos/core';
import PrismaPlugin, { type PothosPrismaDatamodel } from '@pothos/plugin-prisma';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Decimal } from '@prisma/client/runtime/client';
import type { GraphQLResolveInfo } from 'graphql';
import { refusing, rowByKey, type RefusedRight } from '../database/refused-right.ts';
import { forbidden } from '../errors.ts';
import { getDatamodel } from '../generated/pothos-types.ts';
import type PrismaTypes from '../generated/pothos-types.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import type { RowVerb } from '../policy/rule.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';
import { modelOf } from '../model/model.ts';
import type { Context } from './context.ts';
import { mayHave } from './needed-rights.ts';
import RelayPlugin from './relay-plugin.ts';
import type { FieldNote } from './selection.ts';

type Scalars = {
  DateTime: { Input: Date; Output: Date };
  Date: { Input: Date; Output: Date };
  Decimal: { Input: string; Output: Decimal | string };
  BigInt: { Input: bigint; Output: bigint };
  Json: { Input: unknown; Output: unknown };
  Bytes: { Input: Uint8Array; Output: Uint8Array };
  /** Opaque: only strings come in and go out. */
  ID: { Input: string; Output: string };
};

/** Asked once a request and parameter. */
type Scopes = {
  signedIn: boolean;
  /** The viewer reads this field on some row at least. */
  readable: FieldCoordinate;
  /** The viewer has each of these rights on some row at least. */
  mayAll: readonly RightCoordinate[];
};

export interface FieldCoordinate {
  readonly model: string;
  readonly field: string;
}

export interface RightCoordinate {
  readonly model: string;
  readonly verb: RowVerb;
}

/** What a mutation says of itself. */
export interface NeedsNote {
  readonly needs: readonly RightCoordinate[];
}

type BuilderTypes = {
  Context: Context;
  PrismaTypes: PrismaTypes;
  Scalars: Scalars;
  AuthScopes: Scopes;
  DefaultNodeNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
};

/**
 * The one SchemaBuilder. Everything derived and everything hand-written is added to it.
 *
 * @param datamodel what Pothos knows of the models; another one only where tests bring a Prisma schema of their own.
 */
export function createBuilder(datamodel: PothosPrismaDatamodel = getDatamodel()) {
  return new SchemaBuilder<BuilderTypes>({
    plugins: [ScopeAuthPlugin, PrismaPlugin, RelayPlugin],
    scopeAuth: {
      // The second wall: the guard has compiled the same policy into the statement already.
      authScopes: ({ viewer, database }) => scopesOf(viewer, database.policy),
      unauthorizedError: (parent, context, info) =>
        refusing(
          forbidden(
            info.parentType.name === 'Mutation'
              ? `do ${info.fieldName}`
              : `read ${info.parentType.name}.${info.fieldName}`,
          ),
          refusedBy(parent, context, info),
        ),
    },
    prisma: {
      // Pothos asks for a whole client; it uses the model calls, which the guarded client has.
      client: (context) => context.database.client as unknown as PrismaClient,
      dmmf: datamodel,
    },
    relay: {
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      cursorType: 'String',
      nodesOnConnection: true,
      edgesFieldOptions: { nullable: { list: false, items: false } },
      nodeFieldOptions: { nullable: false },
    },
  });
}

/** What the second wall asks of a viewer. */
export const scopesOf = (viewer: Viewer, policy: ViewerPolicy) => ({
  signedIn: viewer.id !== null,
  readable: ({ model, field }: FieldCoordinate) => mayHave(policy, { model, field, verb: 'read' }),
  mayAll: (rights: readonly RightCoordinate[]) => rights.every((right) => mayHave(policy, right)),
});

/** What the second wall asked for, as the field says it. */
function refusedBy(parent: unknown, { database }: Context, info: GraphQLResolveInfo): RefusedRight | undefined {
  const note = info.parentType.getFields()[info.fieldName]?.extensions['pergola'] as Partial<FieldNote & NeedsNote>;
  const lacking = note?.needs?.find((right) => !mayHave(database.policy, right));
  if (lacking) return lacking;
  if (note?.reads !== 'scalar') return undefined;
  const { model = '', field = '' } = note;
  return { model, field, verb: 'read', ...rowByKey(modelOf(database.schema, model), parent) };
}

export type Builder = ReturnType<typeof createBuilder>;
