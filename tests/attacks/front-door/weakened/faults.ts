/** Builds that stand still, wait or end where the server does not. */
import { withPlugins, type WeakenedBuild } from './weakened-build.ts';

/** A process that does not hear an event. */
const deafTo = (...events: string[]): WeakenedBuild => ({
  before: `{
    const on = process.on.bind(process);
    process.on = (event, listener) => (${JSON.stringify(events)}.includes(event) ? process : on(event, listener));
  }`,
});

export const weakenedFaults: Readonly<Record<string, WeakenedBuild>> = {
  'lets statements take a minute': { statementSeconds: 60 },
  'stands still for what is large': withPlugins(() => ({
    standingStill: {
      onParams({ params }) {
        const end = performance.now() + ((params.query?.length ?? 0) > 1_000 ? 500 : 0);
        while (performance.now() < end);
      },
    },
  })),
  'fails when its Redis does': {
    weaken: (parts, { platform }) => {
      platform.rates.counter.take = () => Promise.reject(new Error('Redis does not answer.'));
      return parts;
    },
  },
  'dies of the first signal': deafTo('SIGTERM', 'SIGINT'),
  'dies of an error that nobody has caught': deafTo('uncaughtException'),
  'knows no names of variables': { before: 'delete process.env.PERGOLA_SAMPEL_DATA' },
};
