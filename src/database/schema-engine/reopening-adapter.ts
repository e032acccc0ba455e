import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';

/**
 * The engine connects before it is asked anything, and that has effects: a `diff` of two schemas must neither create a
 * file nor need a server. After `dispose` the next use opens it again.
 */
export function openOnFirstUse(
  info: Pick<SqlDriverAdapter, 'provider' | 'adapterName'>,
  open: () => Promise<SqlDriverAdapter>,
): SqlDriverAdapter {
  let opened: Promise<SqlDriverAdapter> | undefined;
  const adapter = () => {
    opened ??= open();
    return opened;
  };
  return {
    provider: info.provider,
    adapterName: info.adapterName,
    queryRaw: async (query) => (await adapter()).queryRaw(query),
    executeRaw: async (query) => (await adapter()).executeRaw(query),
    executeScript: async (script) => (await adapter()).executeScript(script),
    startTransaction: async (isolationLevel) => (await adapter()).startTransaction(isolationLevel),
    dispose: async () => {
      const closing = opened;
      opened = undefined;
      await (await closing)?.dispose();
    },
  };
}
