import type { MembershipRole, SurveyVisibility } from '../../generated/model-types.ts';

/** Who surveys what and where, in an invented world of real places. The measurements are made in `measurements.ts`. */

export interface PlannedOrganization {
  readonly slug: string;
  readonly name: string;
  readonly members: Readonly<Record<string, MembershipRole>>;
  readonly surveys: readonly PlannedSurvey[];
}

export interface PlannedSurvey {
  readonly title: string;
  readonly description: string;
  readonly visibility: SurveyVisibility;
  readonly startsOn: string;
  readonly endsOn: string | null;
  /** Names from `quantities`. */
  readonly quantities: readonly string[];
  readonly sites: readonly PlannedSite[];
}

/** [name, country, city, height above the sea in meters] */
export type PlannedSite = readonly [name: string, country: string, city: string, elevationMeters: number];

/** The name before the `@` of each user, and how they are called. The first four are personas. */
export const people: Readonly<Record<string, string>> = {
  editor: 'Edda Lindqvist',
  reviewer: 'Ravi Menon',
  member: 'Mila de Boer',
  outsider: 'Oskar Huber',
  'anneke.visser': 'Anneke Visser',
  'joris.kok': 'Joris Kok',
  'lena.gruber': 'Lena Gruber',
  'marco.bianchi': 'Marco Bianchi',
  'claire.morel': 'Claire Morel',
  'ingrid.haugen': 'Ingrid Haugen',
  'tor.nilsen': 'Tor Nilsen',
  'sofia.reyes': 'Sofía Reyes',
  'amina.otieno': 'Amina Otieno',
  'nikos.pappas': 'Nikos Pappas',
};

