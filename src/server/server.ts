import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Context } from '../graphql/context.ts';
import { operationLimitsWith, pageSizes, type OperationLimits } from '../limits/operation-limits.ts';
import { addressKey } from '../limits/address-key.ts';
import { createTransfers } from '../limits/transfers.ts';
import { openTrustedDocuments } from '../limits/trusted-documents.ts';
import { askerKey, namedBudgets } from '../limits/rate-limits.ts';
import { besideApi, guardedPlugin } from './guarded-plugin.ts';
import { maskError } from './mask-error.ts';
import type { Mappings } from '../import/run-import.ts';
import type { Personas } from '../policy/persona.ts';
import type { Metrics } from './metrics.ts';
import type { Platform } from './platform.ts';
import { clientAddressBehind } from './client-address.ts';
import type { Checks } from './readiness.ts';
import { identityOncePerRequest } from './identity-of.ts';
import { requestContext } from './request-context.ts';
import { accountPageDocuments } from './account-page.ts';
import { useAccountPage } from './use-account-page.ts';
import { rightOf, type MaySeeDesign } from './platform-rights.ts';
import { useRequestId } from './use-request-id.ts';
import { useBodyLimit } from './use-body-limit.ts';
import { useDrain } from './use-drain.ts';
import { useExplain } from './use-explain.ts';
import { useErrorReport } from './use-error-report.ts';
import { useExport } from './use-export.ts';
import { useGraphiQL } from './use-graphiql.ts';
import { useHandshake } from './use-handshake.ts';
import { useHealth } from './use-health.ts';
import { useHomePage } from './use-home-page.ts';
import { useHiddenDesign } from './use-hidden-design.ts';
import { useIdempotency } from './use-idempotency.ts';
import { useIdentity } from './use-identity.ts';
import { useImport, type BeginTransfer } from './use-import.ts';
import { useJsonOnly } from './use-json-only.ts';
import { useLimitsPage } from './use-limits-page.ts';
import { useLogging } from './use-logging.ts';
import { useMetrics } from './use-metrics.ts';
import { useOperationLimits } from './use-operation-limits.ts';
import { usePersonas } from './use-personas.ts';
import { usePoliciesPage } from './use-policies-page.ts';
import { useRateLimits } from './use-rate-limits.ts';
import { primaryForHeader, useReadYourWrites } from './use-read-your-writes.ts';
import { useRegistry } from './use-registry.ts';
import type { Registry } from './sdk/registry.ts';
import { useSameOrigin } from './use-same-origin.ts';
import { useSchemaText } from './use-schema-text.ts';
import { useSecurityHeaders } from './use-security-headers.ts';
import type { Tracing } from './tracing.ts';
import { useTracing } from './use-tracing.ts';
import { useDocumentUpload, useTrustedDocuments } from './use-trusted-documents.ts';
import { useSessionCookie } from './use-session-cookie.ts';
import { apiShownBy } from './visible-apis.ts';

export interface ServerOptions {
  readonly platform: Platform;
  readonly config: Config;
  readonly logger: Logger;
  readonly personas: Personas;
  /** The queries that GraphiQL opens with; an empty tab when there are none. */
  readonly startingTabs?: readonly string[];
  /** What is changed of the defaults in `limits/operation-limits.ts`. */
  readonly operationLimits?: Partial<OperationLimits> | undefined;
  /** Where this API's SDK is published; without it there is none. */
  readonly registry?: Registry;
  /** The application's own, by the name that an import gives. */
  readonly mappings?: Mappings;
  /** What `/readyz` asks. */
  readonly checks?: Checks;
  /** Without them there is no `/metrics`. */
  readonly metrics?: Metrics | undefined;
  /** Without it there are no spans. */
  readonly tracing?: Tracing | undefined;
  /** Says that the server stops. */
  readonly stopping?: AbortSignal;
}

/** The server as a fetch handler. */
export const createServer = (options: ServerOptions) => assembleServer(serverParts(options), options.logger);

/**
 * What the server is made of. Apart from `assembleServer`, so that a test can take one out and see what gets in.
 *
 * What happens to a request is the list of plugins, from top to bottom.
 */
