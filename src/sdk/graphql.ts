import { scalarPaths } from './generated/scalar-paths.ts';
import type { introspection } from './generated/introspection.ts';
import type { i as initGraphQLTada } from './generated/tada.js';
import type { DecodeTree } from './operation.ts';

/** What scalars are in a client. */
interface ClientScalars {
  BigInt: bigint;
  Bytes: Uint8Array;
  Date: string;
  DateTime: Date;
  Decimal: string;
  Json: unknown;
}

/** A document with its types. */
export interface Document<Data, Variables> {
  readonly __apiType?: (variables: Variables) => Data;
}

interface Written {
  readonly text: string;
}

type Api = initGraphQLTada<{ introspection: introspection; scalars: ClientScalars; disableMasking: true }>;

/** A document of your own. Its variables and its answer are typed from its text; fragments go in the list. */
export const graphql = ((text: string, fragments: readonly Written[] = []): Written => ({
  text: [text, ...new Set(fragments.map((it) => it.text))].join('\n'),
})) as unknown as Api;

type Types = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What of the answer to a document needs decoding. Throws nothing: what it cannot read, the server refuses. */
export function decodeTreeOf(text: string): DecodeTree {
  const tokens = text.match(/"""[^]*?"""|"(?:\\.|[^"\\])*"|#.*|\.\.\.|[_A-Za-z]\w*|[^\s\w,]/g) ?? [];
  const words = tokens.filter((it) => !it.startsWith('#'));
  const fragments = new Map<string, { type: string; at: number }>();
  let [at, root] = [0, 'Query'];
  let start = -1;
  // Past arguments and lists of variables: what is in brackets selects nothing.
  const skip = () => {
    for (let depth = 0; at < words.length; at += 1) {
      const word = words[at]!;
      if ('([{'.includes(word)) depth += 1;
      if (')]}'.includes(word)) depth -= 1;
      if (depth === 0) break;
    }
    at += 1;
  };
  const toBody = () => {
    while (at < words.length && words[at] !== '{') {
      if (words[at] === '(') skip();
      else at += 1;
    }
  };
  while (at < words.length) {
    const word = words[at];
    if (word === 'fragment') fragments.set(words[at + 1]!, { type: words[at + 3]!, at: 0 });
    if (word === 'mutation') root = 'Mutation';
    const name = words[at + 1]!;
    toBody();
    if (word === 'fragment') fragments.get(name)!.at = at;
    else start = at;
    skip();
  }
  const read = (type: string | undefined, from: number, tree: Record<string, string | DecodeTree>) => {
    const fields = (type && (scalarPaths as Types)[type]) || {};
    at = from + 1;
    while (at < words.length && words[at] !== '}') {
      if (words[at] === '...') {
        at += 1;
        const inline = words[at] === 'on' || words[at] === '{' || words[at] === '@';
        const target = words[at] === 'on' ? words[at + 1] : type;
        const fragment = inline ? undefined : fragments.get(words[at]!);
        if (!inline) at += 1;
        else toBody();
        const end = inline ? at : skipDirectives();
        if (inline) {
          read(target, end, tree);
          at += 1;
        } else if (fragment) {
          read(fragment.type, fragment.at, tree);
          at = end;
        }
        continue;
      }
      const key = words[at]!;
      if (words[at + 1] === ':') at += 2;
      const target = fields[words[at]!];
      at += 1;
      if (words[at] === '(') skip();
      skipDirectives();
      if (words[at] === '{') {
        const below = (typeof tree[key] === 'object' ? tree[key] : {}) as Record<string, string | DecodeTree>;
        read(target, at, below);
        at += 1;
        if (Object.keys(below).length > 0) tree[key] = below;
      } else if (target !== undefined) tree[key] = target;
    }
  };
  const skipDirectives = () => {
    while (words[at] === '@') {
      at += 2;
      if (words[at] === '(') skip();
    }
    return at;
  };
  const tree: Record<string, string | DecodeTree> = {};
  if (start >= 0) read(root, start, tree);
  return tree;
}
