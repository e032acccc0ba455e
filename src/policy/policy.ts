import type { ModelTypes } from '../generated/model-types.ts';
import type { Schema } from '../model/model.ts';
import type { Operand } from './filter.ts';
import type { RolesByRight } from './platform-right.ts';
import { anyone, nobody, type FieldVerb, type RowVerb, type Rule } from './rule.ts';
import type { ViewerValue } from './viewer.ts';
import type { ModelName } from './where-types.ts';
import { valueOperand, wordsFor, type ModelWords } from './words.ts';

/** What is granted on one field. What is not named is denied, except that filter, sort and aggregate follow read. */
export type FieldRights<M extends string = string> = { readonly [V in FieldVerb]?: Rule<M> };

/** The columns of a relation travel as the relation, so they are not listed. */
export type FieldName<M extends ModelName> =
  | Exclude<keyof ModelTypes[M]['scalars'], ModelTypes[M]['foreignKeys']>
  | keyof ModelTypes[M]['toOne']
  | keyof ModelTypes[M]['toMany'];

/** What is granted on one model. A verb that is left out is denied. */
export interface PolicyText<M extends ModelName> {
  readonly read?: Rule<M>;
  readonly create?: Rule<M>;
  readonly update?: Rule<M>;
  readonly delete?: Rule<M>;
  readonly link?: Rule<M>;
  /** Every field, so that a new one is a compile error until somebody has decided who may see it. */
  readonly fields: { readonly [F in FieldName<M> & string]: FieldRights<M> };
  /** Columns that a create takes from the viewer or from here, never from the caller. */
  readonly presets?: {
    readonly [F in keyof ModelTypes[M]['scalars']]?:
      | ModelTypes[M]['scalars'][F]
      | (string extends ModelTypes[M]['scalars'][F] ? ViewerValue : never);
  };
}

/** The compiler lets further keys pass in what a function returns; here they are refused: of the policy, its fields and their rights. */
type Exactly<S, T> = {
  [K in keyof T]: K extends keyof S
    ? K extends 'fields' | 'presets'
      ? {
          [F in keyof T[K]]: F extends keyof NonNullable<S[K]>
            ? K extends 'fields'
              ? { [V in keyof T[K][F]]: V extends FieldVerb ? T[K][F][V] : never }
              : T[K][F]
            : never;
        }
      : T[K]
    : never;
};

export interface Policy {
  readonly model: string;
  readonly rows: { readonly [V in RowVerb]: Rule };
  readonly fields: ReadonlyMap<string, FieldRights>;
  readonly presets: ReadonlyMap<string, Operand>;
}

/** The row is readable, so is the field, and whoever writes the row may write it. */
export const open: FieldRights<never> = { read: anyone, write: anyone };

/** Readable with the row, never written by a caller. */
export const readOnly: FieldRights<never> = { read: anyone };

/** Not part of the API. */
export const hidden: FieldRights<never> = {};

/** A policy as it was written; it is resolved once the schema is known. */
export interface PolicyDraft {
  readonly model: string;
  resolve(schema: Schema): Policy;
}

/** The checked policies of all models. Asking for a model without one is an error, never an empty grant. */
export interface Policies {
  get(model: string): Policy;
  /** Who has the rights that are about no row. */
  readonly rights: RolesByRight;
}

/**
 * The language of policies, with the application's own role names.
 *
 * @returns `policy(model, text)`, to be collected in `src/app/policies/index.ts`.
 */
export function policyLanguage<RoleName extends string>() {
  return function policy<M extends ModelName, const T extends object>(
    model: M,
    write: (words: ModelWords<M, RoleName>) => T & PolicyText<NoInfer<M>> & Exactly<PolicyText<NoInfer<M>>, T>,
  ): PolicyDraft {
    const resolve = (schema: Schema): Policy => {
      const text: PolicyText<M> = write(wordsFor<M, RoleName>(schema, model));
      const { read = nobody, create = nobody, update = nobody, link = nobody } = text;
      return {
        model,
        rows: { read, create, update, link, delete: text.delete ?? nobody },
        fields: new Map(Object.entries<FieldRights>(text.fields)),
        presets: new Map(Object.entries(text.presets ?? {}).map(([name, value]) => [name, valueOperand(value)])),
      };
    };
    return { model, resolve };
  };
}

/** A model that Pergola alone touches: it is not derived at all. */
export const internal = (model: ModelName): PolicyDraft => {
  const rows = { read: nobody, create: nobody, update: nobody, delete: nobody, link: nobody };
  return { model, resolve: () => ({ model, rows, fields: new Map(), presets: new Map() }) };
};
