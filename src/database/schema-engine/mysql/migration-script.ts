import type { Difference } from './diff-tables.ts';

export const renderSteps = ({ steps }: Difference) =>
  steps.length === 0
    ? '-- This is an empty migration.\n'
    : steps.map(({ title, sql }) => `-- ${title}\n${sql};\n`).join('\n');

/** The file of a migration, with what it may do to rows on top. */
export function migrationScript(difference: Difference, warnings: readonly string[]): string {
  if (warnings.length === 0) return renderSteps(difference);
  return `/*\n  Warnings:\n\n${warnings.map((it) => `  - ${it}\n`).join('')}\n*/\n${renderSteps(difference)}`;
}

/** For people. */
export const summary = ({ steps }: Difference) =>
  steps.length === 0 ? 'No difference detected.' : steps.map(({ title, sql }) => `[*] ${title}: ${sql}`).join('\n');
