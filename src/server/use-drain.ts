import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/** Completes the streams of subscriptions when the server stops: they would never end by themselves. */
export const useDrain = (stopping: AbortSignal): Plugin => ({
  onSubscribe: () => ({
    onSubscribeResult({ result, setResult }) {
      if (isAsyncIterable(result)) setResult(until(stopping, result));
    },
  }),
});

/** The same values, and the end when the signal says so. */
function until<T>(signal: AbortSignal, values: AsyncIterable<T>): AsyncIterableIterator<T> {
  const iterator = values[Symbol.asyncIterator]();
  const end = { done: true, value: undefined } as const;
  let onAbort: () => void;
  const aborted = new Promise<typeof end>((resolve) => {
    onAbort = () => {
      void iterator.return?.();
      resolve(end);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  const forget = () => signal.removeEventListener('abort', onAbort);
  return {
    async next() {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done) forget();
      return result;
    },
    async return() {
      forget();
      await iterator.return?.();
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
