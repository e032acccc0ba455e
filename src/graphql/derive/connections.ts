import type { Derivation } from './derivation.ts';

/** A connection type for each model: edges, nodes, pageInfo and how many rows there are in all. */
export function deriveConnections(derivation: Derivation) {
  const { builder } = derivation;
  for (const model of derivation.models) {
    const names = derivation.namesOf(model.name);
    const edge = builder.edgeObject({ type: derivation.objectOf(model.name) as never, name: names.edge });
    const connection = builder.connectionObject(
      {
        type: derivation.objectOf(model.name),
        name: names.connection,
        fields: (t: { exposeInt(name: string, options: object): unknown }) => ({
          totalCount: t.exposeInt('totalCount', {
            nullable: false,
            description: 'All rows that match, on every page.',
          }),
        }),
      } as never,
      edge,
    );
    derivation.connections.set(model.name, connection as never);
  }
}
