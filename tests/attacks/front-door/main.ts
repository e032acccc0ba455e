/** `npm run attacks`: every attack against the servers of production, and against the build that lacks what refuses it. */
import { attacks } from './attacks.ts';
import { compile, openRemoteTarget } from './remote-target.ts';
import { attempt, builds, serverOf, survivorsOf } from './run.ts';
import { servers, type ServerName } from './servers.ts';

/** A machine that does other things too stops a process now and then: of three stalls, the shortest is the attack's own. */
const tries = 3;
const stallMsAtMost = 50;

await compile();
let refused = 0;
let worst = { number: 0, stallMs: 0 };
let most = { number: 0, memoryMb: 0 };
for (const server of Object.keys(servers) as ServerName[]) {
  await using target = await openRemoteTarget(server);
  for (const attack of attacks.filter((it) => serverOf(it) === server)) {
    let problem: string | undefined;
    let stallMs = Infinity;
    for (let at = 0; at < tries && stallMs >= stallMsAtMost && problem === undefined; at++) {
      await target.inside.figures();
      problem = await attempt(attack, target);
      const figures = await target.inside.figures();
      stallMs = Math.min(stallMs, figures.stallMs);
      if (figures.memoryMb > most.memoryMb) most = { number: attack.number, memoryMb: figures.memoryMb };
    }
    if (stallMs > worst.stallMs) worst = { number: attack.number, stallMs };
    if (problem === undefined) refused++;
    const [outcome, why] = problem === undefined ? ['refused', ''] : ['WRONG  ', `: ${problem}`];
    console.log(`${outcome} case ${attack.number} ${attack.title} (${stallMs.toFixed(0)} ms)${why}`);
  }
}

let killed = 0;
for (const name of builds) {
  const survivors = await survivorsOf(name);
  if (survivors.length === 0) killed++;
  console.log(
    survivors.length === 0 ? `killed   the build that ${name}` : `SURVIVED the build that ${name}: ${survivors.join()}`,
  );
}

console.log(
  `worst stall ${worst.stallMs.toFixed(0)} ms (case ${worst.number}), ` +
    `memory at most ${most.memoryMb.toFixed(0)} MB (case ${most.number})`,
);
console.log(`refused ${refused}/${attacks.length}, mutants killed ${killed}/${builds.length}`);
process.exitCode = refused === attacks.length && killed === builds.length ? 0 : 1;
