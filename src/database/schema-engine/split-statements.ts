import type { Provider } from './derive-schema.ts';

const common = String.raw`;|[A-Za-z_]\w*|[^]`;
/** Quoted texts and names, comments, words, and the semicolon. */
const tokens: Readonly<Record<Provider, RegExp>> = {
  mysql: new RegExp(
    String.raw`'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|\`(?:[^\`]|\`\`)*\`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[^]*?\*\/|${common}`,
    'g',
  ),
  sqlite: new RegExp(
    String.raw`'(?:[^']|'')*'|"(?:[^"]|"")*"|\`(?:[^\`]|\`\`)*\`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)|${common}`,
    'g',
  ),
  // A text that begins with E takes backslashes; one between $a$ and $a$ takes anything.
  postgresql: new RegExp(
    String.raw`\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|${common}`,
    'g',
  ),
};

/**
 * The statements of a script, without the comments around them. The body of a trigger or routine, BEGIN to END,
 * belongs to its statement.
 */
export function splitStatements(script: string, provider: Provider): string[] {
  const statements: string[] = [];
  let current = '';
  let depth = 0;
  let previous = '';
  const end = () => {
    if (current.trim() !== '') statements.push(current.trim());
    current = '';
    depth = 0;
  };
  for (const [token] of script.matchAll(tokens[provider])) {
    if (token === ';' && depth === 0) {
      end();
      continue;
    }
    // A version comment, /*! … */, is a part of the statement.
    if (isComment(token, provider)) {
      current += current.trim() === '' ? '' : ' ';
      continue;
    }
    if (/^[A-Za-z_]/.test(token)) {
      const word = token.toUpperCase();
      if (hasBody(current)) depth += depthOf(word, previous);
      previous = word;
    } else if (token.trim() !== '') previous = token;
    current += token;
  }
  end();
  return statements;
}

const isComment = (token: string, provider: Provider) =>
  /^(--.|\/\*(?!!))/.test(token) || token === '--' || (provider === 'mysql' && token.startsWith('#'));

const hasBody = (statement: string) =>
  /^\s*CREATE\s+(OR\s+REPLACE\s+)?(DEFINER\s*=\s*\S+\s+)?(TEMP\s+|TEMPORARY\s+)?(TRIGGER|PROCEDURE|FUNCTION|EVENT)\b/i.test(
    statement,
  );

/** END IF and its like close what is not counted here. */
function depthOf(word: string, previous: string): number {
  if (word === 'BEGIN' || (word === 'CASE' && previous !== 'END')) return 1;
  if (word === 'END') return -1;
  return previous === 'END' && ['IF', 'LOOP', 'WHILE', 'REPEAT'].includes(word) ? 1 : 0;
}
