/** What an API token is limited to: verbs on models, such as `Observation:read`, and rights on the platform. */
import { badInput } from '../errors.ts';
import { relationsOf, type Schema } from '../model/model.ts';
import { never } from './filter.ts';
import { isPlatformRight, platformRights } from './platform-right.ts';
import type { RowVerb } from './rule.ts';
import type { ViewerPolicy } from './viewer-policy.ts';

/** Sorted, each `Model:verb`, `*:verb` or a platform right. What none of them names is denied. */
export type TokenScopes = readonly string[];

const verbs: readonly RowVerb[] = ['read', 'create', 'update', 'delete', 'link'];

/**
 * From what a person writes, such as `Observation:read,create` and `*:read`.
 *
 * @throws BAD_INPUT naming what is no model, verb or platform right, or when there is none.
 */
export function parseScopes(texts: readonly string[], schema: Schema): TokenScopes {
  const scopes = texts.flatMap((text) => parseScope(text, schema));
  if (scopes.length === 0) throw badInput('The token has no scope.', `Give one such as "*:read".`, 'scopes');
  return [...new Set(scopes)].toSorted();
}

/** Whether a scope is of rows, and not a right on the platform. */
export const isModelScope = (scope: string) => !isPlatformRight(scope);

function parseScope(text: string, schema: Schema): string[] {
  if (isPlatformRight(text)) return [text];
  const [model = '', verbList = '', ...rest] = text.split(':');
  if (rest.length > 0 || (model !== '*' && !schema.models.has(model))) {
    throw badInput(
      `The scope "${text}" names no model.`,
      `Write Model:verb,verb or *:verb, or one of ${platformRights.join(', ')}.`,
      'scopes',
    );
  }
  return verbList.split(',').map((verb) => {
    if (verbs.some((known) => known === verb)) return `${model}:${verb}`;
    throw badInput(`The scope "${text}" has no verb "${verb}".`, `Use ${verbs.join(', ')}.`, 'scopes');
  });
}

/**
 * The owner's policy within the scopes. It is put around the whole and not into the rules: a rule that asks
 * for the row at the other end (`through`) asks what the owner may, and `not` of it must not grant more for less.
 */
export function withinScopes(policy: ViewerPolicy, scopes: TokenScopes, schema: Schema): ViewerPolicy {
  const granted = new Set(scopes);
  const allows = (model: string, verb: RowVerb) => granted.has(`${model}:${verb}`) || granted.has(`*:${verb}`);
  return {
    rows(model, verb) {
      // As without a token, what is changed or pointed at must be readable, or the change would tell what is there.
      const needsRead = verb !== 'create';
      return allows(model, verb) && (!needsRead || allows(model, 'read')) ? policy.rows(model, verb) : never;
    },
    field(model, name, verb) {
      const target = targetOfColumn(schema, model, name);
      return target !== undefined && !allows(target, 'read') ? never : policy.field(model, name, verb);
    },
    presets: (model) => policy.presets(model),
    condition: (rule, model) => policy.condition(rule, model),
    has: (right) => policy.has(right),
  };
}

/** The model that a column points to: `siteId` names a row of it, so it is read with the same scope. */
function targetOfColumn(schema: Schema, model: string, column: string): string | undefined {
  const here = schema.models.get(model);
  // The columns of the key are the row's own name.
  if (!here || here.key?.fields.includes(column)) return undefined;
  return relationsOf(here).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([own]) => own === column),
  )?.target;
}
