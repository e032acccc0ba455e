/** What is derived: small excerpts of the example's API, as its users read it. */
import { printType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { buildApi, type Extension } from '../../src/graphql/build-api.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { policy } from '../../src/app/policies/language.ts';
import { open } from '../../src/policy/policy.ts';
import { anyone } from '../../src/policy/rule.ts';
import { designOf } from '../../src/server/platform.ts';
import { tinySchema } from '../support/tiny-schema.ts';

const { api, schema } = designOf(application);

/** Without descriptions and arguments, which are the same everywhere. */
function excerpt(name: string): string {
  const type = api.getType(name);
  if (!type) throw new Error(`There is no type ${name}.`);
  const text = printType(type).replaceAll(/^\s*"""[\s\S]*?"""\n/gm, '');
  return text.replaceAll(/\([^)]*\)/g, '').replaceAll(/^\n/gm, '');
}

const fieldsOf = (name: string) =>
  [...excerpt(name).matchAll(/^ {2}(\w+)(?:: (.+))?$/gm)].map(([, field = '', type]) =>
    type ? `${field}: ${type}` : field,
  );

describe('groups', () => {
  it('have the keys, figures, conditions and orders that their fields allow', () => {
    const types = [
      'TagGroup',
      'TagGroupBy',
      'TagGroupField',
      'TagGroupKey',
      'TagGroupOrderBy',
      'TagHaving',
      'TimeUnit',
    ];
    expect(types.map(excerpt).join('\n')).toMatchInlineSnapshot(`
      "type TagGroup {
        key: TagGroupKey!
        count: Int!
        present: TagPresent!
        min: TagMin!
        max: TagMax!
      }
      input TagGroupBy {
        field: TagGroupField!
        unit: TimeUnit
        timeZone: String
      }
      enum TagGroupField {
        slug
        label
      }
      type TagGroupKey {
        slug: String
        label: String
      }
      input TagGroupOrderBy {
        count: SortOrder
        key: TagGroupFieldOrderBy
        present: TagGroupFieldOrderBy
        min: TagGroupValueOrderBy
        max: TagGroupValueOrderBy
      }
      input TagHaving {
        AND: [TagHaving!]
        OR: [TagHaving!]
        NOT: TagHaving
        count: IntFilter
        present: TagPresentHaving
        min: TagValueHaving
        max: TagValueHaving
      }
      enum TimeUnit {
        day
        week
        month
        quarter
        year
      }"
    `);
    expect(fieldsOf('ObservationSumHaving')).toEqual(['value: DecimalFilter', 'serialNumber: BigIntFilter']);
    expect(fieldsOf('ObservationAvgHaving')).toEqual(['value: DecimalFilter', 'serialNumber: FloatFilter']);
    expect(fieldsOf('ObservationGroupNumberOrderBy')).toEqual(['value: SortOrder', 'serialNumber: SortOrder']);
  });
});

