import { open, readOnly } from '../../policy/policy.ts';
import { any, anyone } from '../../policy/rule.ts';
import { policy } from './language.ts';

/** Public reference tables: everybody reads, editors write, and whoever writes elsewhere may point at them. */

export const country = policy('Country', ({ role }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), role('editor')),
  update: any(role('admin'), role('editor')),
  delete: role('admin'),
  fields: {
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
  },
}));

export const language = policy('Language', ({ role }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), role('editor')),
  update: any(role('admin'), role('editor')),
  delete: role('admin'),
  fields: { code: open, name: open, countries: readOnly },
}));

export const currency = policy('Currency', ({ role }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), role('editor')),
  update: any(role('admin'), role('editor')),
  delete: role('admin'),
  fields: { code: open, name: open, symbol: open, countries: readOnly },
}));

export const city = policy('City', ({ role }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), role('editor')),
  update: any(role('admin'), role('editor')),
  delete: role('admin'),
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
}));