export const organizations: readonly PlannedOrganization[] = [
  {
    slug: 'delta-water-watch',
    name: 'Delta Water Watch',
    members: { 'anneke.visser': 'OWNER', 'joris.kok': 'EDITOR', reviewer: 'REVIEWER', member: 'MEMBER' },
    surveys: [
      {
        title: 'Rhine and Meuse levels 2025',
        description: 'Water levels and temperatures where the rivers enter the delta.',
        visibility: 'PUBLIC',
        startsOn: '2025-04-01',
        endsOn: '2025-10-31',
        quantities: ['water level', 'water temperature', 'air temperature'],
        sites: [
          ['Waal bridge', 'NL', 'Nijmegen', 9],
          ['IJssel quay', 'NL', 'Deventer', 7],
          ['Meuse weir', 'NL', 'Maastricht', 45],
          ['Harbour mouth', 'NL', 'Gorinchem', 2],
        ],
      },
      {
        title: 'Salt in the polders',
        description: 'How far sea water comes in during a dry summer.',
        visibility: 'PUBLIC',
        startsOn: '2025-05-15',
        endsOn: null,
        quantities: ['conductivity', 'water level', 'nitrate'],
        sites: [
          ['Old inlet', 'NL', 'Dordrecht', 1],
          ['Pumping station 4', 'NL', 'Kampen', 0],
          ['Ring ditch', 'NL', 'Zwolle', 3],
        ],
      },
      {
        title: 'Sluice tests (internal)',
        description: 'Before and after each test run; not for publication.',
        visibility: 'PRIVATE',
        startsOn: '2025-06-01',
        endsOn: null,
        quantities: ['water level', 'noise level'],
        sites: [
          ['Sluice north', 'NL', 'Dordrecht', 1],
          ['Sluice south', 'NL', 'Venlo', 17],
          ['Reference gauge', 'NL', 'Gorinchem', 2],
        ],
      },
    ],
  },
  {
    slug: 'alpine-air-network',
    name: 'Alpine Air Network',
    members: {
      'lena.gruber': 'OWNER',
      'marco.bianchi': 'EDITOR',
      'claire.morel': 'REVIEWER',
      outsider: 'MEMBER',
    },
    surveys: [
      {
        title: 'Valley air 2025',
        description: 'Fine dust and weather along the roads through the Alps.',
        visibility: 'PUBLIC',
        startsOn: '2025-04-01',
        endsOn: '2025-10-31',
        quantities: ['particulate matter PM2.5', 'air temperature', 'relative humidity'],
        sites: [
          ['Inn promenade', 'AT', 'Innsbruck', 574],
          ['Kapuzinerberg', 'AT', 'Salzburg', 640],
          ['Talfer meadows', 'IT', 'Bolzano', 262],
          ['Bastille', 'FR', 'Grenoble', 476],
          ['Railway station', 'CH', 'Chur', 585],
        ],
      },
      {
        title: 'Ski resort nights',
        description: 'Noise and fine dust around snow cannons; under agreement with the operators.',
        visibility: 'PRIVATE',
        startsOn: '2025-04-01',
        endsOn: null,
        quantities: ['noise level', 'particulate matter PM2.5', 'air temperature'],
        sites: [
          ['Parsenn', 'CH', 'Davos', 1560],
          ['Muttersberg', 'AT', 'Bludenz', 1401],
          ['Nordkette', 'AT', 'Innsbruck', 1905],
        ],
      },
    ],
  },
  {
    slug: 'fjord-monitoring-group',
    name: 'Fjord Monitoring Group',
    members: { 'ingrid.haugen': 'OWNER', 'tor.nilsen': 'REVIEWER', 'amina.otieno': 'MEMBER' },
    surveys: [
      {
        title: 'Fjord temperatures 2025',
        description: 'Surface water along the Norwegian coast.',
        visibility: 'PUBLIC',
        startsOn: '2025-04-15',
        endsOn: '2025-10-15',
        quantities: ['water temperature', 'wind speed', 'conductivity'],
        sites: [
          ['Bryggen', 'NO', 'Bergen', 2],
          ['Brosundet', 'NO', 'Ålesund', 1],
          ['Vågen', 'NO', 'Stavanger', 2],
          ['Moloveien', 'NO', 'Bodø', 3],
          ['Tromsø bridge', 'NO', 'Tromsø', 4],
        ],
      },
      {
        title: 'Fish farm outflow',
        description: 'Nutrients downstream of farms; private until the owners have commented.',
        visibility: 'PRIVATE',
        startsOn: '2025-05-01',
        endsOn: null,
        quantities: ['nitrate', 'water temperature', 'pH'],
        sites: [
          ['Romsdal', 'NO', 'Molde', 1],
          ['Byfjord', 'NO', 'Bergen', 0],
        ],
      },
    ],
  },
  {
    slug: 'urban-heat-lab',
    name: 'Urban Heat Lab',
    members: { 'sofia.reyes': 'OWNER', 'nikos.pappas': 'EDITOR', 'claire.morel': 'REVIEWER', 'amina.otieno': 'MEMBER' },
    surveys: [
      {
        title: 'Hot nights in cities',
        description: 'Air temperature in streets, courtyards and parks, at noon and before sunrise.',
        visibility: 'PUBLIC',
        startsOn: '2025-05-01',
        endsOn: '2025-09-30',
        quantities: ['air temperature', 'relative humidity'],
        sites: [
          ['Alameda', 'ES', 'Sevilla', 10],
          ['Judería', 'ES', 'Córdoba', 106],
          ['Turia gardens', 'ES', 'Valencia', 15],
          ['Mouraria', 'PT', 'Lisbon', 45],
          ['Giraldo square', 'PT', 'Évora', 280],
          ['Exarchia', 'GR', 'Athens', 95],
          ['Uhuru park', 'KE', 'Nairobi', 1700],
          ['Koregaon park', 'IN', 'Pune', 545],
          ['Armory park', 'US', 'Tucson', 730],
        ],
      },
      {
        title: 'Tree shade trial',
        description: 'Pairs of sensors with and without shade; results belong to the city councils until 2027.',
        visibility: 'PRIVATE',
        startsOn: '2025-05-01',
        endsOn: null,
        quantities: ['air temperature', 'wind speed', 'relative humidity'],
        sites: [
          ['Plaza without trees', 'ES', 'Zaragoza', 208],
          ['Plaza with trees', 'ES', 'Zaragoza', 210],
          ['Lakeside market', 'KE', 'Kisumu', 1131],
          ['Derwent shore', 'AU', 'Hobart', 5],
        ],
      },
    ],
  },
];

export const tags: Readonly<Record<string, string>> = {
  calibration: 'Calibration',
  drought: 'Drought',
  flood: 'Flood',
  heatwave: 'Heat wave',
  night: 'Night',
  outlier: 'Outlier',
  storm: 'Storm',
};
