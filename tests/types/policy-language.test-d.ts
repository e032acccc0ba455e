/** What else the compiler refuses in a policy: a key too many, a value of another type. A directive that is not needed is an error. */
import { describe, expectTypeOf, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { field } from '../../src/policy/field-value.ts';
import { internal, open, type PolicyText } from '../../src/policy/policy.ts';
import { all, any, anyone, named, nobody, not, signedIn, type Rule } from '../../src/policy/rule.ts';
import type { SafeWhere } from '../../src/policy/where-types.ts';
import { commentFields as fields, observationFields } from '../support/open-fields.ts';

describe('a key too many', () => {
  it('is no verb', () => {
    policy('Comment', () => ({ delete: anyone, fields }));
    // @ts-expect-error The verb is called "delete".
    policy('Comment', () => ({ remove: anyone, fields }));
    // @ts-expect-error There is no verb "see".
    policy('Comment', ({ through }) => ({ read: through('observation', 'see'), fields }));
  });

  it('is no right on a field: misspelt, a right would follow "read"', () => {
    policy('Comment', () => ({ fields: { ...fields, body: { read: anyone, sort: nobody } } }));
    // @ts-expect-error The right is called "sort".
    policy('Comment', () => ({ fields: { ...fields, body: { read: anyone, srot: nobody } } }));
    // @ts-expect-error The right is called "read".
    policy('Comment', () => ({ fields: { ...fields, body: { see: anyone } } }));
  });

  it('is no field', () => {
    // @ts-expect-error Comment has no field "text".
    policy('Comment', () => ({ fields: { ...fields, text: open } }));
    // @ts-expect-error The column travels as "author".
    policy('Comment', () => ({ fields: { ...fields, authorId: open } }));
    expectTypeOf<keyof PolicyText<'Comment'>['fields']>().toEqualTypeOf<
      'id' | 'body' | 'createdAt' | 'observation' | 'author'
    >();
  });

  it('is no preset', () => {
    policy('Comment', ({ viewer }) => ({ fields, presets: { authorId: viewer.id, body: 'x' } }));
    // @ts-expect-error Comment has no column "ownerId".
    policy('Comment', ({ viewer }) => ({ fields, presets: { authorId: viewer.id, ownerId: viewer.id } }));
  });

  it('is no connective and no operator, at any depth', () => {
    const atDepth = (where: SafeWhere<'Comment'>) => where;
    atDepth({ observation: { is: { site: { is: { survey: { is: { title: { equals: 'x' } } } } } } } });
    // @ts-expect-error The operator of a to-one relation is called "is".
    atDepth({ observation: { is: { site: { is: { survey: { was: { title: { equals: 'x' } } } } } } } });
    // @ts-expect-error Site has no field "titel", under a connective neither.
    atDepth({ NOT: { OR: [{ observation: { is: { site: { isNot: { AND: [{ titel: { equals: 'x' } }] } } } } }] } });
    // @ts-expect-error A day does not contain text.
    atDepth({ createdAt: { contains: '2026' } });
  });
});

describe('a value', () => {
  const read = (where: SafeWhere<'Observation'>) => where;

  it('has the type of its field', () => {
    read({
      measuredAt: { gt: new Date() },
      serialNumber: { lt: 5n },
      value: { gte: '1.5' },
      status: { in: ['DRAFT'] },
    });
    // @ts-expect-error A moment is no text.
    read({ measuredAt: { gt: '2026-01-01' } });
    // @ts-expect-error A BigInt is no number: it may be longer.
    read({ serialNumber: { lt: 5 } });
    // @ts-expect-error A field takes operators, not a value.
    read({ unit: 'Cel' });
    // @ts-expect-error A preset has the type of its column.
    policy('Comment', () => ({ fields, presets: { body: 5 } }));
  });

  it('of a part of a Json value is a text, a number or a truth value', () => {
    read({ details: { path: ['battery', 'level'], equals: 5 } });
    read({ details: { path: ['battery'], not: null }, NOT: { details: { equals: 'x' } } });
    policy('Comment', ({ where, viewer }) => ({
      read: where({ observation: { is: { details: { path: ['owner'], equals: viewer.id } } } }),
      fields,
    }));
    // @ts-expect-error An object is compared by its parts.
    read({ details: { path: ['battery'], equals: { level: 5 } } });
    // @ts-expect-error A path is a list of keys.
    read({ details: { path: 'battery.level', equals: 5 } });
    // @ts-expect-error There is no order among Json values.
    read({ details: { path: ['battery', 'level'], gt: 5 } });
    // @ts-expect-error No other field has parts.
    read({ unit: { path: ['a'], equals: 'x' } });
  });

  it('is never undefined, in a list neither', () => {
    const maybe: string | undefined = Math.random() > 0.5 ? 'Cel' : undefined;
    // @ts-expect-error A value may be missing.
    read({ unit: { equals: maybe } });
    // @ts-expect-error A list of conditions may be missing.
    read({ AND: undefined });
    // @ts-expect-error A list may hold a missing value.
    read({ unit: { in: ['Cel', undefined] } });
    // @ts-expect-error A list of values holds no null.
    read({ unit: { in: ['Cel', null] } });
  });

  it('of the viewer stands where text stands', () => {
    policy('Comment', ({ where, viewer }) => ({ read: where({ authorId: { in: [viewer.id, 'bob'] } }), fields }));
    // @ts-expect-error The viewer is no moment.
    policy('Comment', ({ where, viewer }) => ({ read: where({ createdAt: { equals: viewer.id } }), fields }));
    // @ts-expect-error The viewer is no moment in a preset either.
    policy('Comment', ({ viewer }) => ({ fields, presets: { createdAt: viewer.id } }));
    // @ts-expect-error A moment names no user.
    policy('Comment', ({ owner }) => ({ read: owner('createdAt'), fields }));
  });
});

describe('a rule', () => {
  const ofTag: Rule<'Tag'> = { kind: 'always' };

  it('speaks of its own model, in whatever it is wrapped', () => {
    // @ts-expect-error It is a rule about tags.
    policy('Comment', () => ({ read: named('tags', all(signedIn, not(ofTag))), fields }));
    // @ts-expect-error It is a rule about tags, on a field too.
    policy('Comment', () => ({ fields: { ...fields, body: { read: ofTag } } }));
  });

  it('that asks for no row fits everywhere', () => {
    const body = { read: signedIn };
    policy('Comment', ({ role }) => ({ read: any(signedIn, role('editor')), fields: { ...fields, body } }));
  });

  it('is not needed for a model that Pergola alone touches', () => {
    internal('Session');
    // @ts-expect-error There is no model "Sessions".
    internal('Sessions');
  });
});

describe('another field of the row', () => {
  const read = (where: SafeWhere<'Observation'>) => where;

  it('has values of the same type', () => {
    read({ createdAt: { gte: field('measuredAt') }, quantity: { not: field('unit') } });
    read({ authorId: { equals: field('reviewerId') } });
    read({ unit: { in: [field('quantity'), 'Cel'] } });
    // @ts-expect-error A text is no moment.
    read({ createdAt: { gt: field('unit') } });
    // @ts-expect-error A Decimal is no text, though it travels as one.
    read({ unit: { equals: field('value') } });
    // @ts-expect-error A text is no Decimal.
    read({ value: { equals: field('unit') } });
    // @ts-expect-error Nothing beside a BigInt is one.
    read({ serialNumber: { lt: field('value') } });
    // @ts-expect-error A state is no text, though its words are.
    read({ status: { equals: field('unit') } });
    // @ts-expect-error The text that is looked for is given.
    read({ unit: { contains: field('quantity') } });
    // @ts-expect-error A preset is given before there is a row.
    policy('Comment', () => ({ fields, presets: { body: field('body') } }));
  });

  it('is a field of the row that is compared, at every depth', () => {
    read({ comments: { some: { authorId: { not: field('observationId') } } } });
    // @ts-expect-error Observation has no field "measuredOn".
    read({ createdAt: { gt: field('measuredOn') } });
    // @ts-expect-error A relation has no value.
    read({ authorId: { equals: field('reviewer') } });
    // @ts-expect-error Comment has no field "measuredAt": it is of the row that the comment is of.
    read({ comments: { some: { createdAt: { gt: field('measuredAt') } } } });
    // @ts-expect-error Nor under a connective.
    read({ NOT: { OR: [{ site: { is: { survey: { is: { startsOn: { lt: field('measuredAt') } } } } } }] } });
  });
});

describe('a path', () => {
  it('goes from relation to relation, lists among them', () => {
    policy('Observation', ({ exists, viewer }) => {
      exists('comments');
      exists('site.survey', { visibility: { equals: 'PUBLIC' } });
      exists('site.survey.organization.memberships', { userId: { equals: viewer.id }, role: { in: ['OWNER'] } });
      exists('corrects.corrects.corrects', { unit: { equals: 'Cel' } });
      exists('site.survey', { endsOn: { gt: field('startsOn') } });
      // @ts-expect-error Observation has no relation "sight".
      exists('sight');
      // @ts-expect-error Survey has no relation "organisation".
      exists('site.survey.organisation.memberships');
      // @ts-expect-error Membership has no relation "role".
      exists('site.survey.organization.memberships.role');
      // @ts-expect-error A path does not end in a dot.
      exists('site.');
      // @ts-expect-error A path leads somewhere.
      exists('');
      // @ts-expect-error Nobody knows where it leads.
      exists(['site'].join('.'));
      return { fields: observationFields };
    });
  });

  it('ends at the model that the condition is about', () => {
    policy('Observation', ({ exists }) => {
      // @ts-expect-error Survey has no field "unit": Observation has.
      exists('site.survey', { unit: { equals: 'Cel' } });
      // @ts-expect-error Membership has no role "CAPTAIN".
      exists('site.survey.organization.memberships', { role: { equals: 'CAPTAIN' } });
      // @ts-expect-error Organization has no field "title", further on neither.
      exists('site.survey', { organization: { is: { title: { equals: 'x' } } } });
      // @ts-expect-error "measuredAt" is of the observation, not of its survey.
      exists('site.survey', { startsOn: { lt: field('measuredAt') } });
      return { fields: observationFields };
    });
  });

  it('makes a rule about the model that it begins at', () => {
    policy('Observation', ({ exists }) => {
      const commented = exists('comments');
      // @ts-expect-error It is a rule about observations.
      policy('Comment', () => ({ read: commented, fields }));
      return { read: commented, fields: observationFields };
    });
  });
});
