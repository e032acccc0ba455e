/** What became of an API: in words, as a version, and for the operations of clients that were built before. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affectedOperations } from '../../src/server/sdk/affected-operations.ts';
import { apiChanges, nextVersion } from '../../src/server/sdk/api-changes.ts';
import { gitBeside, root } from '../support/ref-of-file.ts';

const before = `
  enum Mood { CALM WILD }
  input NoteWhere { text: String mood: Mood author: PersonWhere }
  input PersonWhere { name: String }
  type Note { text: String! mood: Mood author: Person! }
  type Person { name: String! age: Int }
  type Query { notes(where: NoteWhere): [Note!]! people: [Person!]! }
`;
const changed = (from: string, to: string) => {
  expect(before).toContain(from);
  return before.replace(from, to);
};

describe('the version', () => {
  it.each([
    ['the same API packed anew', before, '1.2.4'],
    ['a new field', changed('age: Int', 'age: Int size: Int'), '1.3.0'],
    ['a new value of an enum', changed('CALM', 'CALM MERRY'), '1.3.0'],
    ['a description', changed('type Note', '"What was noted." type Note'), '1.3.0'],
    ['a field that is gone', changed('age: Int', ''), '2.0.0'],
    ['a field that may be null now', changed('name: String! age', 'name: String age'), '2.0.0'],
    ['a value that is gone', changed('CALM', ''), '2.0.0'],
    [
      'an input that is required now',
      changed('input NoteWhere { text: String', 'input NoteWhere { text: String!'),
      '2.0.0',
    ],
    ['a new argument that is required', changed('people:', 'people(of: Mood!):'), '2.0.0'],
  ])('follows %s', async (_, after, version) => {
    expect(nextVersion('1.2.3', await apiChanges(before, after))).toBe(version);
  });
});

describe('an operation of a published client', () => {
  const operations = {
    people: '{ people { name } }',
    notes: 'query ($where: NoteWhere) { notes(where: $where) { text author { name } } }',
    moods: '{ notes { mood } }',
    written: '{ notes(where: { author: { name: "Ada" } }) { text } }',
  };
  const affectedBy = async (after: string) => {
    const { breaking } = await apiChanges(before, after);
    return affectedOperations({ before, after, breaking }, operations).map(({ operation, fails, changes }) => [
      operation,
      fails ?? 'runs',
      ...changes.map(({ sentence }) => sentence),
    ]);
  };

  it('fails when a field that it reads is gone', async () => {
    expect(await affectedBy(changed('type Note { text: String! mood: Mood', 'type Note { text: String!'))).toEqual([
      ['moods', 'Cannot query field "mood" on type "Note".', "Field 'mood' was removed from object type 'Note'."],
    ]);
  });
  it('still runs, and is told, when a field that it reads may be null now', async () => {
    const sentence = "Field 'Person.name' changed type from 'String!' to 'String'.";
    expect(await affectedBy(changed('name: String! age', 'name: String age'))).toEqual([
      ['people', 'runs', sentence],
      ['notes', 'runs', sentence],
    ]);
  });
  it('is affected by what its variables may hold, however deep', async () => {
    const sentence = "Input field 'name' was removed from input object type 'PersonWhere'.";
    const added = "Input field 'id' of type 'String' was added to input object type 'PersonWhere'.";
    const after = changed('input PersonWhere { name: String }', 'input PersonWhere { id: String }');
    expect((await apiChanges(before, after)).harmless.map(({ sentence: said }) => said)).toContain(added);
    expect(await affectedBy(after)).toEqual([
      ['notes', 'runs', sentence],
      ['written', 'Field "name" is not defined by type "PersonWhere".', sentence],
    ]);
  });
  it('is affected by a new argument that is required', async () => {
    expect(await affectedBy(changed('people:', 'people(of: Mood!):'))).toEqual([
      ['people', expect.stringContaining('"of"'), "Argument 'of: Mood!' added to field 'Query.people'."],
    ]);
  });
  it('is left alone by the loss of what none of them uses', async () => {
    expect(await affectedBy(changed('age: Int', ''))).toEqual([]);
  });
});

describe('the command', () => {
  const git = gitBeside();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  });
  afterAll(async () => {
    git[Symbol.dispose]();
    await rm(folder, { recursive: true });
  });
  const pergola = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
      cwd: root,
      env: { ...git.env, PERGOLA_SDK_FOLDER: join(folder, 'nothing-published') },
    }).then(
      ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
      (error: unknown) => {
        // What execFile() fails with.
        const { code: status, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { status, stdout, stderr };
      },
    );

  it('says in words what changes since a git ref, and which operations of its clients are affected', async () => {
    const api = readFileSync(join(root, 'api.graphql'), 'utf8');
    // In that past, tags had a colour, and a client asked for it.
    const past = api.replace(/^type Tag implements Node \{$/m, '$&\n  colour: String');
    expect(past).not.toBe(api);
    const ref = git.refOf('api.graphql', past);
    const document = 'query Colours { tags { nodes { colour } } }';
    const hash = createHash('sha256').update(document).digest('hex');
    const manifest = join(folder, 'manifest.json');
    await writeFile(manifest, JSON.stringify({ [hash]: document }));
    // As docs/sdk.md shows the two.
    const documented = [...readFileSync(join(root, 'docs/sdk.md'), 'utf8').matchAll(/^npm run pergola -- (.*)$/gm)];
    const commands = documented.map(([, words]) =>
      words!.replace('v1.2.0', ref).replace('front-end/manifest.json', manifest).split(' '),
    );
    expect(commands.map(([command]) => command)).toEqual(['schema', 'check']);
    const [diff, check, nowhere] = await Promise.all([
      pergola(...commands[0]!),
      pergola(...commands[1]!),
      pergola('check', '--against', '9.9.9'),
    ]);
    const sentence = "Field 'colour' was removed from object type 'Tag'.";
    expect(diff).toEqual({ status: 3, stdout: `breaking: ${sentence}\n`, stderr: '' });
    expect(check.stdout.split('\n').slice(3)).toEqual([
      expect.stringMatching(/^Against \w+: 1 breaking change; \d+ of \d+ operations of its clients are affected\.$/),
      expect.stringContaining(`  ${sentence} Used by tags, tagsPage, tag, createTag, updateTag and `),
      '  tags fails: Cannot query field "colour" on type "Tag".',
      ...Array.from({ length: check.stdout.split('\n').length - 7 }, () => expect.stringContaining(' fails: ')),
      '',
    ]);
    expect(check.stdout).toContain(`Colours (${hash.slice(0, 8)}) fails: Cannot query field "colour"`);
    expect(check.status).toBe(3);
    expect(nowhere).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'pergola: "9.9.9" is neither a published version of the SDK nor a git ref with an api.graphql. Name one that git knows, or a version; published here: none.\n',
    });
  });
});
