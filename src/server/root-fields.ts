import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

const known = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** The names of an operation's fields at its root, each as often as it stands there, under whatever alias or fragment. */
export function rootFieldsOf(operation: OperationDefinitionNode, document: DocumentNode): readonly string[] {
  let names = known.get(operation);
  if (!names) known.set(operation, (names = namesIn(operation.selectionSet, document)));
  return names;
}

function namesIn({ selections }: SelectionSetNode, document: DocumentNode, seen = new Set<string>()): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet, document, seen);
    const name = selection.name.value;
    const fragment = document.definitions.find((it) => it.kind === Kind.FRAGMENT_DEFINITION && it.name.value === name);
    if (seen.has(name) || fragment?.kind !== Kind.FRAGMENT_DEFINITION) return [];
    return namesIn(fragment.selectionSet, document, seen.add(name));
  });
}
