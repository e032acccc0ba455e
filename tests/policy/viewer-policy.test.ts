/** What each right comes down to for one viewer: a condition on rows. */
import { describe, expect, it } from 'vitest';
import { policies as drafts } from '../../src/app/policies/index.ts';
import { policy } from '../../src/app/policies/language.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import type { Role } from '../../src/generated/model-types.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { always, isAlways, never, type Filter } from '../../src/policy/filter.ts';
import { hidden, open, readOnly, type PolicyDraft, type PolicyText } from '../../src/policy/policy.ts';
import { all, any, anyone, named, nobody, not, signedIn, type Rule } from '../../src/policy/rule.ts';
import { guest, system, type Viewer } from '../../src/policy/viewer.ts';
import { viewerPolicy } from '../../src/policy/viewer-policy.ts';
import type { ModelWords } from '../../src/policy/words.ts';
import { commentFields, observationFields, userFields } from '../support/open-fields.ts';

const schema = readDatamodel(generatedDatamodel);

const alice: Viewer = { kind: 'user', id: 'alice', roles: [] };
const editor: Viewer = { kind: 'user', id: 'ed', roles: ['editor'] };
const admin: Viewer = { kind: 'user', id: 'root', roles: ['admin'] };

const policiesWith = (...own: PolicyDraft[]) =>
  checkPolicies(schema, [...drafts.filter(({ model }) => own.every((one) => one.model !== model)), ...own]);

type Words = ModelWords<'Comment', Lowercase<Role>>;

/** Who may read comments under this rule. */
const readers = (rule: (words: Words) => Rule<'Comment'>, viewer: Viewer, others: PolicyDraft[] = []) =>
  viewerPolicy(
    schema,
    policiesWith(
      policy('Comment', (words) => ({ read: rule(words), fields: commentFields })),
      ...others,
    ),
    viewer,
  ).rows('Comment', 'read');

const mine: Filter = {
  kind: 'compare',
  field: 'authorId',
  operator: 'equals',
  operands: [{ kind: 'viewer', value: 'id' }],
};
const short: Filter = {
  kind: 'compare',
  field: 'body',
  operator: 'equals',
  operands: [{ kind: 'constant', value: 'x' }],
};

describe('a rule', () => {
  it.each<[string, (words: Words) => Rule<'Comment'>, Record<'guest' | 'alice' | 'editor' | 'admin', Filter>]>([
    ['anyone', () => anyone, { guest: always, alice: always, editor: always, admin: always }],
    ['nobody', () => nobody, { guest: never, alice: never, editor: never, admin: never }],
    ['signedIn', () => signedIn, { guest: never, alice: always, editor: always, admin: always }],
    ['role', ({ role }) => role('editor'), { guest: never, alice: never, editor: always, admin: never }],
    ['owner', ({ owner }) => owner('authorId'), { guest: never, alice: mine, editor: mine, admin: mine }],
    [
      'where',
      ({ where }) => where({ body: { equals: 'x' } }),
      { guest: short, alice: short, editor: short, admin: short },
    ],
    [
      'any',
      ({ role, owner }) => any(role('editor'), owner('authorId')),
      { guest: never, alice: mine, editor: always, admin: mine },
    ],
    ['any of nothing', () => any(), { guest: never, alice: never, editor: never, admin: never }],
    [
      'all',
      ({ role, owner }) => all(role('editor'), owner('authorId')),
      { guest: never, alice: never, editor: mine, admin: never },
    ],
    ['all of nothing', () => all(), { guest: always, alice: always, editor: always, admin: always }],
    ['not a role', ({ role }) => not(role('editor')), { guest: always, alice: always, editor: never, admin: always }],
    ['not the owner', ({ owner }) => not(owner('authorId')), { guest: always, ...each({ kind: 'not', of: mine }) }],
    [
      'named',
      ({ owner }) => named('its author', owner('authorId')),
      { guest: never, alice: mine, editor: mine, admin: mine },
    ],
    [
      'the viewer among other values',
      ({ where, viewer }) => where({ authorId: { in: [viewer.id, 'bob'] } }),
      {
        guest: oneOf({ kind: 'constant', value: 'bob' }),
        ...each(oneOf({ kind: 'viewer', value: 'id' }, { kind: 'constant', value: 'bob' })),
      },
    ],
    [
      'the viewer at the other end',
      ({ where, viewer }) => where({ observation: { is: { authorId: { equals: viewer.id } } } }),
      { guest: never, ...each({ kind: 'some', relation: 'observation', filter: mine }) },
    ],
    [
      'the viewer at no other end',
      ({ where, viewer }) => where({ observation: { isNot: { authorId: { equals: viewer.id } } } }),
      { guest: always, ...each({ kind: 'not', of: { kind: 'some', relation: 'observation', filter: mine } }) },
    ],
  ])('is one condition for each kind of viewer: %s', (_, rule, expected) => {
    const found = {
      guest: readers(rule, guest),
      alice: readers(rule, alice),
      editor: readers(rule, editor),
      admin: readers(rule, admin),
    };
    expect(found).toEqual(expected);
  });

  function each(filter: Filter) {
    return { alice: filter, editor: filter, admin: filter };
  }
  function oneOf(...operands: Extract<Filter, { kind: 'compare' }>['operands']): Filter {
    return { kind: 'compare', field: 'authorId', operator: 'in', operands };
  }
});

