import { createRequire } from 'node:module';
import type { Countries, Country } from 'world-countries';

/** The npm package `world-countries` (mledoze/countries, ODbL 1.0), as records of our own models. */
const countries: Countries = createRequire(import.meta.url)('world-countries');

export function languageRecords() {
  const names = new Map(countries.flatMap(({ languages }) => Object.entries(languages)));
  return [...names].map(([code, name]) => ({ code, name }));
}

export function currencyRecords() {
  const currencies = new Map(countries.flatMap((country) => Object.entries(country.currencies)));
  return [...currencies].map(([code, { name, symbol }]) => ({ code, name, symbol }));
}

export function countryRecords() {
  return countries.map((country) => ({
    code: country.cca2,
    name: country.name.common,
    officialName: country.name.official,
    region: country.region,
    subregion: country.subregion || null,
    capital: country.capital[0] ?? null,
    area: areaOf(country),
    landlocked: country.landlocked,
    independent: country.independent ?? null,
    flag: country.flag,
    languages: Object.keys(country.languages),
    currencies: Object.keys(country.currencies),
  }));
}

export function borderRecords() {
  const codes = new Map(countries.map(({ cca3, cca2 }) => [cca3, cca2]));
  const bordering = countries.filter(({ borders }) => borders.length > 0);
  return bordering.map(({ cca2, borders }) => ({ code: cca2, borders: borders.map((it) => codes.get(it)) }));
}

/** The package writes -1 for the one country whose area it does not know: Svalbard and Jan Mayen. */
const areaOf = ({ area, cca2 }: Country) => (cca2 === 'SJ' && area < 0 ? 61_399 : area);
