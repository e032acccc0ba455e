import { isDeepStrictEqual } from 'node:util';
import { root } from './operation.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import { disagreementIn, type Difference } from './check-answer.ts';
import { nodeIdOf } from './reference/node-id.ts';
import { Rights } from './reference/rights.ts';
import type { Clear } from './reference/write.ts';
import type { Answer, Service } from './service.ts';
import { modelIn } from './shape.ts';
import type { AuditedWorld } from './audited.ts';
import type { StoredWorld } from './stored-world.ts';
import type { World } from './world.ts';
import { documentOfWrite } from './write-document.ts';
import type { WriteText } from './write-text.ts';

export interface AskedWrite {
  readonly answer: Answer;
  /** Refused before anything was judged, for a condition that holds for every row. */
  readonly leftOut: boolean;
  readonly difference: Difference | undefined;
}

export interface AskWriteOptions {
  readonly world: World;
  readonly viewer: ViewerText;
  readonly service: Service;
  readonly stored: AuditedWorld;
  /** Whatever stands in it is written over. */
  readonly scratch: StoredWorld;
  /** What the world looks like in the database. */
  readonly before: string;
  readonly expected: Clear;
}

interface Body {
  readonly data: { readonly [root]: unknown } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/**
 * P5: the database is then what the reference says, row by row, and a refused write has changed nothing. `stored` holds
 * the world again afterwards.
 */
export async function askWrite(write: WriteText, options: AskWriteOptions): Promise<AskedWrite> {
  const { world, viewer, service, stored, scratch, before, expected } = options;
  const answer = await service.ask(documentOfWrite(write, service), viewer);
  const body = JSON.parse(answer.text) as Body;
  const after = await stored.dump();
  const noted = stored.entries();
  if (after !== before || noted > 0) await stored.write(world);
  if ((after !== before && noted === 0) || (body.errors && noted > 0)) {
    return {
      answer,
      leftOut: false,
      difference: { expected: 'an entry for what is done, and none else', actual: body },
    };
  }
  const disagreement = disagreementIn(answer);
  // Of many rows, any may be the first to be refused.
  if (disagreement && !(body.errors && write.kind.endsWith('Many')))
    return { answer, leftOut: false, difference: disagreement };
  const [error] = body.errors ?? [];
  const leftOut = write.kind.endsWith('Many') && error !== undefined && isLeftOut(error.message, options);
  if (leftOut)
    return { answer, leftOut, difference: after === before ? undefined : { expected: before, actual: after } };
  if (expected.kind === 'done') await scratch.write(expected.world);
  const wanted = expected.kind === 'done' ? await scratch.dump() : before;
  const told = answerDifference(write, body, service.policies, options);
  const said = { answer: body, ...(answer.causes.length > 0 && { causes: answer.causes }) };
  const difference = told
    ? { expected: told, actual: said }
    : after === wanted
      ? undefined
      : { expected: differing(wanted, after), actual: { rows: differing(after, wanted), ...said } };
  return { answer, leftOut, difference };
}

/** Refused before any row was judged: for a condition that holds for every row, or for a row to connect though no row matches. */
const isLeftOut = (message: string, { expected, world }: AskWriteOptions) =>
  message.startsWith('"where" holds for every row.') || (expected.kind === 'done' && expected.world === world);

/** What should have been said instead. */
function answerDifference(
  write: WriteText,
  { data, errors: [error] = [] }: Body,
  policies: PolicyTexts,
  { expected, viewer, world }: AskWriteOptions,
): unknown {
  if (expected.kind === 'refused') {
    const { codes, model } = expected.refusal;
    if (!error) return expected.refusal.message;
    // Of many rows, any may be the first to be refused.
    const isOne = !write.kind.endsWith('Many');
    if (isOne && !codes.some((it) => it === error.extensions.code)) return expected.refusal.message;
    const texts: Readonly<Record<string, string | undefined>> = {
      NOT_FOUND: `No ${model} matches. Check the key, and that you may see the row.`,
      CONFLICT: `A ${model} with these unique values cannot be stored. Choose other values.`,
    };
    const text = texts[error.extensions.code];
    return isOne && text !== undefined && text !== error.message ? text : undefined;
  }
  const { result } = expected;
  if (!('row' in result)) return isDeepStrictEqual(data?.[root], result) ? undefined : result;
  const shape = modelIn(world.shape, write.model);
  const rights = new Rights(write.kind === 'delete' ? world : expected.world, policies, viewer);
  const row = rights.readable(write.model).find((it) => shape.key.every((name) => it[name] === result.row[name]));
  const id =
    row &&
    nodeIdOf(
      shape,
      shape.key.map((name) => row[name] ?? null),
    );
  const wanted = id === undefined ? null : { nodeId: id };
  return !error && isDeepStrictEqual(data?.[root] ?? null, wanted) ? undefined : { [root]: wanted };
}

/** The lines of one text that the other lacks. */
function differing(text: string, other: string): string[] {
  const known = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !known.has(line));
}
