/** The one runner: an attack against a target. */
import type { Act, Answered, Attack, Raw, Sent } from './attack.ts';
import { attacks } from './attacks.ts';
import { openTarget } from './open-target.ts';
import { usualServer, type ServerName } from './servers.ts';
import type { Target } from './target.ts';
import { weakenedBuilds } from './weakened-builds.ts';

export const serverOf = ({ on = usualServer }: Attack): ServerName => on;

/** What is wrong: undefined when the attack is refused, be it at the last try. */
export async function attempt(attack: Attack, target: Target): Promise<string | undefined> {
  let problem: string | undefined;
  for (let at = 0; at < (attack.tries ?? 1); at++) {
    problem = await attemptOnce(attack, target);
    if (problem === undefined) return undefined;
  }
  return problem;
}

async function attemptOnce(
  { sends, times = 1, together = false, mayAnswer = [], expects }: Attack,
  target: Target,
): Promise<string | undefined> {
  const answers: Answered[] = [];
  for (const group of together ? [sends] : sends.map((step) => [step])) {
    const all = group.flatMap((step) => Array.from({ length: times }, () => step));
    const made = await Promise.all(all.map((step) => take(step, { target, answers })));
    answers.push(...made.flat());
  }
  const failed = answers.find(({ status }) => status >= 500 && !mayAnswer.includes(status));
  return failed ? `${failed.status} ${failed.text.slice(0, 300)}` : expects(answers);
}

async function take(
  step: Sent | Raw | Act,
  { target, answers }: { target: Target; answers: readonly Answered[] },
): Promise<readonly Answered[]> {
  if (typeof step !== 'function') return [await target.send(step)];
  const made = (await step(target, answers)) ?? [];
  const all = [made].flat() as readonly (Sent | Raw | Answered)[];
  return Promise.all(all.map(async (one) => ('milliseconds' in one ? one : target.send(one))));
}

/** The names of the weakened builds, each once. */
export const builds = [...new Set(attacks.map(({ passes }) => passes))];

/** Numbers of the attacks that a weakened build withstands, though it lacks what refuses them. */
export async function survivorsOf(name: string): Promise<number[]> {
  const own = attacks.filter(({ passes }) => passes === name);
  const survivors: number[] = [];
  for (const server of new Set(own.map(serverOf))) {
    await using target = await openTarget(server, weakenedBuilds[name]);
    for (const attack of own.filter((it) => serverOf(it) === server)) {
      if ((await attempt(attack, target)) === undefined) survivors.push(attack.number);
    }
  }
  return survivors;
}
