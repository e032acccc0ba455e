/** What an attack is, as data. */

export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** A persona whose token goes along. */
  readonly as?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when it is no JSON. */
  readonly json: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] } | undefined;
}

export interface Attack {
  /** In the catalogue of attacks. */
  readonly number: number;
  readonly title: string;
  /** One after the other, unless they go `together`; `times` of each at once. */
  readonly sends: readonly Sent[];
  readonly times?: number;
  readonly together?: boolean;
  /** What is wrong with the answers: nothing when the attack is refused. */
  readonly expects: (answers: readonly Answered[]) => string | undefined;
  /** The weakened build of `weakened-builds.ts` that lets it through. */
  readonly passes: string;
}

/** An operation as JSON. */
export const operation = (query: string, variables?: unknown, more: Partial<Sent> = {}): Sent => ({
  ...more,
  body: JSON.stringify({ query, ...(variables !== undefined && { variables }) }),
  headers: { 'content-type': 'application/json', ...more.headers },
});

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

export const json = { 'content-type': 'application/json' };

export const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
