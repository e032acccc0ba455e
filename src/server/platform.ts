import type { GraphQLSchema } from 'graphql';
import { createBackground, type Background } from '../auth/background.ts';
import { createExternalUsers, type ClaimsMapping } from '../auth/external-users.ts';
import { createIdentify, type Identify } from '../auth/identify.ts';
import { openIssuer, type IssuerOptions } from '../auth/issuer.ts';
import { createMailbox, type Mailbox, type MailboxOptions } from '../auth/mailbox.ts';
import { createMailedLinks } from '../auth/mailed-links.ts';
import { createSecondFactor, type SecondFactor } from '../auth/second-factor.ts';
import { createSeal } from '../auth/sealed.ts';
import { createSessions, type Sessions } from '../auth/sessions.ts';
import type { LimitGuesses } from '../auth/guesses.ts';
import { createSignIn } from '../auth/sign-in.ts';
import { createTokens, type Tokens } from '../auth/tokens.ts';
import { openDatabase, type Database } from '../database/database.ts';
import type { Trace } from '../database/trace.ts';
import { generatedDatamodel } from '../generated/datamodel.ts';
import { buildApi, type Extension } from '../graphql/build-api.ts';
import { createLimitGuesses } from '../limits/limit-guesses.ts';
import type { Schema } from '../model/model.ts';
import { readDatamodel } from '../model/read-datamodel.ts';
import { checkPolicies } from '../policy/check.ts';
import type { RolesByRight } from '../policy/platform-right.ts';
import type { Policies, PolicyDraft } from '../policy/policy.ts';
import { ratesOfOneProcess, type Rates } from './open-rates.ts';

/** What an application adds to its schema: `src/app/index.ts`. */
export interface Application {
  readonly policies: readonly PolicyDraft[];
  readonly extensions: readonly Extension[];
  /** By default nobody has any. */
  readonly rights?: RolesByRight;
}

/** Schema, policies and API: everything that can be known without a database. */
export interface Design {
  readonly schema: Schema;
  readonly policies: Policies;
  readonly api: GraphQLSchema;
}

/** @throws POLICY_MISSING, POLICY_INVALID, BAD_SCHEMA */
export function designOf(application: Application): Design {
  const { schema, policies } = rowsDesignOf(application);
  return { schema, policies, api: buildApi(schema, policies, application.extensions) };
}

/** What rows are written and read by, for who has no use for an API: it takes half a second and 30 MB to build. */
export function rowsDesignOf({ policies, rights }: Pick<Application, 'policies' | 'rights'>): Omit<Design, 'api'> {
  const schema = readDatamodel(generatedDatamodel);
  return { schema, policies: checkPolicies(schema, policies, rights) };
}

export interface Platform extends Design {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly signIn: ReturnType<typeof createSignIn>['signIn'];
  readonly secondFactor: SecondFactor;
  readonly mailbox: Mailbox;
  readonly identify: Identify;
  readonly limitGuesses: LimitGuesses;
  readonly rates: Rates;
  /** Mail that is under way. */
  readonly background: Background;
}

export interface PlatformOptions {
  /** Another service whose tokens are taken too, and what its claims mean here. */
  readonly external?: { readonly issuer: IssuerOptions; readonly mapClaims: ClaimsMapping } | undefined;
  /** Without it there is no sign-up and no reset of passwords by mail. */
  readonly mail?: Pick<MailboxOptions, 'sendMail' | 'publicUrl' | 'signUp'>;
  /** What the secrets of second factors are encrypted with. */
  readonly secret?: string | undefined;
  /** How often what may be done; by default as in `rate-limits.ts`, counted in this process. */
  readonly rates?: Rates;
  /** Told what is done in the database. */
  readonly trace?: Trace | undefined;
  /** Of a server that follows the database, for reads. */
  readonly replicaUrl?: string | undefined;
  /** Told of mail that could not be sent. */
  readonly onError?: (error: unknown) => void;
}

const noMail: NonNullable<PlatformOptions['mail']> = { sendMail: undefined, publicUrl: '', signUp: false };

/** @throws BAD_CONFIG when the database cannot be opened. */
export async function openPlatform(
  design: Design,
  databaseUrl: string,
  {
    external,
    mail = noMail,
    secret,
    rates = ratesOfOneProcess(),
    trace,
    replicaUrl,
    onError = () => {},
  }: PlatformOptions = {},
): Promise<Platform> {
  const database = await openDatabase(databaseUrl, design.schema, design.policies, { trace, replicaUrl });
  const { unguarded } = database;
  const sessions = createSessions(unguarded);
  const tokens = createTokens(unguarded);
  const limitGuesses = createLimitGuesses({ ...rates, sessions });
  const secondFactor = createSecondFactor(unguarded, { seal: createSeal(secret, 'second factor') });
  const { signIn } = createSignIn(unguarded, sessions, { limitGuesses, secondFactor });
  const background = createBackground(onError);
  const mailbox = createMailbox({ client: unguarded, links: createMailedLinks(unguarded), background, ...mail });
  const identify = createIdentify({
    sessions,
    tokens,
    ...(external && {
      external: {
        issuer: openIssuer(external.issuer),
        mapClaims: external.mapClaims,
        findUser: createExternalUsers(unguarded),
      },
    }),
  });
  return {
    ...design,
    database,
    sessions,
    tokens,
    signIn,
    secondFactor,
    mailbox,
    identify,
    limitGuesses,
    rates,
    background,
  };
}
