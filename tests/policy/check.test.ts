/** What stops the start: each with the fact and the remedy that whoever starts it reads. */
import { describe, expect, it } from 'vitest';
import { policies } from '../../src/app/policies/index.ts';
import { policy } from '../../src/app/policies/language.ts';
import { PergolaError } from '../../src/errors.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import type { Role } from '../../src/generated/model-types.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { hidden, internal, open, readOnly, type PolicyDraft } from '../../src/policy/policy.ts';
import { all, any, anyone, not, signedIn, type Rule } from '../../src/policy/rule.ts';
import type { ModelWords } from '../../src/policy/words.ts';
import { commentFields, observationFields } from '../support/open-fields.ts';

const schema = readDatamodel(generatedDatamodel);

/** The example's policies with these in the place of their models'. */
const withDrafts = (...drafts: PolicyDraft[]) => [
  ...policies.filter(({ model }) => drafts.every((one) => one.model !== model)),
  ...drafts,
];

function refusalOf(drafts: readonly PolicyDraft[]) {
  try {
    checkPolicies(schema, drafts);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof PergolaError)) throw error;
    return [error.code, error.message];
  }
}

/** As from JavaScript, or from a schema that has changed since: the compiler refuses these. */
const untyped = (model: string, text: (words: never) => object) => policy(model as 'Tag', text as never);

const tagFields = { slug: open, label: open, observations: readOnly };

describe('the start', () => {
  it('goes on with the policies of the example', () => {
    expect(refusalOf(policies)).toBe('accepted');
  });

  it('stops at a model without a policy (attack 61)', () => {
    expect(refusalOf(policies.filter(({ model }) => model !== 'Tag'))).toEqual([
      'POLICY_MISSING',
      "The model Tag has no policy. Add one to src/app/policies, or internal('Tag') if no API should show it.",
    ]);
  });

  it('stops at a policy of a model that is not there', () => {
    expect(refusalOf([...policies, internal('Tga' as 'Tag')])).toEqual([
      'POLICY_INVALID',
      `There is a policy for the model "Tga", which is not in prisma/schema.prisma. Models: ${[...schema.models.keys()].join(', ')}.`,
    ]);
  });

  it('stops at two policies of one model', () => {
    expect(refusalOf([...policies, internal('Tag')])).toEqual([
      'POLICY_INVALID',
      'Tag has two policies. Keep one of them in src/app/policies.',
    ]);
  });

  it('stops at a field that nobody has decided about (attack 61)', () => {
    const { label: _, ...fields } = tagFields;
    expect(refusalOf(withDrafts(untyped('Tag', () => ({ read: anyone, fields }))))).toEqual([
      'POLICY_INVALID',
      'The policy of Tag says nothing about the field "label". Add label: open, readOnly, hidden or { read, write } to its fields.',
    ]);
  });

  it('stops at a policy that grants rows and decides about no field', () => {
    expect(refusalOf(withDrafts(untyped('Tag', () => ({ read: anyone, fields: {} }))))).toEqual([
      'POLICY_INVALID',
      'The policy of Tag says nothing about the field "slug". Add slug: open, readOnly, hidden or { read, write } to its fields.',
    ]);
  });

  it('stops at a field that is not there', () => {
    expect(refusalOf(withDrafts(untyped('Tag', () => ({ fields: { ...tagFields, lable: open } }))))).toEqual([
      'POLICY_INVALID',
      'The policy of Tag speaks of "lable", which is not a field of it. Check the spelling.',
    ]);
  });

  it.each([
    ['hidden', hidden],
    ['for some', { read: signedIn }],
    ['for the opposite of nobody in particular', { read: not(signedIn) }],
  ])('stops at a key that does not come with its row: %s', (_, slug) => {
    expect(refusalOf(withDrafts(policy('Tag', () => ({ read: anyone, fields: { ...tagFields, slug } }))))).toEqual([
      'POLICY_INVALID',
      'The key Tag.slug is not readable with its row. Make it readOnly, and restrict the rows instead.',
    ]);
  });

  it('stops at a key by which some rows only may be sorted: pages could not tell the others apart', () => {
    const keyed = (sortOf: (words: ModelWords<'Tag', Lowercase<Role>>) => Rule<'Tag'>) =>
      policy('Tag', (words) => ({
        read: anyone,
        fields: { ...tagFields, slug: { read: anyone, sort: sortOf(words) } },
      }));
    expect(refusalOf(withDrafts(keyed(({ where }) => not(where({ slug: { equals: 'x' } })))))).toEqual([
      'POLICY_INVALID',
      'The key Tag.slug may be sorted by on some rows only. Grant sort by role, or leave it out.',
    ]);
    expect(refusalOf(withDrafts(keyed(({ role }) => any(role('admin'), not(signedIn)))))).toBe('accepted');
  });

  it('stops at a preset for a column that is not there', () => {
    const draft = untyped('Tag', () => ({ read: anyone, create: anyone, fields: tagFields, presets: { lable: 'x' } }));
    expect(refusalOf(withDrafts(draft))).toEqual(['POLICY_INVALID', expect.stringContaining('"lable"')]);
  });

  it('stops at a rule through what is no relation', () => {
    const draft = untyped('Comment', ({ through }: { through: (relation: string) => never }) => ({
      read: through('observatoin'),
      fields: commentFields,
    }));
    expect(refusalOf(withDrafts(draft))).toEqual([
      'POLICY_INVALID',
      'The policy of Comment goes through "observatoin", which is not a relation of it. Check the spelling.',
    ]);
  });

  it('stops at a right on a field through what is no relation', () => {
    const draft = untyped('Comment', ({ through }: { through: (relation: string) => never }) => ({
      read: anyone,
      fields: {
        id: readOnly,
        body: { read: through('observatoin') },
        createdAt: readOnly,
        observation: open,
        author: readOnly,
      },
    }));
    expect(refusalOf(withDrafts(draft))).toEqual(['POLICY_INVALID', expect.stringContaining('"observatoin"')]);
  });

  it.each([
    ['a field', { lable: { equals: 'x' } }, 'Tag has no field "lable". Check the spelling.', 'policy Tag.lable'],
    [
      'an operator',
      { label: { equal: 'x' } },
      'There is no operator "equal" here. Check the spelling and the type of the field.',
      'policy Tag.label.equal',
    ],
    [
      'undefined',
      { label: { equals: undefined } },
      '"policy Tag.label.equals" is undefined. Leave it out, or say null.',
      'policy Tag.label',
    ],
  ])('stops at a condition that cannot be read, and names its place: %s', (_, where, message, inputPath) => {
    const draft = untyped('Tag', (words: { where: (it: object) => never }) => ({
      read: words.where(where),
      fields: tagFields,
    }));
    const start = () => checkPolicies(schema, withDrafts(draft));
    expect(start).toThrow(expect.objectContaining({ message, inputPath }));
  });
});

