/** Builds of the server that lack one part each. What they let through is what that part is for. */
import { weakenedAccounts } from './weakened/accounts.ts';
import { weakenedConnections } from './weakened/connections.ts';
import { weakenedFaults } from './weakened/faults.ts';
import { weakenedLogs } from './weakened/logs.ts';
import { weakenedRequests } from './weakened/requests.ts';
import { weakenedRows } from './weakened/rows.ts';
import { weakenedSessions } from './weakened/sessions.ts';
import { weakenedValues } from './weakened/values.ts';
import type { WeakenedBuild } from './weakened/weakened-build.ts';

export const weakenedBuilds: Readonly<Record<string, WeakenedBuild>> = {
  ...weakenedRequests,
  ...weakenedSessions,
  ...weakenedAccounts,
  ...weakenedLogs,
  ...weakenedRows,
  ...weakenedValues,
  ...weakenedConnections,
  ...weakenedFaults,
};
