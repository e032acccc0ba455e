import type { Contender, HttpRequest } from './contenders.ts';
import { difference, plainAnswer } from './compare.ts';
import type { ServerProcess } from './server-process.ts';
import type { Data, Variables, Workload } from './workloads.ts';

/** A contender whose server runs and who is signed in. */
export interface Participant {
  readonly name: string;
  readonly server: ServerProcess;
  readonly headers: HttpRequest['headers'];
  request(workload: Workload, variables: Variables): HttpRequest;
}

const json = { 'content-type': 'application/json' };

export async function join({ name, signIn, request }: Contender, server: ServerProcess): Promise<Participant> {
  const token = signIn && (await tokenFor(server, signIn));
  const headers = token ? { ...json, authorization: `Bearer ${token}` } : json;
  return {
    name,
    server,
    headers,
    request: ({ name: workload }, variables) => ({ ...request(workload, variables), headers }),
  };
}

async function tokenFor(server: ServerProcess, variables: { email: string; password: string }): Promise<string> {
  const query =
    'mutation SignIn($email: String!, $password: String!) { signIn(email: $email, password: $password) { token } }';
  const body = JSON.stringify({ query, variables });
  const { signIn } = await server.send({ path: '/graphql', headers: json, body });
  return (signIn as { token: string }).token;
}

/** How many requests are sent one by one to count their statements, and how many writes are compared. */
const sampleSize = 10;

export interface Pool {
  readonly participant: Participant;
  /** The same questions for everybody, in the same order. */
  readonly requests: readonly HttpRequest[];
  readonly statementsPerRequest: number;
}

/**
 * The requests of a workload for each participant, every one of which has been answered alike by all of them.
 *
 * @throws when answers differ: what does not do the same work cannot be compared.
 */
export async function poolsFor(workload: Workload, participants: readonly Participant[]): Promise<Pool[]> {
  const pools: (Pool & { answers: readonly Data[] })[] = [];
  // One after the other: two participants may share a server, and its statements are counted.
  for (const participant of participants) pools.push(await askAll(workload, participant));
  const [first, ...others] = pools;
  for (const other of others) {
    if (other.answers.length !== first!.answers.length)
      throw new Error(differ(workload, first!, other, 'have other pages'));
    for (const [at, answer] of other.answers.entries()) {
      const found = difference(first!.answers[at]!, answer);
      if (found) throw new Error(differ(workload, first!, other, `answer request ${at} differently: ${found}`));
    }
  }
  return pools;
}

const differ = ({ name }: Workload, one: Pool, other: Pool, how: string) =>
  `${name}: ${one.participant.name} and ${other.participant.name} ${how}`;

async function askAll(workload: Workload, participant: Participant): Promise<Pool & { answers: readonly Data[] }> {
  const { server } = participant;
  const variables = await workload.variables((it) => server.send(participant.request(workload, it)));
  const requests = variables.map((it) => participant.request(workload, it));
  const answers: Data[] = [];
  const ask = async (request: HttpRequest) => answers.push(plainAnswer(await server.send(request)));
  const before = await server.sample();
  for (const request of requests.slice(0, sampleSize)) await ask(request);
  const after = await server.sample();
  // A write is not repeated more often than it has to be.
  if (!workload.writes) for (const request of requests.slice(sampleSize)) await ask(request);
  const lacking = answers.findIndex((answer) => !workload.isWhole(answer));
  if (lacking >= 0) {
    const [asked, got] = [requests[lacking]!.body, JSON.stringify(answers[lacking]).slice(0, 500)];
    throw new Error(`${workload.name}: ${participant.name} does not answer in full: ${got} to ${asked}`);
  }
  return { participant, requests, answers, statementsPerRequest: (after.statements - before.statements) / sampleSize };
}
