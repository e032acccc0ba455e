import type { Builder } from '../../graphql/builder.ts';

const most = 50;

/** `latestObservations`: a query of one's own. It asks the guarded client, so it returns what the viewer may read. */
export function addLatestObservations(builder: Builder) {
  builder.queryField('latestObservations', (t) =>
    t.prismaField({
      type: ['Observation'],
      nullable: false,
      description: 'The newest measurements of one quantity, such as "air temperature".',
      args: { quantity: t.arg.string({ required: true }), first: t.arg.int({ defaultValue: 10 }) },
      resolve: (query, _root, { quantity, first }, { database }) =>
        database.client.observation.findMany({
          ...query,
          where: { quantity: { equals: quantity } },
          orderBy: [{ measuredAt: 'desc' }],
          take: Math.min(Math.max(first ?? 10, 0), most),
        }),
    }),
  );
}
