/** The attacks on the front door, each with what is sent and what must come of it. */
import type { Attack } from './attack.ts';
import { accounts } from './attacks/accounts.ts';
import { connections } from './attacks/connections.ts';
import { byIdentity, byToken, guesses } from './attacks/credentials.ts';
import { faults } from './attacks/faults.ts';
import { files } from './attacks/files.ts';
import { foreignPages } from './attacks/foreign-pages.ts';
import { largeRequests } from './attacks/large-requests.ts';
import { logs } from './attacks/logs.ts';
import { messages } from './attacks/messages.ts';
import { processes } from './attacks/processes.ts';
import { rows } from './attacks/rows.ts';
import { sessions } from './attacks/sessions.ts';
import { byValues } from './attacks/values.ts';

export const attacks: readonly Attack[] = [
  ...foreignPages,
  // Before those that use up what a guest may try.
  ...byIdentity,
  ...byToken,
  ...guesses,
  ...sessions,
  ...accounts,
  ...messages,
  ...logs,
  ...rows,
  ...largeRequests,
  ...byValues,
  ...files,
  ...connections,
  ...faults,
  ...processes,
];
