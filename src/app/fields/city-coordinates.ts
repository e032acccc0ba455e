import type { Builder } from '../../graphql/builder.ts';

/** `City.coordinates`: a field computed from columns, as people write it on maps. */
export function addCityCoordinates(builder: Builder) {
  builder.prismaObjectField('City', 'coordinates', (t) =>
    t.string({
      description: 'Degrees with their hemisphere: `52.09083 N 5.12222 E`.',
      nullable: false,
      resolve: ({ latitude, longitude }) => {
        const [north, east] = [latitude.toNumber() >= 0 ? 'N' : 'S', longitude.toNumber() >= 0 ? 'E' : 'W'];
        return `${latitude.abs().toFixed()} ${north} ${longitude.abs().toFixed()} ${east}`;
      },
    }),
  );
}
