/** TypeScript source as words, strings and marks, without comments: enough to ask what a file imports and names. */
export interface Token {
  /** A string is the text between its quotes; a template is one string for each part between its `${}`. */
  kind: 'word' | 'string' | 'mark';
  text: string;
  line: number;
}

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template being read, how many braces are open inside its current `${`. */
  const holes: number[] = [];
  let line = 1;
  for (let at = 0; at < source.length;) {
    const lexeme = lexemeAt(source, at, { before: tokens.at(-1), closesHole: holes.at(-1) === 0 });
    if (lexeme.kind === 'template' && lexeme.whole.startsWith('}')) holes.pop();
    if (lexeme.kind === 'template' && lexeme.whole.endsWith('${')) holes.push(0);
    if (lexeme.kind === 'mark' && holes.length > 0) holes.push((holes.pop() ?? 0) + braceSteps(lexeme.text));
    if (lexeme.kind !== 'space')
      tokens.push({ kind: lexeme.kind === 'template' ? 'string' : lexeme.kind, text: lexeme.text, line });
    at += lexeme.whole.length;
    line += lexeme.whole.split('\n').length - 1;
  }
  return tokens;
}

/** Every module specifier: `import`, `import type`, `export from`, `import()`, `require()`. */
export function importsOf(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, index) => {
    if (token.kind !== 'string') return false;
    const before = tokens[index - 1];
    const opener = before?.text === '(' ? tokens[index - 2] : before;
    if (opener?.kind !== 'word') return false;
    return opener.text === 'import' || opener.text === (before === opener ? 'from' : 'require');
  });
}

interface Lexeme {
  kind: Token['kind'] | 'template' | 'space';
  text: string;
  whole: string;
}

const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const quoted = /'((?:\\[\s\S]|[^'\\])*)'|"((?:\\[\s\S]|[^"\\])*)"/y;
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*/uy;
const regularExpression = /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/[a-z]*/y;
const templatePart = /[`}]((?:\\[\s\S]|\$(?!\{)|[^`\\$])*)(?:`|\$\{)/y;

function lexemeAt(source: string, at: number, place: { before: Token | undefined; closesHole: boolean }): Lexeme {
  const first = source.charAt(at);
  const read = (kind: Lexeme['kind'], pattern: RegExp): Lexeme | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    return match ? { kind, whole: match[0], text: match[1] ?? match[2] ?? match[0] } : undefined;
  };
  return (
    read('space', space) ??
    read('string', quoted) ??
    read('word', word) ??
    (first === '/' && startsExpression(place.before) ? read('string', regularExpression) : undefined) ??
    (first === '`' || (first === '}' && place.closesHole) ? read('template', templatePart) : undefined) ?? {
      kind: 'mark',
      text: first,
      whole: first,
    }
  );
}

const beforeExpression = new Set([
  'return',
  'case',
  'typeof',
  'in',
  'of',
  'new',
  'delete',
  'void',
  'await',
  'yield',
  'throw',
]);

/** Whether a slash that follows starts a regular expression; else it divides. */
function startsExpression(before: Token | undefined): boolean {
  if (before?.kind === 'word') return beforeExpression.has(before.text);
  return before?.kind !== 'string' && before?.text !== ')' && before?.text !== ']' && before?.text !== '}';
}

const braceSteps = (mark: string) => (mark === '{' ? 1 : mark === '}' ? -1 : 0);
