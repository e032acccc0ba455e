/** Builds that say or write down too much. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { withPlugins, type WeakenedBuild } from './weakened-build.ts';

export const weakenedLogs: Readonly<Record<string, WeakenedBuild>> = {
  'logs what was sent': withPlugins(({ logger }) => {
    const telling: Plugin = { onParams: ({ params }) => logger.info({ variables: params.variables }, 'request') };
    return { telling };
  }),
  'logs names in whole': withPlugins(({ logger }) => {
    const telling: Plugin = { onParams: ({ params }) => logger.info({ operation: params.operationName }, 'request') };
    return { telling };
  }),
  'says what went wrong': {
    weaken: ({ yoga, plugins }) => {
      const maskError = (error: unknown) => {
        const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
        return new GraphQLError(String(cause), { extensions: { code: 'INTERNAL' } });
      };
      return { yoga: { ...yoga, maskedErrors: { maskError } }, plugins };
    },
  },
};
