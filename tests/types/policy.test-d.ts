/** What the compiler refuses in a policy. Each refusal was seen as an error before it was expected. */
import { describe, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { any, anyone } from '../../src/policy/rule.ts';

const fields = { slug: open, label: open, observations: readOnly };

describe('a policy', () => {
  it('is of a model that exists', () => {
    policy('Tag', () => ({ read: anyone, fields }));
    // @ts-expect-error There is no such model.
    policy('Tagg', () => ({ read: anyone, fields }));
  });

  it('decides on every field, under its own name', () => {
    // @ts-expect-error `label` is missing.
    policy('Tag', () => ({ read: anyone, fields: { slug: open, observations: readOnly } }));
    // @ts-expect-error `label` is missing: it was misspelt.
    policy('Tag', () => ({ read: anyone, fields: { slug: open, lable: open, observations: readOnly } }));
  });

  it('knows the roles', () => {
    policy('Tag', ({ role }) => ({ read: role('admin'), fields }));
    // @ts-expect-error There is no such role.
    policy('Tag', ({ role }) => ({ read: role('amdin'), fields }));
  });

  it('presets columns that exist', () => {
    policy('Tag', ({ viewer }) => ({ read: anyone, fields, presets: { label: viewer.id } }));
    // @ts-expect-error There is no column `owner`.
    policy('Tag', ({ viewer }) => ({ read: anyone, fields, presets: { owner: viewer.id } }));
  });
});

describe('a condition', () => {
  policy('Tag', ({ where, viewer }) => {
    where({
      label: { equals: 'x' },
      observations: { some: { site: { is: { survey: { is: { visibility: { equals: 'PUBLIC' } } } } } } },
    });
    where({ OR: [{ slug: { in: ['a', viewer.id] } }, { NOT: { label: { equals: null } } }] });

    // @ts-expect-error There is no field `lable`.
    where({ lable: { equals: 'x' } });
    // @ts-expect-error There is no field `statuss`, one relation further.
    where({ observations: { some: { statuss: { equals: 'DRAFT' } } } });
    // @ts-expect-error There is no field `visibilty`, three relations further.
    where({ observations: { some: { site: { is: { survey: { is: { visibilty: { equals: 'PUBLIC' } } } } } } } });
    // @ts-expect-error Inside a list too.
    where({ OR: [{ slug: { equals: 'x' } }, { lable: { equals: 'x' } }] });
    // @ts-expect-error There is no operator `equal`.
    where({ label: { equal: 'x' } });
    // @ts-expect-error An enum has no order.
    where({ observations: { some: { status: { lt: 'DRAFT' } } } });
    // @ts-expect-error There is no such value.
    where({ observations: { some: { status: { equals: 'DRAFTED' } } } });
    // @ts-expect-error A number is no text.
    where({ label: { equals: 1 } });
    // @ts-expect-error Undefined is no value: read as "no condition", it would match every row.
    where({ label: { equals: undefined } });
    // @ts-expect-error Nor is it a condition.
    where({ label: undefined });
    // @ts-expect-error A to-many relation has no `is`.
    where({ observations: { is: { unit: { equals: 'm' } } } });
    return { read: anyone, fields };
  });

  it('belongs to its own model', () => {
    policy('Country', ({ where, role }) => {
      const european = where({ region: { equals: 'Europe' } });
      // @ts-expect-error A rule about countries says nothing about tags.
      policy('Tag', () => ({ read: european, fields }));
      // @ts-expect-error Nor inside another rule.
      policy('Tag', () => ({ read: any(role('admin'), european), fields }));
      return { read: european, fields: countryFields };
    });
  });

  it('goes through to-one relations that exist', () => {
    policy('City', ({ through, owner }) => {
      through('country');
      // @ts-expect-error There is no such relation.
      through('contry');
      // @ts-expect-error A list has no single row whose right could be asked.
      through('sites');
      // @ts-expect-error No column names a user by a number.
      owner('id');
      return {
        read: anyone,
        fields: {
          id: readOnly,
          name: open,
          latitude: open,
          longitude: open,
          admin1: open,
          admin2: open,
          country: open,
          sites: readOnly,
        },
      };
    });
  });
});

const countryFields = {
  code: open,
  name: open,
  officialName: open,
  region: open,
  subregion: open,
  capital: open,
  area: open,
  landlocked: open,
  independent: open,
  flag: open,
  languages: open,
  currencies: open,
  borders: open,
  borderedBy: readOnly,
  cities: readOnly,
};
