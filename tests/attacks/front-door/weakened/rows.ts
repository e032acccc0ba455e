/** Builds that offer what there is not, or lack what stands between viewers and rows. */
import { createServer } from 'node:http';
import { extendSchema, parse } from 'graphql';
import { system } from '../../../../src/policy/viewer.ts';
import { useHiddenDesign } from '../../../../src/server/use-hidden-design.ts';
import { listenBare } from './connections.ts';
import { withContext, type WeakenedBuild } from './weakened-build.ts';

const offered = parse(
  'type Subscription { observationChanged(siteId: ID): Observation } extend schema { subscription: Subscription }',
);

export const weakenedRows: Readonly<Record<string, WeakenedBuild>> = {
  'upgrades connections': {
    listen: (server, options) => {
      const http = createServer(server);
      http.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
      return listenBare(http, options);
    },
  },
  'offers subscriptions': {
    weaken: ({ yoga, plugins }, { platform }) => {
      const schema = extendSchema(yoga.schema, offered);
      const changed = schema.getSubscriptionType()!.getFields()['observationChanged']!;
      changed.subscribe = async function* () {
        yield await platform.database.unguarded.observation.findFirstOrThrow();
      };
      changed.resolve = (row) => row;
      const apiShownTo = () => Promise.resolve(schema);
      const hiddenDesign = useHiddenDesign({ api: schema, apiShownTo, suggests: false });
      return { yoga: { ...yoga, schema }, plugins: { ...plugins, hiddenDesign } };
    },
  },
  'reads all rows for everybody': withContext((_own, _initial, { platform }) => ({
    viewer: system,
    database: platform.database.as(system),
  })),
};
