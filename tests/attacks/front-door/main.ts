/** `npm run attacks`: every attack against the server of production, and against the build that lacks what refuses it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { attacks } from './attacks.ts';
import { attempt, openTarget, type Target } from './run.ts';
import type { Figures } from './server-process.ts';
import { differ, hashedAndNot, knownAndUnknown } from './timing.ts';
import { largest } from './values-and-floods.ts';
import { weakenedBuilds } from './weakened-builds.ts';

/** A machine that does other things too stops a process now and then: of three stalls, the shortest is the attack's own. */
const tries = 3;

const child = fork(fileURLToPath(new URL('./server-process.ts', import.meta.url)), {
  // As `npm run serve` starts it.
  execArgv: ['--import', 'tsx', '--max-semi-space-size=8', '--heap-growing-percent=50'],
  env: { ...process.env, TEST_REQUIRE: '' },
});
const [attacked] = (await once(child, 'message')) as [Pick<Target, 'url' | 'tokens'>];
const figures = async () => {
  child.send('figures');
  return ((await once(child, 'message')) as [Figures])[0];
};

let refused = 0;
let wrong = 0;
let worst = { number: 0, stallMs: 0 };
let memoryMb = 0;
for (const attack of [...attacks, ...largest]) {
  const stalls: number[] = [];
  let problem: string | undefined;
  for (let at = 0; at < tries; at++) {
    await figures();
    problem ??= await attempt(attack, attacked);
    const { stallMs, memoryMb: now } = await figures();
    stalls.push(stallMs);
    memoryMb = Math.max(memoryMb, now);
  }
  const stallMs = Math.min(...stalls);
  if (stallMs > worst.stallMs) worst = { number: attack.number, stallMs };
  const isAttack = 'passes' in attack;
  if (isAttack && problem === undefined) refused++;
  if (problem !== undefined) wrong++;
  const outcome = problem === undefined ? (isAttack ? 'refused' : 'taken  ') : 'WRONG  ';
  console.log(
    `${outcome} case ${attack.number} ${attack.title} (${stallMs.toFixed(0)} ms)${problem === undefined ? '' : `: ${problem}`}`,
  );
}
child.disconnect();

let killed = 0;
const builds = [...new Set(attacks.map(({ passes }) => passes))];
for (const name of builds) {
  await using target = await openTarget(weakenedBuilds[name]);
  const survivors: number[] = [];
  for (const attack of attacks.filter(({ passes }) => passes === name)) {
    if ((await attempt(attack, target)) === undefined) survivors.push(attack.number);
  }
  if (survivors.length === 0) killed++;
  console.log(`${survivors.length === 0 ? 'killed  ' : 'SURVIVED'} the build that ${name}`);
}

const endless = { max: Infinity, windowSeconds: 60 };
const mutations = { guest: endless, user: endless, token: endless };
let [tells, measures] = [true, false];
{
  await using target = await openTarget({ rates: { guesses: endless, signIns: endless, mutations } });
  const [alike, control] = [await knownAndUnknown(target), await hashedAndNot(target)];
  [tells, measures] = [differ(alike), differ(control)];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `${tells ? 'WRONG  ' : 'refused'} case 14 time tells nobody who has an account ` +
      `(p = ${alike.p.toFixed(2)}, medians ${percent(alike.apart)} apart; a password that is not hashed: ${percent(control.apart)})`,
  );
}

console.log(
  `worst stall ${worst.stallMs.toFixed(0)} ms (case ${worst.number}), memory at most ${memoryMb.toFixed(0)} MB`,
);
console.log(`refused ${refused}/${attacks.length}, mutants killed ${killed}/${builds.length}`);
process.exitCode = wrong === 0 && killed === builds.length && !tells && measures ? 0 : 1;
