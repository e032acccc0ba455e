import { quoted } from './table.ts';

type Run = (sql: string, values?: readonly unknown[]) => Promise<unknown[][]>;

/** Every table, view, trigger and routine beside the history, as the server would create it: equal texts are equal structures. */
export async function readStructure(run: Run): Promise<string[]> {
  const [[database] = []] = await run('SELECT DATABASE()');
  const objects = [
    ...(await run(
      `SELECT IF(TABLE_TYPE = 'VIEW', 'VIEW', 'TABLE'), TABLE_NAME FROM information_schema.TABLES
       WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> '_prisma_migrations' ORDER BY TABLE_NAME`,
    )),
    ...(await run(
      "SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY TRIGGER_NAME",
    )),
    ...(await run(
      'SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_NAME',
    )),
  ];
  const structure: string[] = [];
  for (const [kind, name] of objects) {
    const [row = []] = await run(`SHOW CREATE ${String(kind)} ${quoted(String(name))}`);
    const text = String(row[kind === 'TABLE' || kind === 'VIEW' ? 1 : 2]);
    structure.push(text.replace(/ AUTO_INCREMENT=\d+/, '').replaceAll(`\`${String(database)}\`.`, ''));
  }
  return structure;
}
