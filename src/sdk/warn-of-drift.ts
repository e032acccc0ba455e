import type { Drift } from './connect.ts';

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** In a browser without a bundler there is no `process`, and whoever looks is no developer. */
export function inDevelopment(): boolean {
  try {
    // Written out, because that is what bundlers replace.
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
}

/** What a developer is told when nothing else is asked for. A server that can do more only is no reason to warn. */
export function warnOfDrift({ status, failing }: Drift): void {
  if (status === 'compatible') return;
  const lines = failing.map(({ operation, reason }) => `  ${operation}: ${reason}`);
  const fact =
    status === 'broken'
      ? 'The API of the server is another than this SDK was built from, and refuses what this client sends:'
      : 'The API of the server is another than this SDK was built from: what it answers may not fit its types.';
  // Where developers look: an SDK has no log of its own.
  // oxlint-disable-next-line no-console
  console.warn([`@pergola/sdk: ${fact}`, ...lines, 'Install the SDK of the server anew.'].join('\n'));
}
