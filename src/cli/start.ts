import pino from 'pino';
import { application } from '../app/index.ts';
import { readConfig, type Config } from '../config.ts';
import { listen } from '../server/listen.ts';
import { openRates } from '../server/open-rates.ts';
import type { Metrics } from '../server/metrics.ts';
import type { Tracing } from '../server/tracing.ts';
import { createServer } from '../server/server.ts';
import { apiText } from '../graphql/api-text.ts';
import { openRegistry } from '../server/sdk/registry.ts';
import { addSampleData } from './add-sample-data.ts';
import { packHere } from './build-sdk.ts';
import { endInOrder } from './end-process.ts';
import { addAdmin, firstPassword } from './first-admin.ts';
import { firstScreen } from './first-screen.ts';
import { openHere } from './house.ts';
import { readinessChecks } from './readiness-checks.ts';

/**
 * `npm start`: migrates the database, fills a new one with the sample data, serves, and prints where everything is.
 * Resolves when the server listens.
 */
export async function start(config: Config = readConfig()): Promise<void> {
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const metrics = await metricsFor(config);
  const rates = await openRates(config, {
    changes: application.limits.rates ?? {},
    warn: (text, err) => logger.warn({ err }, text),
    onTaken: metrics?.limited,
  });
  const mailFailed = (err: unknown) => logger.error({ err }, 'mail was not sent');
  const tracing = await tracingFor(config);
  const { migrated, ...platform } = await openHere(config, { onError: mailFailed, rates, trace: tracing });
  const { unguarded } = platform.database;
  await addAdmin(unguarded, config.adminEmail);
  if (config.sampleData) await addSampleData(platform.database, config);

  const { personas, startingTabs, mappings, limits } = application;
  const stopping = new AbortController();
  const checks = readinessChecks(platform, config);
  const registry = openRegistry({
    folder: config.sdkFolder,
    pack: (version) => packHere(apiText(platform.api), version),
  });
  const server = createServer({
    platform,
    config,
    logger,
    personas,
    startingTabs,
    mappings,
    operationLimits: limits.operations,
    registry,
    checks,
    metrics,
    tracing,
    stopping: stopping.signal,
  });
  // A proxy's connections are those of everybody behind it.
  const connectionLimits = config.trustProxy.length > 0 ? { maxConnectionsPerAddress: Infinity } : {};
  const listening = await listen(server, { ...config, limits: connectionLimits });
  metrics?.watchConnections(listening.connections);
  if (platform.database.load) metrics?.watchDatabase(platform.database.load);
  endInOrder({
    logger,
    async close() {
      stopping.abort();
      const { cutOff } = await listening.close();
      if (cutOff) logger.warn('requests that took too long were cut off');
      await platform.background.settled();
      await platform.database.close();
      await rates.counter.close();
      await tracing?.close();
    },
  });
  const password = await firstPassword(unguarded, config.adminEmail);
  process.stdout.write(
    await firstScreen({
      config: { ...config, port: listening.port },
      platform,
      migrations: migrated.total,
      password,
      personas,
    }),
  );
}

/** In production, figures are for those who have a token. Loaded where they are used. */
async function metricsFor({ metricsToken, production }: Config): Promise<Metrics | undefined> {
  if (production && metricsToken === undefined) return undefined;
  const { createMetrics } = await import('../server/metrics.ts');
  return createMetrics();
}

/** Loaded where it is used, as most servers send no spans. */
async function tracingFor({ tracing }: Config): Promise<Tracing | undefined> {
  if (tracing === undefined) return undefined;
  const { openTracing } = await import('../server/tracing.ts');
  return openTracing(tracing);
}