describe('rules that ask each other in a circle', () => {
  const comment = policy('Comment', ({ through }) => ({
    read: through('observation'),
    update: through('observation', 'update'),
    fields: commentFields,
  }));
  it('stop the start: a row and the one that it corrects', () => {
    const draft = policy('Observation', ({ through }) => ({ read: through('corrects'), fields: observationFields }));
    expect(refusalOf(withDrafts(draft, comment))).toEqual([
      'POLICY_INVALID',
      'The rules Observation.read -> Observation.read ask each other in a circle. Write one of them with where() instead of through().',
    ]);
  });

  it('stop the start through any, all and not too', () => {
    const draft = policy('Observation', ({ through }) => ({
      read: anyone,
      delete: any(not(all(signedIn, through('corrects', 'delete')))),
      fields: observationFields,
    }));
    expect(refusalOf(withDrafts(draft, comment))).toEqual([
      'POLICY_INVALID',
      expect.stringContaining('Observation.delete -> Observation.delete'),
    ]);
  });

  it('stop the start where the circle closes over the right to read, which every other right asks for', () => {
    // Reading asks for updating, and whoever updates must read.
    const draft = policy('Observation', ({ through }) => ({
      read: through('corrects', 'update'),
      update: anyone,
      fields: observationFields,
    }));
    expect(refusalOf(withDrafts(draft, comment))).toEqual(['POLICY_INVALID', expect.stringContaining('in a circle')]);
  });

  it('are not seen where a model asks another one twice', () => {
    const draft = policy('Observation', ({ through }) => ({
      read: any(through('site'), all(through('site'), signedIn)),
      fields: observationFields,
    }));
    expect(refusalOf(withDrafts(draft, comment))).toBe('accepted');
  });
});
