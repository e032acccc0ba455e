import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import type { Viewer } from '../../policy/viewer.ts';
import { scopesOf } from '../builder.ts';
import { isOfUseTo } from '../needed-rights.ts';
import { copyOf } from './copy.ts';
import { Parts, type Part } from './parts.ts';

/**
 * The API without what is never of use to a viewer, as `__schema` tells of it. It runs the operations that ask for it,
 * and no others: what is left out is refused by the policy all the same.
 *
 * @returns the same API when it is all of use.
 */
export function visibleApi(api: GraphQLSchema, viewer: Viewer, policy: ViewerPolicy): GraphQLSchema {
  const parts = new Parts(api);
  const isOfUse = (part: Part) => isOfUseTo(policy, part) && !isWalledOff(part, viewer, policy);
  const mutations = Object.values(api.getMutationType()?.getFields() ?? {});
  // A row that is written is answered by its type, also to who may not read it.
  const written = new Set<GraphQLNamedType>(mutations.filter(isOfUse).map(({ type }) => getNamedType(type)));
  for (const type of Object.values(api.getTypeMap())) {
    if (!written.has(type) && !isOfUse(type)) parts.drop(type);
    for (const part of partsOf(type)) if (!isOfUse(part)) parts.drop(part);
  }
  if (parts.areAllKept) return api;
  parts.dropUseless();
  return copyOf(parts);
}

function partsOf(type: GraphQLNamedType): readonly Part[] {
  if (isEnumType(type)) return type.getValues();
  if (isInputObjectType(type)) return Object.values(type.getFields());
  if (isObjectType(type) || isInterfaceType(type))
    return Object.values(type.getFields()).flatMap((field) => [field, ...field.args]);
  return [];
}

/** Whether the second wall refuses a field to the viewer wherever it stands. Scopes that depend on the row say nothing. */
function isWalledOff({ extensions }: Part, viewer: Viewer, policy: ViewerPolicy): boolean {
  const { authScopes } = (extensions['pothosOptions'] ?? {}) as { readonly authScopes?: unknown };
  if (typeof authScopes !== 'object' || authScopes === null) return false;
  const { signedIn, readable, mayAll, ...others } = authScopes as AskedScopes;
  const asksNothing = !signedIn && readable === undefined && mayAll === undefined;
  // `$all` and its like are left to the wall.
  if (asksNothing || Object.keys(others).length > 0) return false;
  const scopes = scopesOf(viewer, policy);
  // Of several, one that holds is enough.
  const holds =
    (signedIn === true && scopes.signedIn) ||
    (readable !== undefined && scopes.readable(readable)) ||
    (mayAll !== undefined && scopes.mayAll(mayAll));
  return !holds;
}

type Scopes = ReturnType<typeof scopesOf>;

interface AskedScopes {
  readonly signedIn?: boolean;
  readonly readable?: Parameters<Scopes['readable']>[0];
  readonly mayAll?: Parameters<Scopes['mayAll']>[0];
}
