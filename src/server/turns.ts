/** Spreads what arrives at once over several turns of the event loop. */

/** Milliseconds after which a turn takes up nothing new. */
const turnMs = 10;

/**
 * What begins a piece of work now, or in a later turn when this one has lasted `turnMs` already; the first to come is
 * the first to begin. Without it all requests that arrive together are worked on in one turn: timers, the answers of the
 * database and who asks for the health of the server would wait for a flood of hundreds to be through.
 */
export function createTurns(): (work: () => void) => void {
  let endsAt: number | undefined;

  const begin = (work: () => void): void => {
    if (endsAt === undefined) {
      endsAt = performance.now() + turnMs;
      setImmediate(() => (endsAt = undefined));
    }
    // Each by an own call, not in a loop: most of a request is done in the promises that are due after it.
    if (performance.now() < endsAt) work();
    else setImmediate(begin, work);
  };
  return begin;
}
