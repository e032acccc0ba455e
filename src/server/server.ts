import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Context } from '../graphql/context.ts';
import { maskError } from './mask-error.ts';
import type { Mappings } from '../import/run-import.ts';
import type { Personas } from '../policy/persona.ts';
import type { Metrics } from './metrics.ts';
import type { Platform } from './platform.ts';
import { clientAddressBehind } from './client-address.ts';
import type { Checks } from './readiness.ts';
import { identityOncePerRequest } from './identity-of.ts';
import { requestContext } from './request-context.ts';
import { useAccountPage } from './use-account-page.ts';
import { useRequestId } from './use-request-id.ts';
import { useBodyLimit } from './use-body-limit.ts';
import { useDrain } from './use-drain.ts';
import { useExplain } from './use-explain.ts';
import { useErrorReport } from './use-error-report.ts';
import { useExport } from './use-export.ts';
import { useGraphiQL } from './use-graphiql.ts';
import { useHealth } from './use-health.ts';
import { useHomePage } from './use-home-page.ts';
import { useIdempotency } from './use-idempotency.ts';
import { useIdentity } from './use-identity.ts';
import { useImport } from './use-import.ts';
import { useJsonOnly } from './use-json-only.ts';
import { useLogging } from './use-logging.ts';
import { useMetrics } from './use-metrics.ts';
import { useNestingLimit } from './use-nesting-limit.ts';
import { usePersonas } from './use-personas.ts';
import { usePoliciesPage } from './use-policies-page.ts';
import { useRateLimits } from './use-rate-limits.ts';
import { useSameOrigin } from './use-same-origin.ts';
import { useSchemaText } from './use-schema-text.ts';
import { useSecurityHeaders } from './use-security-headers.ts';
import { useSessionCookie } from './use-session-cookie.ts';

export interface ServerOptions {
  readonly platform: Platform;
  readonly config: Config;
  readonly logger: Logger;
  readonly personas: Personas;
  /** The queries that GraphiQL opens with; an empty tab when there are none. */
  readonly startingTabs?: readonly string[];
  /** The application's own, by the name that an import gives. */
  readonly mappings?: Mappings;
  /** What `/readyz` asks. */
  readonly checks?: Checks;
  /** Without them there is no `/metrics`. */
  readonly metrics?: Metrics | undefined;
  /** Says that the server stops. */
  readonly stopping?: AbortSignal;
}

/** The server as a fetch handler. What happens to a request is the list of plugins, from top to bottom. */
export function createServer({
  platform,
  config,
  logger,
  personas,
  startingTabs = [],
  mappings = {},
  checks = {},
  metrics,
  stopping = new AbortController().signal,
}: ServerOptions) {
  const development = !config.production;
  const addressOf = clientAddressBehind(config.trustProxy);
  const identityOf = identityOncePerRequest(platform.identify);
  return createYoga<object, Context>({
    schema: platform.api,
    graphqlEndpoint: '/graphql',
    logging: false,
    landingPage: false,
    graphiql: false,
    multipart: false,
    batching: false,
    // Yoga's own default answers every origin, with credentials.
    cors:
      config.corsOrigins.length > 0 ? { origin: [...config.corsOrigins], credentials: true, methods: ['POST'] } : false,
    maxRequestBodySize: false,
    context: async ({ request, params, ...serverContext }) => {
      const identity = (await identityOf(request)) ?? { kind: 'nobody' };
      return requestContext(
        { request, params },
        { identity, platform, address: () => addressOf(serverContext, request) },
      );
    },
    maskedErrors: { maskError },
    plugins: [
      // Its answers go through all that follows.
      useIdempotency(platform.database),
      useRequestId(),
      useSecurityHeaders(),
      useHealth(checks),
      useIdentity(identityOf, logger),
      useSchemaText(platform, { development, identityOf }),
      useSameOrigin(config, identityOf),
      useHomePage(platform, { publicUrl: config.publicUrl, development, identityOf }),
      useImport({ database: platform.database, mappings, identityOf, logger }),
      useExport(platform.database, identityOf),
      useAccountPage(),
      development && usePoliciesPage(platform, personas),
      development && usePersonas(personas, platform),
      development && useGraphiQL({ personas, startingTabs }),
      useJsonOnly(),
      useBodyLimit(),
      useNestingLimit(),
      useRateLimits({ ...platform.rates, addressOf }),
      useExplain(),
      useSessionCookie(),
      useErrorReport(logger),
      useLogging(logger),
      metrics !== undefined && useMetrics(metrics, config.metricsToken),
      useDrain(stopping),
    ].filter((plugin) => plugin !== false),
  });
}

export type Server = ReturnType<typeof createServer>;
