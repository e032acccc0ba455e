import { isAlways, isNever, type Filter } from './filter.ts';

/** The rights on a row. `link` is the right to point at it from another row. */
export type RowVerb = 'read' | 'create' | 'update' | 'delete' | 'link';

/** The rights on a field. `filter`, `sort` and `aggregate` follow `read` unless said otherwise. */
export type FieldVerb = 'read' | 'write' | 'filter' | 'sort' | 'aggregate';

/**
 * One typed condition of a policy, as plain data. `M` names the model it speaks of, so that a rule about one model
 * cannot be put into another's policy; a rule that asks for no row is a `Rule<never>` and fits everywhere.
 */
export type Rule<M extends string = string> = (
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'signedIn' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'where'; readonly filter: Filter }
  | { readonly kind: 'through'; readonly relation: string; readonly verb: RowVerb }
  | { readonly kind: 'any'; readonly rules: readonly Rule[] }
  | { readonly kind: 'all'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule }
) & {
  /** What the lock, the matrix and explanations call it. */
  readonly name?: string;
  /** Never present: it carries `M`. */
  readonly model?: M;
};

/** Holds for everybody, guests included. */
export const anyone: Rule<never> = { kind: 'always' };

/** Holds for nobody. */
export const nobody: Rule<never> = { kind: 'never' };

export const signedIn: Rule<never> = { kind: 'signedIn' };

export const any = <M extends string>(...rules: Rule<M>[]): Rule<M> => ({ kind: 'any', rules });

export const all = <M extends string>(...rules: Rule<M>[]): Rule<M> => ({ kind: 'all', rules });

export const not = <M extends string>(rule: Rule<M>): Rule<M> => ({ kind: 'not', rule });

/** Gives a rule the name under which reviewers meet it in the lock and in explanations. */
export const named = <M extends string>(name: string, rule: Rule<M>): Rule<M> => ({ ...rule, name });

/** Whether a right is the same for every viewer: decides what the API looks like, which is one for all. */
export function isForEveryone(rule: Rule | undefined): boolean {
  switch (rule?.kind) {
    case 'always':
      return true;
    case 'any':
      return rule.rules.some(isForEveryone);
    case 'all':
      return rule.rules.every(isForEveryone);
    case 'where':
      return isAlways(rule.filter);
    default:
      return false;
  }
}

/** Whether nobody at all has a right: such fields and models are not derived. */
export function isForNobody(rule: Rule | undefined): boolean {
  switch (rule?.kind) {
    case undefined:
    case 'never':
      return true;
    case 'any':
      return rule.rules.every(isForNobody);
    case 'all':
      return rule.rules.some(isForNobody);
    case 'where':
      return isNever(rule.filter);
    default:
      return false;
  }
}
