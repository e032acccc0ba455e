import type { ViewerDatabase } from '../database/database.ts';
import { badInput, forbidden } from '../errors.ts';
import { isNever } from '../policy/filter.ts';
import type { RowVerb } from '../policy/rule.ts';
import { isPlatformRight } from '../policy/platform-right.ts';
import { parseScopes, type TokenScopes } from '../policy/token-scopes.ts';

/**
 * The scopes that an owner gives to a token. What the owner lacks altogether is refused: later the token has no more
 * than its owner either, but a token that promises what it cannot do is found out at night, by a script.
 *
 * @throws BAD_INPUT, FORBIDDEN
 */
export function grantScopes(texts: readonly string[], owner: Pick<ViewerDatabase, 'schema' | 'policy'>): TokenScopes {
  const scopes = parseScopes(texts, owner.schema);
  const lacking = scopes.find((scope) => !owns(scope, owner));
  if (lacking !== undefined) throw forbidden(`grant ${lacking}, which you do not have`, 'scopes');
  const orphan = scopes.find((scope) => needsRead(scope, scopes));
  if (orphan !== undefined) {
    const model = orphan.split(':')[0]!;
    throw badInput(
      `The scope ${orphan} grants nothing alone: what is changed or pointed at must be readable.`,
      `Add ${model}:read.`,
      'scopes',
    );
  }
  return scopes;
}

function owns(scope: string, { policy }: Pick<ViewerDatabase, 'policy'>): boolean {
  if (isPlatformRight(scope)) return policy.has(scope);
  const [model = '', verb] = scope.split(':');
  return model === '*' || !isNever(policy.rows(model, verb as RowVerb));
}

function needsRead(scope: string, scopes: TokenScopes): boolean {
  const [model, verb] = scope.split(':');
  if (isPlatformRight(scope) || verb === 'read' || verb === 'create') return false;
  return !scopes.includes(`${model}:read`) && !scopes.includes('*:read');
}