describe('through', () => {
  const observation = (
    text: (words: ModelWords<'Observation', Lowercase<Role>>) => Omit<PolicyText<'Observation'>, 'fields'>,
  ) => policy('Observation', (words) => ({ ...text(words), fields: observationFields }));
  it('asks the rule of the other end', () => {
    const parent = observation(({ owner }) => ({ read: owner('authorId') }));
    expect(readers(({ through }) => through('observation'), alice, [parent])).toEqual({
      kind: 'some',
      relation: 'observation',
      filter: mine,
    });
    expect(readers(({ through }) => through('observation'), guest, [parent])).toEqual(never);
  });

  it('a required relation to rows that everybody has the right on holds always', () => {
    expect(readers(({ through }) => through('observation'), guest, [observation(() => ({ read: anyone }))])).toEqual(
      always,
    );
  });

  it('an optional relation needs a row there', () => {
    const draft = observation(({ through }) => ({ read: anyone, delete: through('reviewer') }));
    const user = policy('User', () => ({ read: anyone, fields: userFields }));
    const filter = viewerPolicy(schema, policiesWith(draft, user), guest).rows('Observation', 'delete');
    expect(filter).toEqual({ kind: 'some', relation: 'reviewer', filter: always });
  });

  it('with a verb asks for that right, and for reading as every right does', () => {
    const parent = observation(({ where, owner }) => ({
      read: owner('authorId'),
      update: where({ status: { equals: 'DRAFT' } }),
    }));
    const draft: Filter = {
      kind: 'compare',
      field: 'status',
      operator: 'equals',
      operands: [{ kind: 'constant', value: 'DRAFT' }],
    };
    expect(readers(({ through }) => through('observation', 'update'), alice, [parent])).toEqual({
      kind: 'some',
      relation: 'observation',
      filter: {
        kind: 'all',
        of: [mine, draft],
      },
    });
  });
});

describe('a right beside reading', () => {
  const tag = (rights: object) =>
    policy('Tag', () => ({ ...rights, fields: { slug: open, label: open, observations: readOnly } }));

  it.each(['update', 'delete', 'link'] as const)('is worth nothing on a row that is not read: %s', (verb) => {
    expect(viewerPolicy(schema, policiesWith(tag({ [verb]: anyone })), alice).rows('Tag', verb)).toEqual(never);
  });
  it('to create does not need the new row to be readable', () => {
    expect(viewerPolicy(schema, policiesWith(tag({ create: anyone })), alice).rows('Tag', 'create')).toEqual(always);
  });
  it.each(['read', 'create', 'update', 'delete', 'link'] as const)('that is left out is denied: %s', (verb) => {
    expect(viewerPolicy(schema, policiesWith(tag({})), admin).rows('Tag', verb)).toEqual(never);
  });
});

