import type { Builder } from '../../graphql/builder.ts';
import { notFound } from '../../errors.ts';

/** `submitObservation`: a mutation of one's own. The policy judges it as it judges a derived one. */
export function addSubmitObservation(builder: Builder) {
  builder.mutationField('submitObservation', (t) =>
    t.prismaField({
      type: 'Observation',
      nullable: true,
      description: 'Hands a draft to the reviewers.',
      args: { id: t.arg.string({ required: true }) },
      authScopes: { signedIn: true },
      resolve: async (query, _root, { id }, { database }) => {
        const draft = await database.client.observation.findFirst({
          where: { id: { equals: id }, status: { equals: 'DRAFT' } },
        });
        if (!draft) throw notFound('draft', 'id');
        return database.client.observation.update({ ...query, where: { id }, data: { status: 'SUBMITTED' } });
      },
    }),
  );
}
