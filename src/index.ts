/** What programs may rely on. Whatever is not listed here may change without notice. */
export { readConfig, type Config } from './config.ts';
export { errorCodes, PergolaError, type ErrorCode } from './errors.ts';
export type { GuardedClient } from './database/guarded-client.ts';
export { deployMigrations, migrationStatus } from './database/schema-engine/migrations.ts';
export type { Extension } from './graphql/build-api.ts';
export type { Builder } from './graphql/builder.ts';
export type { Context } from './graphql/context.ts';
export { policyExpectations, type Expected, type ModelExpectations } from './policy/expect-policy.ts';
export type { Persona, Personas } from './policy/persona.ts';
export { hidden, internal, open, policyLanguage, readOnly, type PolicyDraft } from './policy/policy.ts';
export { all, any, anyone, named, nobody, not, signedIn, type Rule } from './policy/rule.ts';
export { guest, viewer, type Viewer } from './policy/viewer.ts';
export { listen } from './server/listen.ts';
export { designOf, openPlatform, type Application } from './server/platform.ts';
export { createServer, type ServerOptions } from './server/server.ts';