describe('a right on a field', () => {
  const rights = (label: object, viewer: Viewer = alice) => {
    const draft = policy('Tag', () => ({ read: anyone, fields: { slug: open, label, observations: readOnly } }));
    const of = viewerPolicy(schema, policiesWith(draft), viewer);
    return (['read', 'write', 'filter', 'sort', 'aggregate'] as const).filter((verb) =>
      isAlways(of.field('Tag', 'label', verb)),
    );
  };

  it.each([
    ['open', open, ['read', 'write', 'filter', 'sort', 'aggregate']],
    ['readOnly', readOnly, ['read', 'filter', 'sort', 'aggregate']],
    ['hidden', hidden, []],
    ['not sorted by', { read: anyone, sort: nobody }, ['read', 'filter', 'aggregate']],
    ['write only', { write: anyone }, ['write']],
    ['filtered by without being read', { filter: anyone, sort: anyone, aggregate: anyone }, []],
  ])('follows reading unless said otherwise, and never goes further: %s', (_, label, expected) => {
    expect(rights(label)).toEqual(expected);
  });

  it('that some have is nothing to the others', () => {
    expect([rights({ read: signedIn }, guest), rights({ read: signedIn }, alice)]).toEqual([
      [],
      ['read', 'filter', 'sort', 'aggregate'],
    ]);
  });
});

describe('a column of a relation', () => {
  const column = (model: string, name: string, viewer: Viewer) =>
    viewerPolicy(schema, checkPolicies(schema, drafts), viewer).field(model, name, 'read');

  it('is readable where the row that it points to is', () => {
    expect(column('City', 'countryCode', guest)).toEqual(always);
    expect(column('Site', 'surveyId', admin)).toEqual(always);
    const visible: Filter = {
      kind: 'compare',
      field: 'visibility',
      operator: 'equals',
      operands: [{ kind: 'constant', value: 'PUBLIC' }],
    };
    expect(column('Site', 'surveyId', guest)).toEqual({ kind: 'some', relation: 'survey', filter: visible });
  });
  it('is readable with its row where it is part of the key', () => {
    expect(column('Membership', 'organizationId', guest)).toEqual(always);
  });
  it('is filtered, sorted and aggregated by where its relation may be', () => {
    const observation = { read: anyone, filter: nobody, sort: signedIn, aggregate: nobody };
    const comment = policy('Comment', () => ({ read: anyone, fields: { ...commentFields, observation } }));
    const parent = policy('Observation', () => ({ read: anyone, fields: observationFields }));
    const of = viewerPolicy(schema, policiesWith(comment, parent), alice);
    const granted = (['read', 'filter', 'sort', 'aggregate'] as const).filter((verb) =>
      isAlways(of.field('Comment', 'observationId', verb)),
    );
    expect(granted).toEqual(['read', 'sort']);
  });
  it('is never written by itself', () => {
    expect(viewerPolicy(schema, checkPolicies(schema, drafts), admin).field('Site', 'surveyId', 'write')).toEqual(
      never,
    );
  });
});

it('Pergola itself, known by identity, is granted everything', () => {
  const rule = policy('Tag', () => ({ fields: { slug: open, label: hidden, observations: hidden } }));
  const of = (viewer: Viewer) => viewerPolicy(schema, policiesWith(rule), viewer);
  expect([of(system).rows('Tag', 'read'), of(system).field('Tag', 'label', 'read')]).toEqual([always, always]);
  // A copy of it is not it.
  expect(of({ ...system }).rows('Tag', 'read')).toEqual(never);
});
