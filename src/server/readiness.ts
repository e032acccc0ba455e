/** What must hold for the server to answer: `ok`, or what is wrong, for each. */
export type Checks = Readonly<Record<string, () => Promise<string>>>;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** An answer that takes longer is none. */
const patienceMs = 2_000;
/** Whoever asks often gets what the last one was told. */
const freshMs = 1_000;

/** Asks all checks at once, and at most once a second however many probes there are. */
export function createReadiness(checks: Checks, now: () => number = () => performance.now()): () => Promise<Readiness> {
  let last: { at: number; answer: Promise<Readiness> } | undefined;
  return () => {
    if (last === undefined || now() - last.at > freshMs) last = { at: now(), answer: askAll(checks) };
    return last.answer;
  };
}

async function askAll(checks: Checks): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check)] as const),
  );
  return { ready: answers.every(([, answer]) => answer === 'ok'), checks: Object.fromEntries(answers) };
}

/** What fails says no more than that: whoever probes need not be one of us. */
async function ask(check: () => Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve('does not answer'), patienceMs)));
  try {
    return await Promise.race([check(), late]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
