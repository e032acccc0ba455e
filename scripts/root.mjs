import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever the command was called from. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Whether this module is what Node was asked to run, rather than imported.
 * @param {string} url `import.meta.url`
 */
export const isEntry = (url) => process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
