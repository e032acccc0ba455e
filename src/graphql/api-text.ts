import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

const header = '# The API as it is derived: `npm run pergola -- schema write`. Do not edit.\n\n';

/** The API as the text of `api.graphql`, in an order that does not depend on how it was built. */
export const apiText = (api: GraphQLSchema) => `${header}${printSchema(lexicographicSortSchema(api))}\n`;
