/** The one runner: an attack against a server, over HTTP. */
import { listen } from '../../../src/server/listen.ts';
import { serve, type Served } from '../../support/served.ts';
import type { Answered, Attack, Sent } from './attack.ts';
import type { WeakenedBuild } from './weakened-builds.ts';

export interface Target extends AsyncDisposable {
  readonly url: string;
  readonly served: Served;
  /** Secrets by persona. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Hashing passwords takes time: fewer tell as much. */
const few = { guesses: { max: 5, windowSeconds: 900 }, signIns: { max: 40, windowSeconds: 900 } };

/** The server of production, on a port. */
export async function openTarget(build: WeakenedBuild = {}): Promise<Target> {
  const putBack = build.replace?.();
  const rates = { ...few, ...build.rates };
  const served = await serve({ NODE_ENV: 'production', LOG_LEVEL: 'info' }, { ...build, rates });
  const { port, close } = await listen(served.server, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    served,
    tokens: {
      admin: await tokenOf(served, 'admin@example.test'),
      tagReader: await tokenOf(served, 'admin@example.test', ['Tag:read', 'schema:read']),
    },
    async [Symbol.asyncDispose]() {
      await close();
      await served[Symbol.asyncDispose]();
      putBack?.();
    },
  };
}

/** A session, or with scopes an API token. */
async function tokenOf({ platform }: Served, email: string, scopes?: readonly string[]): Promise<string> {
  const { id } = await platform.database.unguarded.user.findUniqueOrThrow({ where: { email } });
  if (scopes) return (await platform.tokens.create({ userId: id, name: 'attack', scopes, days: 1 })).secret;
  return (await platform.sessions.start(id)).secret;
}

/** What is wrong: undefined when the attack is refused. */
export async function attempt(
  { sends, times = 1, together = false, expects }: Omit<Attack, 'passes'>,
  target: Pick<Target, 'url' | 'tokens'>,
): Promise<string | undefined> {
  const answers: Answered[] = [];
  for (const group of together ? [sends] : sends.map((sent) => [sent])) {
    const all = group.flatMap((sent) => Array.from({ length: times }, () => sent));
    answers.push(...(await Promise.all(all.map((sent) => send(sent, target)))));
  }
  return answers.find(({ status }) => status >= 500)?.text ?? expects(answers);
}

export async function send(
  { path = '/graphql', method = 'POST', headers = {}, body, as }: Sent,
  { url, tokens }: Pick<Target, 'url' | 'tokens'>,
): Promise<Answered> {
  const bearer = as === undefined ? {} : { authorization: `Bearer ${tokens[as]}` };
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...bearer },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): Answered['json'] {
  try {
    return JSON.parse(text) as Answered['json'];
  } catch {
    return undefined;
  }
}
