import { Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { startingTabs } from '../../src/app/starting-tabs.ts';
import { designOf } from '../../src/server/platform.ts';

const { api } = designOf(application);

/** What fits beside the buttons of GraphiQL's editor in a window of 1280 pixels. */
const maxColumns = 50;

describe.each(startingTabs.map((text) => ({ text, name: nameOf(text) })))('the starting tab $name', ({ text }) => {
  it('is valid against the API', () => {
    expect(validate(api, parse(text))).toEqual([]);
  });

  it('says first what to try', () => {
    expect(text).toMatch(/^# .*\n# Try: /);
  });

  it('can be read without scrolling sideways', () => {
    expect(text.split('\n').filter(({ length }) => length > maxColumns)).toEqual([]);
  });
});

it('names every starting tab differently', () => {
  const names = startingTabs.map(nameOf);
  expect(new Set(names).size).toBe(names.length);
});

/** GraphiQL shows the name of the operation as the tab's. */
function nameOf(text: string): string {
  const operations = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION || !operation.name) {
    throw new Error(`Give this tab one operation with a name:\n${text}`);
  }
  return operation.name.value;
}
