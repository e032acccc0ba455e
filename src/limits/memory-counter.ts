import { LRUCache } from 'lru-cache';
import type { Budget, Counter, Verdict } from './counter.ts';

interface Window {
  used: number;
  endsAt: number;
}

/** A key is some hundred bytes. Who uses this many at once within one window has more addresses than limits by address can hold. */
const maxKeys = 100_000;

export interface MemoryCounter extends Counter {
  /** Takes over what another counter says of a key. */
  note(key: string, budget: Budget, verdict: Verdict): void;
}

/** For one process. The clock only moves forwards: setting the time of the machine opens nothing. */
export function memoryCounter({ now = () => performance.now() }: { now?: () => number } = {}): MemoryCounter {
  const windows = new LRUCache<string, Window>({ max: maxKeys });
  const windowOf = (key: string) => {
    const window = windows.get(key);
    return window && window.endsAt > now() ? window : undefined;
  };
  return {
    // Without an await between look and take: two callers would both see the last place free.
    take(key, { max, windowSeconds }, amount) {
      const window = windowOf(key) ?? { used: 0, endsAt: now() + windowSeconds * 1000 };
      const allowed = window.used + amount <= max;
      if (allowed) window.used += amount;
      windows.set(key, window);
      return Promise.resolve({ allowed, remaining: max - window.used, resetMs: window.endsAt - now() });
    },
    giveBack(key, amount) {
      const window = windowOf(key);
      if (window) window.used = Math.max(0, window.used - amount);
      return Promise.resolve();
    },
    note(key, { max }, { remaining, resetMs }) {
      // The larger: answers may overtake each other.
      const used = Math.max(windowOf(key)?.used ?? 0, max - remaining);
      windows.set(key, { used, endsAt: now() + resetMs });
    },
    close: () => Promise.resolve(),
  };
}