describe('an object type', () => {
  it('has what somebody may read, and nodeId', () => {
    expect(excerpt('Comment')).toMatchInlineSnapshot(`
      "type Comment implements Node {
        nodeId: ID!
        id: String!
        body: String!
        createdAt: DateTime!
        observationId: String
        authorId: String
        observation: Observation
        author: User
      }"
    `);
  });

  it('has no field that is hidden, and no type that is internal (attacks 33, 61)', () => {
    const models = Object.values(api.getTypeMap()).filter(({ name }) => schema.models.has(name));
    const names = models.flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : []));
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => /password|secret|session|token|link|recovery/i.test(name))).toEqual([]);
    // What stands beside the models shows secrets of its own making, once, and none that is stored.
    const others = Object.values(api.getTypeMap()).filter((type) => !models.includes(type) && 'getFields' in type);
    expect(others.map(({ name }) => name).filter((name) => /session|token|totp|link|recovery/i.test(name))).toEqual([
      'ViewerSession',
      'ViewerToken',
      'CreateTokenResult',
    ]);
  });

  it('may be without a value wherever somebody may not read it', () => {
    expect(
      fieldsOf('Observation').filter((line) => /^(value|internalNote|site|siteId|author|reviewer|tags)\b/.test(line)),
    ).toMatchInlineSnapshot(`
      [
        "value: Decimal!",
        "internalNote: String",
        "siteId: String",
        "site: Site",
        "author: User",
        "reviewer: User",
        "tags: TagConnection!",
      ]
    `);
    expect(fieldsOf('City').filter((line) => line.startsWith('country'))).toMatchInlineSnapshot(`
      [
        "countryCode: String!",
        "country: Country!",
      ]
    `);
  });

  it('says what the schema says of it', () => {
    expect(api.getType('Tag')?.description).toBe('A word that observations can be found by.');
    expect(fieldsOf('Survey').filter((line) => /On:|At:/.test(line))).toMatchInlineSnapshot(`
      [
        "startsOn: Date",
        "endsOn: Date",
        "createdAt: DateTime!",
        "updatedAt: DateTime!",
      ]
    `);
  });
});

describe('an input', () => {
  it('names one row by exactly one of its keys', () => {
    expect(excerpt('SurveyUniqueWhere')).toMatchInlineSnapshot(`
      "input SurveyUniqueWhere @oneOf {
        id: String
        organizationId_title: SurveyOrganizationIdTitleKey
      }"
    `);
    expect(excerpt('SurveyOrganizationIdTitleKey')).toMatchInlineSnapshot(`
      "input SurveyOrganizationIdTitleKey {
        organizationId: String!
        title: String!
      }"
    `);
    expect(api.getType('SurveyUniqueWhere')).toMatchObject({ isOneOf: true });
  });

  it('filters by what somebody may filter by', () => {
    expect(excerpt('CommentWhere')).toMatchInlineSnapshot(`
      "input CommentWhere {
        AND: [CommentWhere!]
        OR: [CommentWhere!]
        NOT: CommentWhere
        id: StringFilter
        body: StringFilter
        createdAt: DateTimeFilter
        observationId: StringFilter
        observation: ObservationRelationFilter
        authorId: StringFilter
        author: UserRelationFilter
      }"
    `);
    expect(excerpt('CommentListFilter')).toMatchInlineSnapshot(`
      "input CommentListFilter {
        some: CommentWhere
        every: CommentWhere
        none: CommentWhere
      }"
    `);
    expect(excerpt('CommentRelationFilter')).toMatchInlineSnapshot(`
      "input CommentRelationFilter {
        is: CommentWhere
        isNot: CommentWhere
      }"
    `);
    expect(excerpt('ObservationStatusFilter')).toMatchInlineSnapshot(`
      "input ObservationStatusFilter {
        equals: ObservationStatus
        not: ObservationStatus
        in: [ObservationStatus!]
        notIn: [ObservationStatus!]
      }"
    `);
  });

  it('orders by fields, to-one relations and numbers, not by what has no order', () => {
    expect(fieldsOf('ObservationOrderBy').filter((line) => /^(value|details|rawFrame|site|comments)\b/.test(line)))
      .toMatchInlineSnapshot(`
      [
        "value: SortOrder",
        "site: SiteOrderBy",
        "comments: CountOrderBy",
      ]
    `);
  });

  it('creates with what somebody may write: no preset, no key column, nothing managed (attack 48)', () => {
    expect(excerpt('CommentCreateInput')).toMatchInlineSnapshot(`
      "input CommentCreateInput {
        body: String!
        observation: CommentObservationCreateInput!
      }"
    `);
    expect(excerpt('CommentCreateWithoutObservationInput')).toMatchInlineSnapshot(`
      "input CommentCreateWithoutObservationInput {
        body: String!
      }"
    `);
    expect(fieldsOf('SurveyCreateInput')).toMatchInlineSnapshot(`
      [
        "title: String!",
        "description: String",
        "visibility: SurveyVisibility",
        "startsOn: Date",
        "endsOn: Date",
        "organization: SurveyOrganizationCreateInput!",
        "sites: SurveySitesCreateInput",
      ]
    `);
    expect(fieldsOf('UserUpdateInput')).toEqual(['name: String']);
  });

  it('ties rows by creating or connecting them, and lets go of those that can be without', () => {
    expect(excerpt('ObservationSiteUpdateInput')).toMatchInlineSnapshot(`
      "input ObservationSiteUpdateInput @oneOf {
        create: SiteCreateWithoutObservationsInput
        connect: SiteUniqueWhere
        connectOrCreate: SiteConnectOrCreateWithoutObservationsInput
        update: SiteUpdateInput
        upsert: SiteUpsertWithoutObservationsInput
      }"
    `);
    expect(excerpt('ObservationReviewerUpdateInput')).toMatchInlineSnapshot(`
      "input ObservationReviewerUpdateInput @oneOf {
        connect: UserUniqueWhere
        update: UserUpdateInput
        disconnect: Boolean
      }"
    `);
    expect(excerpt('ObservationTagsUpdateInput')).toMatchInlineSnapshot(`
      "input ObservationTagsUpdateInput {
        create: [TagCreateWithoutObservationsInput!]
        connect: [TagUniqueWhere!]
        connectOrCreate: [TagConnectOrCreateWithoutObservationsInput!]
        update: [TagUpdateNamedInput!]
        upsert: [TagUpsertNamedWithoutObservationsInput!]
        disconnect: [TagUniqueWhere!]
        set: [TagUniqueWhere!]
        delete: [TagUniqueWhere!]
      }"
    `);
  });
});

