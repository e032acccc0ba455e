import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

const header = '# The API as it is derived: `npm run pergola -- schema write`. Do not edit.\n\n';

const texts = new WeakMap<GraphQLSchema, string>();

/** The API as the text of `api.graphql`, in an order that does not depend on how it was built. Written once, at the first call. */
export function apiText(api: GraphQLSchema): string {
  const text = texts.get(api) ?? `${header}${printSchema(lexicographicSortSchema(api))}\n`;
  texts.set(api, text);
  return text;
}
