import { listen } from '../../../src/server/listen.ts';
import { createMetrics } from '../../../src/server/metrics.ts';
import { serve, type Served } from '../../support/served.ts';
import { insideOf } from './inside.ts';
import { startProcess } from './own-process.ts';
import { sendTo } from './send.ts';
import { metricsToken, servers, type ServerName, type ServerSettings, type Surroundings } from './servers.ts';
import type { Target } from './target.ts';
import type { WeakenedBuild } from './weakened/weakened-build.ts';

const alone: Surroundings = { environment: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
const local = { host: '127.0.0.1', port: 0 };

/** A server of production on a port of this process, as it is or weakened. */
export async function openTarget(on: ServerName, build: WeakenedBuild = {}): Promise<Target & AsyncDisposable> {
  const settings: ServerSettings = servers[on];
  const putBack = build.replace?.();
  const surroundings = (await settings.surroundings?.()) ?? alone;
  const environment = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    METRICS_TOKEN: metricsToken,
    ...surroundings.environment,
  };
  const options = {
    rates: { ...settings.rates, ...build.rates },
    operations: { ...settings.operations, ...build.operations },
    statementSeconds: build.statementSeconds ?? settings.statementSeconds,
    ...(settings.metrics && { metrics: createMetrics() }),
    ...(build.weaken && { weaken: build.weaken }),
  };
  const served = await serve(environment, options);
  await settings.fill?.(served.platform.database.unguarded);
  const { port, ...listening } = await (build.listen ?? listen)(served.server, {
    ...local,
    limits: settings.connections ?? {},
  });

  const others: AsyncDisposable[] = [];
  const another = async () => {
    const other = await serve(environment, { ...options, beside: served });
    const { port: otherPort, close } = await listen(other.server, local);
    others.push({ [Symbol.asyncDispose]: () => close(0).then(() => other[Symbol.asyncDispose]()) });
    return addressOf(otherPort);
  };
  const inside = insideOf({
    served,
    mails: surroundings.mails ?? (() => []),
    connections: listening.connections,
    another,
  });
  const url = addressOf(port);
  const tokens = await tokensOf(served);
  return {
    url,
    tokens,
    inside,
    send: sendTo({ url, tokens }),
    start: (process = {}) => startProcess({ ...process, before: `${build.before ?? ''};${process.before ?? ''}` }),
    async [Symbol.asyncDispose]() {
      inside[Symbol.dispose]();
      for (const other of others) await other[Symbol.asyncDispose]();
      await listening.close(0);
      await served[Symbol.asyncDispose]();
      await surroundings[Symbol.asyncDispose]();
      putBack?.();
    },
  };
}

const addressOf = (port: number) => `http://127.0.0.1:${port}`;

const personas = ['admin', 'editor', 'reviewer', 'member', 'outsider'];

async function tokensOf({ platform, secretOf }: Served): Promise<Target['tokens']> {
  const { id: userId } = await platform.database.unguarded.user.findUniqueOrThrow({
    where: { email: 'admin@example.test' },
  });
  const scopes = ['Tag:read', 'schema:read'];
  const { secret: tagReader } = await platform.tokens.create({ userId, name: 'attack', scopes, days: 1 });
  const tokens: Record<string, string> = { tagReader };
  for (const persona of personas) tokens[persona] = (await secretOf(persona)) ?? '';
  return tokens;
}
