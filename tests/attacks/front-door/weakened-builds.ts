/** Builds of the server that lack one part each. What they let through is what that part is for. */
import { useRequestId } from '../../../src/server/use-request-id.ts';
import type { LimitChanges } from '../../../src/limits/limits.ts';
import { pageSizes } from '../../../src/limits/operation-limits.ts';
import type { Weaken } from '../../support/served.ts';

export interface WeakenedBuild extends LimitChanges {
  readonly weaken?: Weaken;
  /** For what is a constant: puts another in its place, and back. */
  readonly replace?: () => () => void;
}

type PluginName = keyof Parameters<Weaken>[0]['plugins'];

const without = (...names: PluginName[]): WeakenedBuild => ({
  weaken: ({ yoga, plugins }) => {
    const rest = Object.entries(plugins).filter(([name]) => !names.some((it) => it === name));
    return { yoga, plugins: Object.fromEntries(rest) };
  },
});

const unlimited = (...names: (keyof NonNullable<LimitChanges['operations']>)[]): WeakenedBuild => ({
  operations: Object.fromEntries(names.map((name) => [name, Infinity])),
});

const endless = { max: Infinity, windowSeconds: 60 };

export const weakenedBuilds: Readonly<Record<string, WeakenedBuild>> = {
  'takes more than JSON': without('jsonOnly'),
  'takes every origin': without('sameOrigin'),
  'takes invalid credentials for none': without('identity'),
  'takes batches': { weaken: ({ yoga, plugins }) => ({ yoga: { ...yoga, batching: true }, plugins }) },
  'shows the design': without('hiddenDesign'),
  'shows GraphiQL to everybody': {
    weaken: ({ yoga, plugins }) => ({ yoga: { ...yoga, graphiql: true }, plugins: { ...plugins, jsonOnly: false } }),
  },
  'echoes headers': {
    weaken: ({ yoga, plugins }) => {
      const echo: ReturnType<typeof useRequestId> = {
        onResponse: ({ request, response }) =>
          response.headers.set('x-request-id', request.headers.get('x-request-id') ?? ''),
      };
      return { yoga, plugins: { ...plugins, requestId: echo } };
    },
  },
  'limits no body': without('bodyLimit'),
  'limits no nesting': unlimited('nesting', 'tokens', 'depth'),
  'limits no tokens': unlimited('tokens'),
  'limits no depth': unlimited('depth'),
  'limits no aliases': unlimited('aliases', 'rootMutations'),
  'limits no directives': unlimited('directives'),
  'limits no cost': unlimited('nodes'),
  'limits no pages': {
    replace: () => {
      const [sizes, { max }]: [{ max: number }, { max: number }] = [pageSizes, { ...pageSizes }];
      sizes.max = Infinity;
      return () => void (sizes.max = max);
    },
  },
  'limits no lists': unlimited('listEntries'),
  'limits no guesses': { rates: { guesses: endless, signIns: endless } },
  'limits no addresses': { rates: { signIns: endless } },
};
