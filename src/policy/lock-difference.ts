import type { LockLine } from './lock.ts';
import { isPlatformRight } from './platform-right.ts';

const participles: Readonly<Record<string, string>> = {
  read: 'readable',
  write: 'writable',
  create: 'creatable',
  update: 'updatable',
  delete: 'deletable',
  link: 'linkable',
  filter: 'filterable',
  sort: 'sortable',
  aggregate: 'aggregatable',
};

/** What changed from one lock to another, a sentence for each right and persona: "Observation.internalNote becomes readable by guest". */
export function lockDifference(before: readonly LockLine[], after: readonly LockLine[]): string[] {
  const old = new Map(before.map((line) => [keyOf(line), line]));
  const now = new Map(after.map((line) => [keyOf(line), line]));
  const keys = [...new Set([...now.keys(), ...old.keys()])];
  return keys.flatMap((key) => {
    const line = (now.get(key) ?? old.get(key))!;
    const grants = (of: LockLine | undefined, persona: string) => of?.grants[persona] ?? 'never';
    const personas = [
      ...new Set([...Object.keys(old.get(key)?.grants ?? {}), ...Object.keys(now.get(key)?.grants ?? {})]),
    ];
    return personas.flatMap((persona) =>
      sentence(line, persona, grants(old.get(key), persona), grants(now.get(key), persona)),
    );
  });
}

const keyOf = ({ model, field, verb }: LockLine) => `${model}.${field ?? ''} ${verb}`;

function sentence({ model, field, verb }: LockLine, persona: string, before: string, after: string): string[] {
  if (before === after) return [];
  if (isPlatformRight(verb)) return [`${persona} ${after === 'never' ? 'no longer has' : 'gets'} the right ${verb}`];
  const place = field === undefined ? model : `${model}.${field}`;
  const able = `${participles[verb] ?? verb} by ${persona}`;
  if (after === 'never') return [`${place} is no longer ${able} (was: ${before})`];
  const where = after === 'always' ? '' : ` where: ${after}`;
  if (before === 'never') return [`${place} becomes ${able}${where}`];
  return [`${place} becomes ${able}${where || ' always'} (was: ${before})`];
}
