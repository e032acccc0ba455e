/** Milliseconds in which nothing else could run. */
const stallMs = 200;
const everyMs = 50;
/** How long a stall counts: the next one often follows. */
const rememberedMs = 1_000;

/** Notices when the event loop stands still: a server that cannot answer should not be asked for a while. */
export function watchStalls(): () => boolean {
  let [last, stalledAt] = [performance.now(), -Infinity];
  const look = () => {
    const now = performance.now();
    if (now - last > everyMs + stallMs) stalledAt = now;
    last = now;
  };
  setInterval(look, everyMs).unref();
  return () => {
    look();
    return performance.now() - stalledAt < rememberedMs;
  };
}
