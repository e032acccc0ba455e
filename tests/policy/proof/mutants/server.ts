import type { Mutant } from './mutant.ts';

/** What would go wrong between a request and the database. */
export const server: readonly Mutant[] = [
  {
    name: 'the roles of a user are lost on their way from the session',
    through: 'http',
    edits: [
      {
        file: 'auth/identify.ts',
        find: ": { kind: 'user', id, roles };",
        replace: ": { kind: 'user', id, roles: [] };",
      },
    ],
  },
  {
    name: 'all requests read as the first one did',
    through: 'http',
    edits: [
      {
        file: 'server/request-context.ts',
        find: 'const cookies = new WeakMap<Request, string>();',
        replace:
          'const cookies = new WeakMap<Request, string>();\nconst first = new WeakMap<object, Context["database"]>();',
      },
      {
        file: 'server/request-context.ts',
        find: '    database: rows,\n',
        replace: '    database: first.get(platform) ?? (first.set(platform, rows), rows),\n',
      },
    ],
  },
];
