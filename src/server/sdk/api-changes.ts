import { buildSchema, findBreakingChanges, findDangerousChanges, parse, validate, type GraphQLSchema } from 'graphql';

export interface ApiChanges {
  /** What may stop a client that was right: in words. */
  readonly breaking: readonly string[];
  /** What a client may not expect, such as a new value of an enum. */
  readonly dangerous: readonly string[];
  /** Whether the texts differ at all. */
  readonly changed: boolean;
}

/** What became of an API, by graphql-js' own rules. */
export function apiChanges(before: string, after: string): ApiChanges {
  if (before === after) return { breaking: [], dangerous: [], changed: false };
  const [old, now] = [buildSchema(before), buildSchema(after)];
  const inWords = (changes: readonly { readonly description: string }[]) => changes.map((it) => it.description);
  return {
    breaking: inWords(findBreakingChanges(old, now)),
    dangerous: inWords(findDangerousChanges(old, now)),
    changed: true,
  };
}

/** Breaking is a major version, everything else that changed a minor one, the same API packed anew a patch. */
export function nextVersion(last: string, { breaking, changed }: ApiChanges): string {
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
