/** A server under attack in a process of its own, as `remote-target.ts` starts it: answers what is asked of its inside. */
import { openTarget } from './open-target.ts';
import type { ServerName } from './servers.ts';
import type { Target } from './target.ts';

export interface Question {
  readonly id: number;
  readonly name: keyof Target['inside'];
  readonly given: readonly unknown[];
}

export interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const target = await openTarget(process.argv[2] as ServerName);
const { url, tokens } = target;
process.send?.({ url, tokens });
process.on('message', ({ id, name, given }: Question) => {
  // Each takes its own parameters: the types are those of the proxy at the other end.
  const ask = target.inside[name] as (...given: readonly unknown[]) => Promise<unknown>;
  const reply = (made: Omit<Reply, 'id'>) => process.send?.({ id, ...made });
  ask(...given).then(
    (answer) => reply({ answer }),
    (error: unknown) => reply({ error: String(error) }),
  );
});
process.on('disconnect', () => void target[Symbol.asyncDispose]().then(() => process.exit(0)));
