import { AssertionError } from 'node:assert';
import type { Schema } from '../model/model.ts';
import { lockLines, type LockLine } from './lock.ts';
import type { Personas } from './persona.ts';
import type { FieldName, Policies } from './policy.ts';
import type { FieldVerb, RowVerb } from './rule.ts';
import type { ModelName } from './where-types.ts';

/** What is expected of a right: that there is one at all, or exactly under which condition. */
export interface Expected {
  /** In the words of `policy.lock`, such as `public or members of its organization`; `always` for every row. */
  readonly when?: string;
}

type Field<M extends ModelName> = FieldName<M> & string;

/** What one persona may do with one model. Every expectation throws when it is not met, else it can be followed by another. */
export interface ModelExpectations<M extends ModelName> {
  /** Without a field: some rows of the model; with one: the field, on some of them at least. */
  canRead(field?: Field<M>, expected?: Expected): this;
  cannotRead(field?: Field<M>): this;
  canCreate(expected?: Expected): this;
  cannotCreate(): this;
  canUpdate(expected?: Expected): this;
  cannotUpdate(): this;
  canDelete(expected?: Expected): this;
  cannotDelete(): this;
  /** To point at its rows from others. */
  canLink(expected?: Expected): this;
  cannotLink(): this;
  canWrite(field: Field<M>, expected?: Expected): this;
  cannotWrite(field: Field<M>): this;
  canFilterBy(field: Field<M>, expected?: Expected): this;
  cannotFilterBy(field: Field<M>): this;
  canSortBy(field: Field<M>, expected?: Expected): this;
  cannotSortBy(field: Field<M>): this;
  canAggregate(field: Field<M>, expected?: Expected): this;
  cannotAggregate(field: Field<M>): this;
}

/**
 * For tests of policies, with any test runner: `expectPolicy('guest').on('Survey').canRead('title').cannotCreate()`.
 * What is expected is compared with what `policy.lock` says; that the statements do what the lock says is Pergola's own
 * proof.
 *
 * @param design what `designOf(application)` gives.
 */
export function policyExpectations<P extends Personas>(
  { schema, policies }: { readonly schema: Schema; readonly policies: Policies },
  personas: P,
) {
  const lines = new Map(lockLines(schema, policies, personas).map((line) => [nameOf(line), line]));
  const grantOf = (right: Right, persona: string): string => {
    const line = lines.get(nameOf(right)) ?? lines.get(nameOf({ ...right, verb: 'read' }));
    const grant = line?.grants[persona];
    if (grant === undefined) throw new AssertionError({ message: `There is no right ${nameOf(right)} of ${persona}.` });
    return grant;
  };

  return (persona: keyof P & string) => ({
    on<M extends ModelName>(model: M): ModelExpectations<M> {
      const has = (verb: Right['verb'], field: string | undefined, { when }: Expected = {}) => {
        const right = { model, field, verb };
        const grant = grantOf(right, persona);
        if (grant === 'never' || (when !== undefined && grant !== when))
          throw mismatch(`${persona} should have the right ${nameOf(right)}`, grant, when ?? 'at least sometimes');
        return expectations;
      };
      const lacks = (verb: Right['verb'], field?: string) => {
        const right = { model, field, verb };
        const grant = grantOf(right, persona);
        if (grant !== 'never') throw mismatch(`${persona} should not have the right ${nameOf(right)}`, grant, 'never');
        return expectations;
      };
      const expectations: ModelExpectations<M> = {
        canRead: (field, expected) => has('read', field, expected),
        cannotRead: (field) => lacks('read', field),
        canCreate: (expected) => has('create', undefined, expected),
        cannotCreate: () => lacks('create'),
        canUpdate: (expected) => has('update', undefined, expected),
        cannotUpdate: () => lacks('update'),
        canDelete: (expected) => has('delete', undefined, expected),
        cannotDelete: () => lacks('delete'),
        canLink: (expected) => has('link', undefined, expected),
        cannotLink: () => lacks('link'),
        canWrite: (field, expected) => has('write', field, expected),
        cannotWrite: (field) => lacks('write', field),
        canFilterBy: (field, expected) => has('filter', field, expected),
        cannotFilterBy: (field) => lacks('filter', field),
        canSortBy: (field, expected) => has('sort', field, expected),
        cannotSortBy: (field) => lacks('sort', field),
        canAggregate: (field, expected) => has('aggregate', field, expected),
        cannotAggregate: (field) => lacks('aggregate', field),
      };
      return expectations;
    },
  });
}

interface Right {
  readonly model: string;
  readonly field?: string | undefined;
  readonly verb: RowVerb | FieldVerb;
}

const nameOf = ({ model, field, verb }: Right | LockLine) =>
  `${field === undefined ? model : `${model}.${field}`} ${verb}`;

const mismatch = (message: string, actual: string, expected: string) =>
  new AssertionError({ message: `${message}: it is "${actual}", not "${expected}".`, actual, expected });
