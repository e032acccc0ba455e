import { createHash } from 'node:crypto';
import { stringify } from 'devalue';
import type { Database, RequestOfViewer, RunPart } from '../database/database.ts';
import { PergolaError } from '../errors.ts';
import type { Viewer } from '../policy/viewer.ts';
import { importRows, type ImportOptions, type WrittenRow } from './apply.ts';
import { parse } from './parse.ts';
import { outcomes, type Outcome, type Report, type RowError } from './report.ts';
import { mappingOf, type ImportSettings, type Mappings } from './run-import.ts';

export interface PlanOptions extends Pick<ImportOptions, 'onProgress'> {
  readonly database: Database;
  readonly viewer: Viewer;
  readonly request?: RequestOfViewer;
  readonly mappings: Mappings;
  readonly model: string;
  /** A file's path: it is read again when the plan is applied. */
  readonly input: string;
  readonly settings: ImportSettings;
}

/** What an import would do, found out by doing it and undoing it. */
export interface Plan extends Report {
  readonly input: string;
  readonly settings: ImportSettings;
  readonly userId: string | null;
  /** How often each field of rows that are there would change. */
  readonly changedFields: Readonly<Record<string, number>>;
  /** The first rows of each kind. */
  readonly samples: Readonly<Partial<Record<Outcome, readonly Sample[]>>>;
  /** SHA-256 of what becomes of every row and of what it changes, in hex. */
  readonly digest: string;
}

interface Sample extends Partial<RowError> {
  readonly line: number;
  /** The fields that change. */
  readonly fields?: readonly string[];
}

const maxSamples = 5;

/** @throws what `importRows` throws. */
export function planImport(options: PlanOptions): Promise<Plan> {
  return options.database.inParts((part) => importWithin(part, options), { undo: true });
}

/**
 * Does what a plan says, in one transaction.
 *
 * @throws IMPORT_PLAN_STALE when something else would become of a row, or a row that changes is not as it was; nothing is
 * written then.
 */
export function applyPlan(plan: Plan, options: Omit<PlanOptions, 'model' | 'input' | 'settings'>): Promise<Plan> {
  const { model, input, settings } = plan;
  return options.database.inParts(async (part) => {
    const now = await importWithin(part, { ...options, model, input, settings });
    if (now.digest !== plan.digest) throw stale(plan, now);
    return now;
  });
}

async function importWithin(part: RunPart, options: PlanOptions): Promise<Plan> {
  const { database, viewer, request, model, input, settings, mappings, onProgress } = options;
  const hash = createHash('sha256');
  const samples: Partial<Record<Outcome, Sample[]>> = {};
  const changedFields: Record<string, number> = {};
  const report = await importRows({
    database,
    viewer,
    model,
    ...(request && { request }),
    ...(onProgress && { onProgress }),
    // Opened anew each time: a transaction that is begun again reads the file again.
    records: parse(input, { format: settings.format, nullText: settings.nullText }),
    mapping: mappingOf(settings, mappings),
    key: settings.key,
    onConflict: settings.onConflict ?? 'update',
    within: part,
    onRow(row) {
      hash.update(textOf(row));
      for (const name of Object.keys(row.before ?? {})) changedFields[name] = (changedFields[name] ?? 0) + 1;
      const list = (samples[row.outcome] ??= []);
      if (list.length < maxSamples) list.push(sampleOf(row));
    },
  });
  const digest = hash.digest('hex');
  return { ...report, input, settings, userId: viewer.id, changedFields, samples, digest };
}

const textOf = ({ line, raw, outcome, error, before }: WrittenRow) =>
  `${JSON.stringify([line, raw, outcome, error?.code])}${before ? stringify(before, { Decimal: decimalText }) : ''}\n`;

const decimalText = (value: unknown) =>
  typeof value === 'object' && value !== null && 'toFixed' in value && (value as { toFixed(): string }).toFixed();

function sampleOf({ line, column, error, before }: WrittenRow): Sample {
  if (error) return { line, ...(column !== undefined && { column }), code: error.code, message: error.message };
  return before ? { line, fields: Object.keys(before) } : { line };
}

/** For people, after the counts. */
export function planLines({ changedFields, samples }: Plan): string[] {
  const fields = Object.entries(changedFields).map(([name, count]) => `${name} (${count.toLocaleString('en')})`);
  const shown = outcomes.filter((outcome) => samples[outcome] && outcome !== 'denied' && outcome !== 'refused');
  return [
    ...(fields.length > 0 ? [`  fields that change: ${fields.join(', ')}`] : []),
    ...shown.map((outcome) => `  ${outcome}, such as line ${samples[outcome]!.map(({ line }) => line).join(', ')}`),
  ];
}

function stale(plan: Plan, now: Plan) {
  const differing = outcomes.filter((outcome) => plan[outcome] !== now[outcome]);
  const said = differing.map((outcome) => `${outcome} ${plan[outcome]} -> ${now[outcome]}`).join(', ');
  return new PergolaError(
    'IMPORT_PLAN_STALE',
    `The rows or the file have changed since the plan was made${said && ` (${said})`}.`,
    'Nothing is written. Make the plan anew.',
  );
}
