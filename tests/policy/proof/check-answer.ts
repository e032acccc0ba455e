import { Decimal } from '@prisma/client/runtime/client';
import { isDeepStrictEqual } from 'node:util';
import { documentOf, type Document } from './document.ts';
import { locationsIn } from './locate.ts';
import type { Operation } from './operation.ts';
import type { Places } from './places.ts';
import type { ViewerText } from './policy-text.ts';
import { anyCursor, expectedAnswer, type Expected, type ExpectedError, type Path } from './reference/answer.ts';
import type { Rights } from './reference/rights.ts';
import type { Answer, Service } from './service.ts';
import type { World } from './world.ts';

export interface Asked {
  readonly document: Document;
  readonly expected: Expected;
  readonly answer: Answer;
  /** One statement could not hold it: refused by an error of its own, which the reference knows nothing of. */
  readonly tooDeep: boolean;
  /** Undefined: the answer is what it must be. */
  readonly difference: Difference | undefined;
  /** What one engine says and another does not. */
  readonly disagreement: Difference | undefined;
}

export interface Difference {
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface AskOptions {
  readonly world: World;
  readonly service: Service;
  readonly places: Places;
  readonly viewer: ViewerText;
  readonly rights: Rights;
}

interface Body {
  readonly data: unknown;
  readonly errors?: readonly BodyError[];
}

interface BodyError {
  readonly message: string;
  readonly path?: Path;
  readonly extensions: { readonly code: string };
}

/** P1: the whole answer is the one that the reference finds. */
export async function ask(operation: Operation, options: AskOptions): Promise<Asked> {
  const { world, service, places, viewer, rights } = options;
  await places.find(operation);
  const { api, names, policies } = service;
  const document = documentOf(operation, {
    shape: world.shape,
    api,
    names,
    cursor: (from, list) => places.get(from, list)?.cursor,
  });
  const expected = expectedAnswer(
    { world, policies, viewer, operation, place: (from, list) => places.get(from, list)?.values },
    rights,
  );
  const answer = await service.ask(document, viewer);
  const body = JSON.parse(answer.text) as Body;
  const tooDeep = body.errors?.[0]?.extensions.code === 'TOO_DEEP';
  return {
    document,
    expected,
    answer,
    tooDeep,
    difference: tooDeep ? undefined : differenceOf(expected, body, answer, document),
    // How deep one statement may nest is each engine's own matter.
    disagreement: tooDeep ? undefined : disagreementIn(answer),
  };
}

/** What another engine says, byte by byte but for the digits of Decimals that one of them does not keep. */
export const disagreementIn = ({ text, elsewhere }: Answer): Difference | undefined =>
  elsewhere === undefined || asKept(text) === asKept(elsewhere) ? undefined : { expected: text, actual: elsewhere };

/** SQLite keeps 15 digits: an average of three Decimals may have more elsewhere (docs/decisions/engines.md). */
const digitsKept = 15;

const asKept = (text: string): string =>
  text.replaceAll(/"-?\d+\.\d+"/g, (quoted) => {
    const decimal = new Decimal(JSON.parse(quoted) as string);
    return decimal.precision() > digitsKept ? `"${decimal.toSignificantDigits(digitsKept).toFixed()}"` : quoted;
  });

function differenceOf(expected: Expected, body: Body, answer: Answer, document: Document): Difference | undefined {
  const { data, errors = [], ...more } = body;
  const got = { data: withoutCursors(data), errors: errors.toSorted(byPath), ...more };
  const wanted = { data: expected.data, errors: expected.errors.toSorted(byPath).map(errorIn(document, got.errors)) };
  // What is written twice, or in another way than JSON.stringify does, would be lost in reading it.
  if (isDeepStrictEqual(wanted, got) && JSON.stringify(body) === answer.text) return undefined;
  return { expected: wanted, actual: { ...got, ...(answer.causes.length > 0 && { causes: answer.causes }) } };
}

const byPath = (one: { readonly path?: Path }, other: { readonly path?: Path }) =>
  (one.path ?? []).join('.') < (other.path ?? []).join('.') ? -1 : 1;

/** An expected error in full. Of several things that it may name, the one that it does name is right. */
function errorIn({ text }: Document, got: readonly BodyError[]) {
  let locations: ReturnType<typeof locationsIn> | undefined;
  return ({ path, mayNot }: ExpectedError, at: number) => {
    locations ??= locationsIn(text);
    const messages = mayNot.map((it) => `You may not ${it}. Leave it out, or ask for the right.`);
    const message = messages.find((it) => it === got[at]?.message) ?? messages[0];
    return { message, locations: locations(path), path, extensions: { code: 'FORBIDDEN' } };
  };
}

const cursorNames = new Set(['cursor', 'startCursor', 'endCursor']);

function withoutCursors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCursors);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      cursorNames.has(name) && typeof it === 'string' ? anyCursor : withoutCursors(it),
    ]),
  );
}
