import { isDeepStrictEqual } from 'node:util';
import { documentOf } from './document.ts';
import type { Operation } from './operation.ts';
import type { ViewerText } from './policy-text.ts';
import type { Places } from './places.ts';
import { anyCursor, expectedAnswer, type Expected } from './reference/answer.ts';
import type { Rights } from './reference/rights.ts';
import type { Answer, Service } from './service.ts';
import type { World } from './world.ts';

export interface Asked {
  readonly expected: Expected;
  readonly answer: Answer;
  /** Undefined: the answer is what it must be. */
  readonly difference: { readonly expected: unknown; readonly actual: unknown } | undefined;
}

export interface AskOptions {
  readonly world: World;
  readonly service: Service;
  readonly places: Places;
  readonly viewer: ViewerText;
  readonly rights: Rights;
  readonly validate?: boolean;
}

/** P1: the whole answer is the one that the reference finds. */
export async function ask(
  operation: Operation,
  { world, service, places, viewer, rights, validate = false }: AskOptions,
): Promise<Asked> {
  await places.find(operation);
  const { api, names, policies } = service;
  const document = documentOf(operation, {
    shape: world.shape,
    api,
    names,
    cursor: (from, list) => places.get(from, list)?.cursor,
  });
  if (validate) service.validate(document);
  const expected = expectedAnswer(
    { world, policies, viewer, operation, place: (from, list) => places.get(from, list)?.values },
    rights,
  );
  const answer = await service.ask(document, viewer);
  const wanted = { data: plain(expected.data), errors: expected.errors.map(errorText).toSorted() };
  const got = { data: plain(answer.data), errors: answer.errors.map(errorText).toSorted() };
  const difference = isDeepStrictEqual(wanted, got)
    ? undefined
    : { expected: wanted, actual: { ...got, messages: answer.errors.map(({ message }) => message) } };
  return { expected, answer, difference };
}

const errorText = ({ path, code }: { path: readonly (string | number)[]; code: string }) => `${path.join('.')} ${code}`;

const cursorNames = new Set(['cursor', 'startCursor', 'endCursor']);

/** As it goes over the wire, with all cursors alike. */
const plain = (data: unknown): unknown =>
  JSON.parse(JSON.stringify(data ?? null), (name, value: unknown) =>
    cursorNames.has(name) && typeof value === 'string' ? anyCursor : value,
  );
