/** `exists` and `field`: the words for rows at the end of a path, and for two fields of one row. */
import { describe, expect, it } from 'vitest';
import { policies as drafts } from '../../src/app/policies/index.ts';
import { policy } from '../../src/app/policies/language.ts';
import { PergolaError } from '../../src/errors.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import type { Role } from '../../src/generated/model-types.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { describeRule } from '../../src/policy/describe.ts';
import { field } from '../../src/policy/field-value.ts';
import { never, type Filter } from '../../src/policy/filter.ts';
import type { PolicyDraft } from '../../src/policy/policy.ts';
import { isForEveryone, isForNobody, type Rule } from '../../src/policy/rule.ts';
import { guest, type Viewer } from '../../src/policy/viewer.ts';
import { viewerPolicy } from '../../src/policy/viewer-policy.ts';
import type { ModelWords } from '../../src/policy/words.ts';
import { designOf } from '../../src/server/platform.ts';
import { observationFields } from '../support/open-fields.ts';

const schema = readDatamodel(generatedDatamodel);
const alice: Viewer = { kind: 'user', id: 'alice', roles: [] };

type Words = ModelWords<'Observation', Lowercase<Role>>;
type Read = (words: Words) => Rule<'Observation'>;

const draftWith = (read: Read) => policy('Observation', (words) => ({ read: read(words), fields: observationFields }));
const withDraft = (draft: PolicyDraft) => [...drafts.filter(({ model }) => model !== draft.model), draft];
const policiesWith = (read: Read) => checkPolicies(schema, withDraft(draftWith(read)));
const readers = (read: Read, viewer: Viewer) =>
  viewerPolicy(schema, policiesWith(read), viewer).rows('Observation', 'read');
const wordsOf = (read: Read, viewer?: Viewer) => {
  const policies = policiesWith(read);
  return describeRule(policies.get('Observation').rows.read, 'Observation', { schema, policies, viewer });
};

const some = (relation: string, filter: Filter): Filter => ({ kind: 'some', relation, filter });
const mine: Filter = {
  kind: 'compare',
  field: 'userId',
  operator: 'equals',
  operands: [{ kind: 'viewer', value: 'id' }],
};

describe('exists', () => {
  it('crosses one relation after the other, as where does', () => {
    const [byPath, byWhere] = [
      readers(
        ({ exists, viewer }) => exists('site.survey.organization.memberships', { userId: { equals: viewer.id } }),
        alice,
      ),
      readers(
        ({ where, viewer }) =>
          where({
            site: {
              is: {
                survey: { is: { organization: { is: { memberships: { some: { userId: { equals: viewer.id } } } } } } },
              },
            },
          }),
        alice,
      ),
    ];
    expect(byPath).toEqual(some('site', some('survey', some('organization', some('memberships', mine)))));
    expect(byPath).toEqual(byWhere);
  });

  it('without a condition asks for a row there', () => {
    expect(readers(({ exists }) => exists('comments'), alice)).toEqual(some('comments', { kind: 'all', of: [] }));
  });

  it('of a row that names the viewer never holds for a guest, and its opposite always', () => {
    const byMembers = ({ exists, viewer }: Words) =>
      exists('site.survey.organization.memberships', { userId: { equals: viewer.id } });
    expect(readers(byMembers, guest)).toEqual(never);
  });

  it('of a row that there cannot be is a right of nobody', () => {
    const rule = policiesWith(({ exists }) => exists('site.survey', { OR: [] })).get('Observation').rows.read;
    expect([isForNobody(rule), isForEveryone(rule)]).toEqual([true, false]);
    const { api } = designOf({
      policies: withDraft(draftWith(({ exists }) => exists('site', { OR: [] }))),
      extensions: [],
    });
    expect(api.getType('Observation')).toBe(undefined);
  });

  it.each<[string, Read]>([
    [
      'some site.survey.organization.memberships with (userId = the viewer and role in OWNER, EDITOR)',
      ({ exists, viewer }) =>
        exists('site.survey.organization.memberships', {
          userId: { equals: viewer.id },
          role: { in: ['OWNER', 'EDITOR'] },
        }),
    ],
    ['site.survey.visibility = PUBLIC', ({ exists }) => exists('site.survey', { visibility: { equals: 'PUBLIC' } })],
    ['some comments', ({ exists }) => exists('comments')],
    ['not (some tags with slug = "frost")', ({ where }) => where({ tags: { none: { slug: { equals: 'frost' } } } })],
    [
      'some tags with slug = "frost" or site.survey.title contains "air"',
      ({ where }) =>
        where({
          OR: [
            { tags: { some: { slug: { equals: 'frost' } } } },
            { site: { is: { survey: { is: { title: { contains: 'air' } } } } } },
          ],
        }),
    ],
  ])('reads as: %s', (words, read) => {
    expect(wordsOf(read, alice)).toBe(words);
  });

  it('that leads nowhere stops the start', () => {
    const misspelt = draftWith(({ exists }) => exists('site.servey.organization' as 'site'));
    expect(refusalOf(misspelt)).toEqual([
      'BAD_INPUT',
      'Site has no relation "servey". Check the spelling.',
      'policy Observation.site.servey',
    ]);
  });
});

