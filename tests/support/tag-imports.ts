/** Imports of tags from files of a test's own, into the served example. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { PergolaError } from '../../src/errors.ts';
import { findImport } from '../../src/import/import-log.ts';
import { resumeImport, runImport, type ImportSettings } from '../../src/import/run-import.ts';
import { serve } from './served.ts';
import { viewerLike } from './viewer-like.ts';

export interface TagImport extends ImportSettings {
  as?: string;
  batchRows?: number;
  maxErrors?: number;
  model?: string;
}

export type TagImports = Awaited<ReturnType<typeof openTagImports>>;

export async function openTagImports() {
  const served = await serve();
  const { database } = served.platform;
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  let files = 0;
  return {
    served,
    viewerLike: (persona: string) => viewerLike(persona, database),
    async fileOf(text: string | Uint8Array, extension = 'csv') {
      const path = join(folder, `${++files}.${extension}`);
      await writeFile(path, text);
      return path;
    },
    async tagsLike(prefix: string) {
      const found = await served.all.tag.findMany({ where: { slug: { startsWith: `${prefix}-` } } });
      return found.map(({ slug, label }) => `${slug} ${label}`).toSorted();
    },
    async importTags(input: string | Readable, { as = 'editor', ...rest }: TagImport = {}) {
      const { batchRows, maxErrors, model = 'Tag', ...settings } = rest;
      return runImport({
        database,
        viewer: await viewerLike(as, database),
        mappings: {},
        input,
        model,
        settings: { key: 'slug', ...settings },
        ...(batchRows && { batchRows }),
        maxErrors,
      });
    },
    async resume(id: string, input: string | Readable) {
      const viewer = await viewerLike('editor', database);
      return resumeImport(await findImport(database, id), { database, viewer, mappings: {}, input });
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export const tags = (names: readonly string[]) => `slug,label\n${names.map((name) => `${name},${name}`).join('\n')}\n`;
export const namesOf = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

/** What it fails with; ours alone fail there. */
export const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('It was accepted.');
    },
    (error: unknown) => error as PergolaError,
  );
