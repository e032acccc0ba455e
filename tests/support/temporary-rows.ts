/** A new database behind its policies: the app's own, unless the test brings others for some models. */
import { createUser, type PlatformRole } from '../../src/auth/sign-in.ts';
import { policies as appPolicies } from '../../src/app/policies/index.ts';
import { rights } from '../../src/app/rights.ts';
import { openDatabase, type Database, type ViewerDatabase } from '../../src/database/database.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import type { PolicyDraft } from '../../src/policy/policy.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { openTemporaryDatabase } from './temporary-database.ts';

export interface TemporaryRows extends AsyncDisposable {
  database: Database;
  /** A new user with these roles, and the rows as they see them. */
  signIn(...roles: PlatformRole[]): Promise<ViewerDatabase>;
}

/** Use it as `await using rows = await openTemporaryRows()`. */
export async function openTemporaryRows(policies: readonly PolicyDraft[] = []): Promise<TemporaryRows> {
  const temporary = await openTemporaryDatabase();
  const schema = readDatamodel(generatedDatamodel);
  const own = new Set(policies.map(({ model }) => model));
  const drafts = [...appPolicies.filter(({ model }) => !own.has(model)), ...policies];
  const database = await openDatabase(temporary.url, schema, checkPolicies(schema, drafts, rights));
  let users = 0;
  return {
    database,
    async signIn(...roles) {
      const { id } = await createUser(temporary.client, { email: `user${++users}@example.test`, name: 'User', roles });
      const viewer: Viewer = { kind: 'user', id, roles };
      return database.as(viewer);
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await temporary[Symbol.asyncDispose]();
    },
  };
}
