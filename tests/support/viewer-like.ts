import { application } from '../../src/app/index.ts';
import type { Database } from '../../src/database/database.ts';
import type { Personas } from '../../src/policy/persona.ts';
import type { Viewer } from '../../src/policy/viewer.ts';

/** Whoever has this persona's e-mail address, with the roles that the persona has. */
export async function viewerLike(persona: string, { unguarded }: Pick<Database, 'unguarded'>): Promise<Viewer> {
  const { email, roles } = (application.personas as Personas)[persona]!;
  const { id } = await unguarded.user.findUniqueOrThrow({ where: { email: email! } });
  return { kind: 'user', id, roles };
}
