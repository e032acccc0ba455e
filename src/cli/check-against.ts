import { existsSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { readConfig } from '../config.ts';
import { badInput } from '../errors.ts';
import { clientModels } from '../graphql/client-operations.ts';
import { parseManifest } from '../limits/trusted-documents.ts';
import { affectedOperations, type AffectedOperation, type Operations } from '../server/sdk/affected-operations.ts';
import { apiChanges, type ApiChange } from '../server/sdk/api-changes.ts';
import { openRegistry } from '../server/sdk/registry.ts';
import { fileAtRef } from './file-at-ref.ts';

export interface AgainstClients {
  readonly against: string;
  readonly operations: number;
  readonly breaking: readonly ApiChange[];
  readonly affected: readonly AffectedOperation[];
}

/**
 * What becomes of published clients under the API of now. Theirs are the ready-made operations of the SDK of that time,
 * and the documents of manifests: those named, else the one that the server trusts.
 *
 * @throws BAD_INPUT when there is nothing of that name, or a manifest is none.
 */
export async function checkAgainst(
  against: string,
  after: string,
  manifests: readonly string[] = [readConfig().trustedDocumentsManifest ?? ''].filter((path) => existsSync(path)),
): Promise<AgainstClients> {
  const before = await apiOf(against);
  const operations = { ...readyMade(before), ...custom(manifests) };
  const { breaking } = await apiChanges(before, after);
  const affected = affectedOperations({ before, after, breaking }, operations);
  return { against, operations: Object.keys(operations).length, breaking, affected };
}

async function apiOf(against: string): Promise<string> {
  const noPack = () => Promise.reject(new Error('Nothing is published here.'));
  const releases = await openRegistry({ folder: readConfig().sdkFolder, pack: noPack }).releases();
  const release = against === 'latest' ? releases.at(-1) : releases.find(({ version }) => version === against);
  const api = release?.api ?? fileAtRef(against, 'api.graphql');
  if (api !== undefined) return api;
  const versions = releases.map(({ version }) => version).join(', ') || 'none';
  throw badInput(
    `"${against}" is neither a published version of the SDK nor a git ref with an api.graphql.`,
    `Name one that git knows, or a version; published here: ${versions}.`,
  );
}

const readyMade = (api: string): Operations =>
  Object.fromEntries(
    clientModels(buildSchema(api)).flatMap(({ operations }) =>
      operations.map(({ name, document }) => [name, document]),
    ),
  );

function custom(manifests: readonly string[]): Operations {
  const documents = manifests.flatMap((path) => {
    if (!existsSync(path))
      throw badInput(`There is no file "${path}".`, 'Name the manifest that a client was built with.');
    return Object.entries(parseManifest(readFileSync(path, 'utf8')));
  });
  return Object.fromEntries(
    documents.map(([hash, text]) => [
      `${/\b(?:query|mutation)\s+(\w+)/.exec(text)?.[1] ?? 'document'} (${hash.slice(0, 8)})`,
      text,
    ]),
  );
}

/** For people: by change, for one change of a filter may touch every list. */
export function inLines({ against, operations, breaking, affected }: AgainstClients): string[] {
  const head = `Against ${against}: ${breaking.length} breaking ${breaking.length === 1 ? 'change' : 'changes'}; ${affected.length} of ${operations} operations of its clients are affected.`;
  const byChange = breaking.map((change) => {
    const touched = affected.filter(({ changes }) => changes.includes(change));
    return `  ${change.sentence} ${touched.length > 0 ? `Used by ${some(touched)}` : 'Used by none of them.'}`;
  });
  const failing = affected.filter(({ fails }) => fails !== undefined);
  return [head, ...byChange, ...failing.map(({ operation, fails }) => `  ${operation} fails: ${fails}`)];
}

const some = (operations: readonly AffectedOperation[]) => {
  const names = operations.slice(0, 5).map(({ operation }) => operation);
  const more = operations.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
};