export function serverParts(options: ServerOptions) {
  const { platform, config, logger, personas, startingTabs = [], registry, checks = {}, metrics, tracing } = options;
  const { mappings = {}, stopping = new AbortController().signal } = options;
  const development = !config.production;
  // In development the server is reached as it is asked for: its port may be one that was free.
  const publicUrl = development ? undefined : config.publicUrl;
  const limits = operationLimitsWith(options.operationLimits);
  const addressOf = clientAddressBehind(config.trustProxy);
  const identityOf = identityOncePerRequest(platform.identify);
  const mayDo = rightOf(platform, identityOf);
  const maySeeDesign: MaySeeDesign = development ? () => Promise.resolve(true) : mayDo('schema:read');
  const apiShownTo = apiShownBy(platform, { identityOf, maySeeDesign });
  const rates = useRateLimits({ ...platform.rates, freeNodes: limits.freeNodes, addressOf });
  const transfers = createTransfers(limits);
  const beginTransfer: BeginTransfer = (viewer, request, serverContext) =>
    transfers.begin(askerKey({ viewer, address: addressKey(addressOf(serverContext, request)) }));
  const documents = openTrustedDocuments(config.trustedDocumentsManifest, { own: accountPageDocuments });
  const yoga = {
    schema: platform.api,
    graphqlEndpoint: '/graphql',
    logging: false,
    landingPage: false,
    graphiql: false,
    multipart: false,
    batching: false,
    extraParamNames: ['documentId'],
    // Yoga's own default answers every origin, with credentials.
    cors:
      config.corsOrigins.length > 0
        ? {
            origin: [...config.corsOrigins],
            credentials: true,
            methods: ['POST'],
            exposedHeaders: ['pergola-api-status', primaryForHeader],
          }
        : false,
    maxRequestBodySize: false,
    context: async ({ request, params, ...serverContext }) => {
      const identity = (await identityOf(request)) ?? { kind: 'nobody' };
      return requestContext(
        { request, params },
        { identity, platform, address: () => addressOf(serverContext, request) },
      );
    },
    maskedErrors: { maskError },
  } satisfies Parameters<typeof createYoga<object, Context>>[0];
  const plugins = {
    tracing: tracing !== undefined && useTracing(tracing),
    // Its answers go through all that follows.
    idempotency: useIdempotency(platform.database),
    requestId: useRequestId(),
    securityHeaders: useSecurityHeaders(config),
    health: besideApi(useHealth(checks)),
    identity: useIdentity(identityOf, logger),
    schemaText: besideApi(useSchemaText(apiShownTo)),
    sameOrigin: useSameOrigin(config, identityOf),
    homePage: besideApi(useHomePage(platform, { publicUrl: config.publicUrl, development, identityOf })),
    registry: registry !== undefined && besideApi(useRegistry({ registry, maySeeDesign, publicUrl })),
    handshake: registry !== undefined && besideApi(useHandshake(platform, { registry, maySeeDesign, logger, metrics })),
    import: besideApi(
      useImport({
        database: platform.database,
        mappings,
        identityOf,
        beginTransfer,
        logger,
        imported: metrics?.imported,
      }),
    ),
    export: besideApi(useExport({ database: platform.database, identityOf, beginTransfer })),
    accountPage: besideApi(useAccountPage()),
    limitsPage: besideApi(
      useLimitsPage({ operations: limits, pages: pageSizes, rates: namedBudgets(platform.rates.limits) }),
    ),
    policiesPage: development && besideApi(usePoliciesPage(platform, personas)),
    personas: development && besideApi(usePersonas(personas, platform)),
    graphiql: useGraphiQL({ personas: development ? personas : {}, startingTabs }, maySeeDesign),
    documentUpload: besideApi(useDocumentUpload(platform.api, { documents, mayAdd: mayDo('documents:write') })),
    jsonOnly: useJsonOnly(),
    bodyLimit: useBodyLimit(limits),
    // It puts the document in the place of its hash, for all that follows to look at.
    trustedDocuments: useTrustedDocuments({ documents, mode: config.trustedDocuments, identityOf, logger }),
    operationLimits: useOperationLimits({ limits, onCost: rates.takeCost, showCost: config.showCost }),
    hiddenDesign: useHiddenDesign({ api: platform.api, apiShownTo, suggests: development }),
    rateLimits: rates.plugin,
    explain: useExplain(),
    sessionCookie: useSessionCookie(),
    readYourWrites: useReadYourWrites(platform.database),
    errorReport: useErrorReport(logger),
    logging: useLogging(logger),
    metrics: metrics !== undefined && useMetrics(metrics, config.metricsToken),
    drain: useDrain(stopping),
  };
  return { yoga, plugins };
}

interface Parts {
  readonly yoga: Parameters<typeof createYoga<object, Context>>[0];
  readonly plugins: Readonly<Record<string, Plugin<Context> | Plugin | false>>;
}

export function assembleServer({ yoga, plugins }: Parts, logger: Logger) {
  const used = Object.values(plugins).filter((plugin) => plugin !== false) as Plugin[];
  return createYoga<object, Context>({
    ...yoga,
    plugins: used.map((plugin) => guardedPlugin(plugin, logger)),
  });
}

export type Server = ReturnType<typeof createServer>;
