import pino from 'pino';
import { application } from '../../../src/app/index.ts';
import { hashPassword } from '../../../src/auth/passwords.ts';
import { readConfig } from '../../../src/config.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { buildApi } from '../../../src/graphql/build-api.ts';
import { designOf, openPlatform, type Platform } from '../../../src/server/platform.ts';
import { createServer, type Server } from '../../../src/server/server.ts';
import { openTemporaryDatabase } from '../../support/temporary-database.ts';
import { policiesOf } from './policies.ts';
import type { ViewerText } from './policy-text.ts';
import type { OpenService } from './service.ts';

/** Who can sign in. A user's roles are rows, so one user has one set of them. */
export const members: readonly ViewerText[] = [
  { kind: 'guest', id: null, roles: [] },
  { kind: 'user', id: 'u1', roles: [] },
  { kind: 'user', id: 'u2', roles: ['reviewer'] },
  { kind: 'user', id: "o'x", roles: ['editor', 'reviewer'] },
];

export interface Front extends AsyncDisposable {
  readonly open: OpenService;
}

const endpoint = 'http://localhost:4000/graphql';
const password = 'correct horse battery';

/**
 * The real server over any world. The models of a world have no users: these, and their sessions, stand in a database
 * of the example application, and everybody signs in once, with a password, before the first question.
 */
export async function openFront(): Promise<Front> {
  const accounts = await openTemporaryDatabase();
  const passwordHash = await hashPassword(password);
  for (const { id, roles } of members) {
    if (id === null) continue;
    const grants = roles.map((role) => ({ role: role === 'editor' ? ('EDITOR' as const) : ('REVIEWER' as const) }));
    const data = { id, email: emailOf(id), name: id, passwordHash, roles: { create: grants } };
    await accounts.client.user.create({ data });
  }
  const front = await openPlatform(designOf(application), accounts.url);
  const tokens = new Map<string, string>();

  const open: OpenService = async (urls, { schema, names, datamodel }, texts) => {
    const policies = policiesOf(texts, schema);
    const api = buildApi(schema, policies, [], datamodel);
    const world = await openDatabase(urls[0]!, schema, policies);
    const platform: Platform = { ...front, schema, policies, api, database: world };
    const causes: string[] = [];
    const server = serverOf(platform, causes);
    return {
      api,
      names,
      policies: texts,
      async ask({ text, variables }, viewer) {
        causes.length = 0;
        const token = viewer.id === null ? undefined : (tokens.get(viewer.id) ?? (await signInAs(viewer.id, server)));
        if (token !== undefined) tokens.set(viewer.id!, token);
        return { text: await post(server, { query: text, variables }, token), causes: [...causes] };
      },
      [Symbol.asyncDispose]: () => world.close(),
    };
  };
  return {
    open,
    async [Symbol.asyncDispose]() {
      await front.database.close();
      await accounts[Symbol.asyncDispose]();
    },
  };
}

const emailOf = (id: string) => `${Buffer.from(id).toString('hex')}@example.test`;

const serverOf = (platform: Platform, causes: string[]) =>
  createServer({
    platform,
    config: readConfig({ NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:4000' }),
    logger: pino({ level: 'error' }, { write: (line: string) => causes.push(line) }),
    personas: {},
    // What is asked is made up, and much of it.
    operationLimits: { nodes: Number.MAX_SAFE_INTEGER, freeNodes: Number.MAX_SAFE_INTEGER, depth: 100 },
  });

async function signInAs(id: string, server: Server): Promise<string> {
  const query =
    'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { token } }';
  const text = await post(server, { query, variables: { email: emailOf(id), password } });
  return (JSON.parse(text) as { data: { signIn: { token: string } } }).data.signIn.token;
}

async function post(server: Server, body: object, token?: string): Promise<string> {
  const response = await server.fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return response.text();
}