describe('the roots', () => {
  it('have a field for one row and one for many of each model, in English', () => {
    const queries = Object.keys(api.getQueryType()!.getFields()).filter((name) => !/Aggregate$|Groups$/.test(name));
    expect(queries.toSorted().join(' ')).toMatchInlineSnapshot(
      `"auditEntries auditEntry cities city comment comments countries country currencies currency import imports language languages latestObservations membership memberships node nodes observation observations organization organizations roleGrant roleGrants site sites survey surveys tag tags user users viewer"`,
    );
  });

  it('have no mutation that nobody may do', () => {
    const mutations = Object.keys(api.getMutationType()!.getFields());
    expect(mutations.filter((name) => /User|RoleGrant/.test(name)).toSorted()).toEqual([
      'createRoleGrant',
      'createRoleGrants',
      'deleteRoleGrant',
      'deleteRoleGrants',
      'updateUser',
      'updateUsers',
    ]);
  });
});

it('an enum value that GraphQL has other uses for stops the start, with the way out', () => {
  const words = tinySchema('enum-words');
  const draft = policy('Answer' as 'Tag', () => ({ read: anyone, fields: { id: open, value: open } as never }));
  expect(() => buildApi(words, checkPolicies(words, [draft]), [])).toThrow(
    expect.objectContaining({
      code: 'BAD_SCHEMA',
      message:
        'The enum Truth has the value "true", which GraphQL does not allow. Rename it and keep the stored one: true_ @map("true").',
    }),
  );
});

it('every model that somebody may read is there, and no other', () => {
  const derived = [...schema.models.keys()].filter((name) => api.getType(name));
  expect([...schema.models.keys()].filter((name) => !derived.includes(name))).toEqual([
    'Session',
    'ApiToken',
    'IdempotencyRecord',
    'MailedLink',
    'TotpSecret',
    'RecoveryCode',
  ]);
});

it('a global id among the arguments of a hand-written field is refused: nobody would take it apart', () => {
  const extension: Extension = (builder) =>
    builder.queryField('lookUp', (t) =>
      t.string({ args: { id: t.arg.globalID({ required: true }) }, resolve: () => 'found' }),
    );
  expect(() => designOf({ ...application, extensions: [extension] })).toThrow('The input "id" is a global id.');
});