describe('field', () => {
  it('is compared as it is stored, whoever asks', () => {
    const late: Filter = {
      kind: 'compare',
      field: 'updatedAt',
      operator: 'gt',
      operands: [{ kind: 'field', field: 'measuredAt' }],
    };
    const read: Read = ({ where, field: other }) => where({ updatedAt: { gt: other('measuredAt') } });
    expect([readers(read, alice), readers(read, guest)]).toEqual([late, late]);
    expect(wordsOf(read, guest)).toBe('updatedAt > measuredAt');
  });

  it('beside the viewer in a list is what is left for a guest', () => {
    const read: Read = ({ where, field: other, viewer }) =>
      where({ authorId: { in: [viewer.id, other('reviewerId')] } });
    expect(readers(read, guest)).toEqual({
      kind: 'compare',
      field: 'authorId',
      operator: 'in',
      operands: [{ kind: 'field', field: 'reviewerId' }],
    });
  });

  it.each<[string, object, string]>([
    [
      'that is not there',
      { unit: { equals: field('quality') } },
      'A policy compares Observation.unit with "quality", which is no column of it.',
    ],
    [
      'that is a relation',
      { unit: { equals: field('site') } },
      'A policy compares Observation.unit with "site", which is no column of it.',
    ],
    [
      'of another type',
      { unit: { equals: field('value') } },
      'A policy compares Observation.unit with value by "equals".',
    ],
    ['of another enum', { status: { in: [field('unit')] } }, 'A policy compares Observation.status with unit by "in".'],
    [
      'as a part of a text',
      { unit: { contains: field('quantity') } },
      'A policy compares Observation.unit with quantity by "contains".',
    ],
    ['itself', { unit: { equals: field('unit') } }, 'A policy compares Observation.unit with itself.'],
    [
      'of Json',
      { rawFrame: { equals: field('details') } },
      'A policy compares Observation.rawFrame with details by "equals".',
    ],
    [
      'far down',
      { NOT: { OR: [{ comments: { some: { body: { not: field('createdAt') } } } }] } },
      'A policy compares Comment.body with createdAt by "equals".',
    ],
  ])('stops the start: a field %s', (_, where, fact) => {
    const [code, message] = refusalOf(draftWith((words) => words.where(where)));
    expect([code, message]).toEqual(['POLICY_INVALID', expect.stringContaining(fact)]);
  });

  it('stops the start on a right of a field too', () => {
    const draft = policy('Observation', ({ where }) => ({
      fields: { ...observationFields, unit: { read: where({ unit: { equals: field('value') as never } }) } },
    }));
    expect(refusalOf(draft)).toEqual([
      'POLICY_INVALID',
      expect.stringContaining('Observation.unit with value'),
      undefined,
    ]);
  });
});

function refusalOf(draft: PolicyDraft) {
  try {
    checkPolicies(schema, withDraft(draft));
    return ['accepted'];
  } catch (error) {
    if (!(error instanceof PergolaError)) throw error;
    return [error.code, error.message, error.inputPath];
  }
}
