/** What must come of an attack. */
import type { Answered, Attack } from './attack.ts';

type Expectation = Attack['expects'];

/** Every answer is a refusal: a status of the 400s, or errors with one of the codes and no data. */
export function refusedWith(...codes: (string | number)[]): Expectation {
  return (answers) =>
    answers
      .map(({ status, json, text }) => {
        const found = json?.errors?.map(({ extensions }) => extensions.code) ?? [];
        const known = codes.includes(status) || (found.length > 0 && found.every((code) => codes.includes(code)));
        const hasData = json?.data !== undefined && json.data !== null;
        return known && status < 500 && !hasData ? undefined : `${status} ${text.slice(0, 200)}`;
      })
      .find((problem) => problem !== undefined);
}

/** No answer has what matches. */
export const withoutText =
  (pattern: RegExp): Expectation =>
  (answers) =>
    answers.flatMap(({ text }) => pattern.exec(text)?.[0] ?? [])[0];

export const withText =
  (pattern: RegExp): Expectation =>
  (answers) =>
    answers.find(({ text }) => !pattern.test(text))?.text.slice(0, 200);

export const bodyUnder =
  (bytes: number): Expectation =>
  (answers) =>
    answers.flatMap(({ text }) => (text.length < bytes ? [] : [`${text.length} bytes`]))[0];

export const both =
  (...expectations: Expectation[]): Expectation =>
  (answers) =>
    expectations.map((expectation) => expectation(answers)).find((problem) => problem !== undefined);

/** Who the answers to `who` say that was asked by, in their order: guest, user or token, or the status of a refusal. */
export const seenAs =
  (...expected: (string | number)[]): Expectation =>
  (answers) => {
    const seen = answers.flatMap(
      ({ status, text }) => /"viewer":\{"kind":"(\w+)"/.exec(text)?.[1] ?? (status === 401 ? 401 : []),
    );
    return seen.join() === expected.join() ? undefined : `seen as ${seen.join()} instead of ${expected.join()}`;
  };

export const codesOf = (answers: readonly Answered[]): string[] =>
  answers.flatMap((answer) => answer.json?.errors?.map(({ extensions }) => extensions.code) ?? []);

/** The codes of all errors, in their order. */
export const withCodes =
  (...expected: string[]): Expectation =>
  (answers) =>
    codesOf(answers).join() === expected.join()
      ? undefined
      : `${codesOf(answers).join()} instead of ${expected.join()}`;
