/** Every field of some models, open, for policies of tests that close one of them: `{ ...observationFields, site: … }`. */
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { modelOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { hidden, open, readOnly, type FieldName, type FieldRights } from '../../src/policy/policy.ts';
import type { ModelName } from '../../src/policy/where-types.ts';

const schema = readDatamodel(generatedDatamodel);

type Fields<M extends ModelName> = { readonly [F in FieldName<M> & string]: FieldRights<never> };

/** What is not named is open: whoever adds a field to a model need not come here. */
function openFields<M extends ModelName>(model: M, others: Partial<Fields<M>>): Fields<M> {
  const granted = [...modelOf(schema, model).fields.values()]
    .filter((field) => field.kind === 'relation' || !field.foreignKey)
    .map(({ name }) => [name, open] as const);
  return { ...Object.fromEntries(granted), ...others };
}

export const observationFields = openFields('Observation', {
  id: readOnly,
  createdAt: readOnly,
  updatedAt: readOnly,
  author: readOnly,
  corrections: readOnly,
});

export const commentFields = openFields('Comment', { id: readOnly, createdAt: readOnly, author: readOnly });

export const userFields = openFields('User', {
  id: readOnly,
  email: readOnly,
  passwordHash: hidden,
  createdAt: readOnly,
  roles: readOnly,
  memberships: readOnly,
  sessions: hidden,
  apiTokens: hidden,
  mailedLinks: hidden,
  totpSecret: hidden,
  recoveryCodes: hidden,
  observations: readOnly,
  reviewedObservations: readOnly,
  comments: readOnly,
});
