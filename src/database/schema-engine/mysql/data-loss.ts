import type { MigrationFeedback } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { DataChange } from './diff-tables.ts';
import { quoted } from './table.ts';

export interface DataLoss {
  warnings: MigrationFeedback[];
  unexecutableSteps: MigrationFeedback[];
}

/** How many rows or values there are, for a `select count(…) from …`; undefined where nobody can tell. */
export type Count = (sql: string) => Promise<number | undefined>;

/** What Prisma says of such changes, about the rows that there are. Where none stand against it, nothing is said. */
export async function evaluateDataLoss(changes: readonly DataChange[], count: Count): Promise<DataLoss> {
  const loss: DataLoss = { warnings: [], unexecutableSteps: [] };
  for (const [stepIndex, change] of changes.entries()) {
    const said = await judge(change, count);
    if (said.warning) loss.warnings.push({ message: said.warning, stepIndex });
    if (said.unexecutable) loss.unexecutableSteps.push({ message: said.unexecutable, stepIndex });
  }
  return loss;
}

interface Said {
  readonly warning?: string;
  readonly unexecutable?: string;
}

async function judge(change: DataChange, count: Count): Promise<Said> {
  const { table } = change;
  const from = `FROM ${quoted(table)}`;
  switch (change.kind) {
    case 'dropTable': {
      const rows = await count(`SELECT COUNT(*) ${from}`);
      const drop = `You are about to drop the \`${table}\` table`;
      if (rows === 0) return {};
      return { warning: rows ? `${drop}, which is not empty (${rows} rows).` : `${drop}. All its rows will be lost.` };
    }
    case 'dropColumn':
    case 'recreateColumn':
    case 'castColumn': {
      const { column } = change;
      const values = await count(`SELECT COUNT(${quoted(column.name)}) ${from}`);
      if (values === 0) return {};
      const which = `column \`${column.name}\` on the \`${table}\` table`;
      const holds = values === undefined ? '' : `, which still contains ${values} non-null values`;
      const drop = `You are about to drop the ${which}${holds}.`;
      if (change.kind === 'dropColumn') return { warning: drop };
      if (change.kind !== 'castColumn') {
        return { warning: `${drop} It comes back with another type, to which its values cannot be taken over.` };
      }
      return {
        warning: `You are about to alter the ${which}${holds}. They will be cast from \`${column.type}\` to \`${change.to.type}\`; what does not fit is refused.`,
      };
    }
    case 'addRequired': {
      const rows = await count(`SELECT COUNT(*) ${from}`);
      if (rows === 0) return {};
      const fact = `Added the required column \`${change.column.name}\` to the \`${table}\` table without a default value.`;
      return rows === undefined
        ? { warning: `${fact} This is not possible if the table is not empty.` }
        : { unexecutable: `${fact} There are ${rows} rows in this table, it is not possible to execute this step.` };
    }
    case 'makeRequired': {
      const nulls = await count(`SELECT COUNT(*) ${from} WHERE ${quoted(change.column.name)} IS NULL`);
      if (nulls === 0) return {};
      const fact = `Made the column \`${change.column.name}\` on table \`${table}\` required`;
      return nulls === undefined
        ? { warning: `${fact}. This step will fail if there are existing NULL values in that column.` }
        : { unexecutable: `${fact}, but there are ${nulls} existing NULL values.` };
    }
    case 'addUnique': {
      const rows = await count(`SELECT COUNT(*) ${from}`);
      if (rows === 0) return {};
      return {
        warning: `A unique constraint covering the columns \`[${change.columns.join(',')}]\` on the table \`${table}\` will be added. If there are existing duplicate values, this will fail.`,
      };
    }
  }
}
