import type { Plugin } from 'graphql-yoga';
import { refuseDeepText, refuseDeepValue } from '../limits/nesting.ts';

/** Before anything is parsed that a parser would call itself for. */
export const useNestingLimit = (): Plugin => ({
  onParams({ params }) {
    if (typeof params.query === 'string') refuseDeepText(params.query);
    refuseDeepValue(params.variables);
    refuseDeepValue(params.extensions);
  },
});
