/** Sends what an attack says, over HTTP or as it stands. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openRaw, statusOf } from '../../support/raw-http.ts';
import type { Answered, Raw, Sent } from './attack.ts';
import type { Target } from './target.ts';

const patienceMs = 20_000;

export const sendTo =
  (target: Pick<Target, 'url' | 'tokens'>): Target['send'] =>
  async (request) => {
    const started = performance.now();
    const answer = await ('raw' in request ? exchange(request, target) : ask(request, target).catch(unlessLate));
    return { ...answer, milliseconds: performance.now() - started };
  };

async function ask(
  { path = '/graphql', method = 'POST', headers = {}, body, as, server }: Sent,
  { url, tokens }: Pick<Target, 'url' | 'tokens'>,
) {
  const bearer = as === undefined ? {} : { authorization: `Bearer ${tokens[as]}` };
  const response = await fetch(`${server ?? url}${path}`, {
    method,
    headers: { ...headers, ...bearer },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function unlessLate(error: unknown): Answered {
  if (error instanceof Error && error.name === 'TimeoutError') return saw('There was no answer.');
  throw error;
}

async function exchange({ raw, patienceMs: own = patienceMs }: Raw, { url }: Pick<Target, 'url'>) {
  using connection = await openRaw(Number(new URL(url).port));
  connection.send(raw);
  const late = sleep(own, undefined, { ref: false });
  const answer = await Promise.race([connection.closed, late]);
  return saw(answer ?? 'It is still open.', statusOf(answer ?? ''));
}

/** What was seen otherwise than in an answer. */
export function saw(text: string, status: number | 'closed' = 'closed'): Answered {
  return {
    status: status === 'closed' ? 0 : status,
    headers: new Headers(),
    text,
    json: parsed(text),
    milliseconds: 0,
  };
}

function parsed(text: string): Answered['json'] {
  try {
    return JSON.parse(text) as Answered['json'];
  } catch {
    return undefined;
  }
}
