/** A server in a process of its own, as `own-process.ts` starts it, with its first admin to ask it. */
import { startProcess } from '../attacks/front-door/own-process.ts';
import type { OwnProcess, ProcessSettings } from '../attacks/front-door/target.ts';

export interface SignedInProcess extends AsyncDisposable {
  readonly process: OwnProcess;
  readonly email: string;
  /** Of the session that `run` asks by. */
  readonly secret: string;
  /** A session beside those that there are. */
  signIn(): Promise<string>;
  /** As the admin, unless told otherwise; '' is nobody. */
  run(query: string, variables?: object, secret?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  // What a test expects of an answer is what it checks.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export async function startSignedIn(settings: ProcessSettings): Promise<SignedInProcess> {
  const process = await startProcess(settings);
  const [, email = '', password = ''] = /Sign in +(\S+@\S+) +(\S+)/.exec(process.output()) ?? [];

  const run: SignedInProcess['run'] = async (query, variables = {}, by = secret) => {
    const response = await fetch(`http://127.0.0.1:${process.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(by && { authorization: `Bearer ${by}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, body: await response.json() };
  };
  const signIn: SignedInProcess['signIn'] = async () => {
    const query =
      'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { token } }';
    const { body } = await run(query, { email, password }, '');
    return body.data.signIn.token;
  };
  const secret: string = await signIn();
  return { process, email, secret, signIn, run, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}
