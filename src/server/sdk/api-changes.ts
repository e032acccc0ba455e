import { CriticalityLevel, diff, DiffRule, type Change } from '@graphql-inspector/core';
import { buildSchema, parse, validate, type GraphQLSchema } from 'graphql';

export interface ApiChanges {
  /** What may stop a client that was right. */
  readonly breaking: readonly ApiChange[];
  /** What a client may not expect, such as a new value of an enum. */
  readonly dangerous: readonly ApiChange[];
  /** What no client notices. */
  readonly harmless: readonly ApiChange[];
  /** Whether the texts differ at all. */
  readonly changed: boolean;
}

export interface ApiChange {
  /** GraphQL Inspector's name of its kind: `FIELD_REMOVED`. */
  readonly kind: string;
  /** Where: `Observation.unit`, or `Query.observations.first`. */
  readonly path: string;
  readonly sentence: string;
}

/** What became of an API, by the rules of GraphQL Inspector. Descriptions count as a change, and are not listed. */
export async function apiChanges(before: string, after: string): Promise<ApiChanges> {
  if (before === after) return { breaking: [], dangerous: [], harmless: [], changed: false };
  const changes = await diff(buildSchema(before), buildSchema(after), [
    DiffRule.ignoreDescriptionChanges,
    DiffRule.simplifyChanges,
  ]);
  const of = (level: CriticalityLevel) => changes.filter((it) => it.criticality.level === level).map(inWords);
  return {
    breaking: of(CriticalityLevel.Breaking),
    dangerous: of(CriticalityLevel.Dangerous),
    harmless: of(CriticalityLevel.NonBreaking),
    changed: true,
  };
}

const inWords = ({ type, path = '', message }: Change): ApiChange => ({ kind: type, path, sentence: `${message}.` });

/** Breaking is a major version, everything else that changed a minor one, the same API packed anew a patch. */
export function nextVersion(last: string, { breaking, changed }: Pick<ApiChanges, 'breaking' | 'changed'>): string {
  const [major = 0, minor = 0, patch = 0] = last.split('.').map(Number);
  if (breaking.length > 0) return `${major + 1}.0.0`;
  return changed ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

export interface FailingOperation {
  readonly operation: string;
  readonly reason: string;
}

/** Which of a client's documents an API does not answer any more, and why. */
export function failingOperations(
  api: GraphQLSchema,
  operations: Readonly<Record<string, string>>,
): FailingOperation[] {
  return Object.entries(operations).flatMap(([operation, document]) => {
    try {
      const [error] = validate(api, parse(document, { maxTokens: 5_000 }), undefined, { maxErrors: 1 });
      return error ? [{ operation, reason: error.message }] : [];
    } catch (error) {
      return [{ operation, reason: (error as Error).message }];
    }
  });
}
