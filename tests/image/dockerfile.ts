/** The Dockerfile as plain data. */
import { readFileSync } from 'node:fs';
import { DockerfileParser, type Dockerfile, type Instruction } from 'dockerfile-ast';

export interface Stage {
  /** An image such as `node:24@sha256:…`, or the name of an earlier stage. */
  readonly from: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly keyword: string;
  /** Such as `--from=build`. */
  readonly flags: ReadonlyMap<string, string>;
  readonly words: readonly string[];
  /** All that stands after the keyword, on one line. */
  readonly text: string;
}

export function readDockerfile(path: string): Stage[] {
  const file: Dockerfile = DockerfileParser.parse(readFileSync(path, 'utf8'));
  const stages: { from: string; name: string | undefined; steps: Step[] }[] = [];
  for (const instruction of file.getInstructions()) {
    const step = stepOf(instruction);
    if (step.keyword !== 'FROM') {
      stages.at(-1)!.steps.push(step);
      continue;
    }
    const [from = '', , name] = step.words;
    stages.push({ from, name, steps: [] });
  }
  return stages;
}

function stepOf(instruction: Instruction): Step {
  const keyword = instruction.getKeyword();
  const text = instruction.getRange() ? textOf(instruction) : '';
  const isFlagged = keyword === 'COPY' || keyword === 'HEALTHCHECK';
  const flags = isFlagged
    ? [...text.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name!, value!] as const)
    : [];
  const words = text.split(/\s+/).filter((word) => !isFlagged || !word.startsWith('--'));
  return { keyword, flags: new Map(flags), words, text };
}

const textOf = (instruction: Instruction) =>
  instruction
    .toString()
    .slice(instruction.getKeyword().length)
    .replace(/\\\n\s*/g, '')
    .trim();

/** `NAME=value …` of a stage. */
export const environmentOf = ({ steps }: Stage): Record<string, string> =>
  Object.fromEntries(
    steps
      .filter(({ keyword }) => keyword === 'ENV')
      .flatMap(({ text }) => [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!])),
  );

/** The command in brackets of a CMD or a HEALTHCHECK. */
export function commandOf({ steps }: Stage, keyword: 'CMD' | 'HEALTHCHECK'): string[] {
  const { text } = steps.find((step) => step.keyword === keyword)!;
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
