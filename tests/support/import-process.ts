/**
 * A process that imports a file until it is done or killed: `node import-process.js <database> <file> <user> [<import>]`.
 * With an import it goes on with that one. It says when a batch is written.
 */
import { writeSync } from 'node:fs';
import { policies } from '../../src/app/policies/index.ts';
import { openDatabase } from '../../src/database/database.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { findImport } from '../../src/import/import-log.ts';
import { resumeImport, runImport } from '../../src/import/run-import.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import type { Viewer } from '../../src/policy/viewer.ts';

const [url = '', input = '', userId = '', id] = process.argv.slice(2);
const schema = readDatamodel(generatedDatamodel);
const database = await openDatabase(url, schema, checkPolicies(schema, policies));
const viewer: Viewer = { kind: 'user', id: userId, roles: ['admin'] };
const options = {
  database,
  viewer,
  input,
  mappings: {},
  batchRows: 25,
  onProgress: () => void writeSync(1, 'batch\n'),
};
const settings = { key: ['countryCode', 'name', 'latitude', 'longitude'], refusedPath: `${input}.refused` };
writeSync(1, 'begin\n');
if (id === undefined) await runImport({ ...options, model: 'City', settings });
else await resumeImport(await findImport(database, id), options);
await database.close();
