/** Once a run, in vitest's main process: what the machine has, and the closing lines that scripts read. */
import type { TestModule, TestProject } from 'vitest/node';
import { type Found, findRequirements, leftOut, unmetRequirements } from './requirements.ts';
import { dropLeftovers } from './server-database.ts';
import { serverNames, testEngine } from './test-engine.ts';

export default async function setup(project: TestProject) {
  const found = await findRequirements();
  const problems = unmetRequirements(found, process.env.TEST_REQUIRE);
  if (problems.length > 0) {
    // Thrown, they would stand between a stack trace and "No test files found".
    console.error(problems.join('\n'));
    process.exit(1);
  }
  project.provide('requirements', found);
  return async () => {
    for (const engine of serverNames) if (found[engine]) await dropLeftovers(engine);
    console.log(closingLines(project, found).join('\n'));
  };
}

function closingLines({ vitest }: TestProject, found: Found): string[] {
  const modules = vitest.state.getTestModules();
  const missing = new Set(modules.flatMap(neededBy).filter((name) => found[name] === undefined));
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  // A file that could not be loaded has no failed test, and an error between tests belongs to none.
  const broken = modules.filter(
    (module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
  );
  const failed = count('failed') + broken.length + vitest.state.getUnhandledErrors().length;
  const reasons = new Set(modules.flatMap(leftOutHere));
  const differences = new Set(modules.flatMap((module) => module.meta().differsHere ?? []));
  const others = testEngine === 'sqlite' ? [] : [`engine: ${testEngine}`];
  return [
    ...others,
    ...[...reasons].toSorted().map((why) => `left out on ${testEngine}: ${why}`),
    ...[...differences].toSorted().map((why) => `differs on ${testEngine}: ${why}`),
    ...[...missing].map(leftOut),
    `${count('passed')} passed, ${failed} failed`,
  ];
}

const leftOutHere = (module: TestModule) =>
  [...module.children.allSuites(), ...module.children.allTests()].flatMap((task) => task.meta().leftOutHere ?? []);

function neededBy(module: TestModule) {
  const tasks = [...module.children.allSuites(), ...module.children.allTests()];
  return tasks.flatMap((task) => task.meta().requirement ?? []);
}
