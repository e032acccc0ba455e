/** The server under attack in a process of its own, which tells how long it stood still and how much memory it took. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openTarget } from './run.ts';

export interface Figures {
  /** Longest time in which nothing else was done, since the last question. */
  readonly stallMs: number;
  readonly memoryMb: number;
}

const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
const target = await openTarget();
delay.enable();
const { url, tokens } = target;
process.send?.({ url, tokens });
process.on('message', () => {
  const figures: Figures = {
    stallMs: delay.max / 1e6 - resolutionMs,
    memoryMb: process.resourceUsage().maxRSS / 1024,
  };
  delay.reset();
  process.send?.(figures);
});
process.on('disconnect', () => void target[Symbol.asyncDispose]().then(() => process.exit(0)));
