import SchemaBuilder from '@pothos/core';
import PrismaPlugin, { type PothosPrismaDatamodel } from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Decimal } from '@prisma/client/runtime/client';
import { forbidden } from '../errors.ts';
import { getDatamodel } from '../generated/pothos-types.ts';
import type PrismaTypes from '../generated/pothos-types.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import { isNever } from '../policy/filter.ts';
import type { RowVerb } from '../policy/rule.ts';
import type { Context } from './context.ts';

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
      authScopes: ({ viewer, database }) => ({
        signedIn: viewer.id !== null,
        readable: ({ model, field }) => !isNever(database.policy.field(model, field, 'read')),
        mayAll: (rights) => rights.every(({ model, verb }) => !isNever(database.policy.rows(model, verb))),
      }),
      unauthorizedError: (_parent, _context, info) =>
        forbidden(
          info.parentType.name === 'Mutation'
            ? `do ${info.fieldName}`
            : `read ${info.parentType.name}.${info.fieldName}`,
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

export type Builder = ReturnType<typeof createBuilder>;
