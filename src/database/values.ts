import type { Operand } from '../policy/filter.ts';

/** The values of one read, apart from its shape. */
export class Values {
  readonly list: unknown[];

  constructor(before: readonly unknown[] = []) {
    this.list = [...before];
  }

  add(value: unknown): Operand {
    this.list.push(value);
    return { kind: 'argument', at: this.list.length - 1 };
  }
}
