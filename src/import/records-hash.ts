import { createHash } from 'node:crypto';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** Knows a file's records again, whatever stands after them and however they are packed. */
export class RecordsHash {
  private readonly hash = createHash('sha256');
  private waiting: string[] = [];

  add({ raw }: SourceRecord | BrokenRecord): void {
    if (raw === undefined) return;
    // Neither can be part of what it parts: a cell in quotation marks may hold any of them, so lengths are told too.
    this.waiting.push(typeof raw === 'string' ? `${raw.length}:${raw}` : cellsText(raw));
    if (this.waiting.length === 500) this.flush();
  }

  /** Of all records so far, in hex. */
  digest(): string {
    this.flush();
    return this.hash.copy().digest('hex');
  }

  private flush(): void {
    this.hash.update(this.waiting.join(''));
    this.waiting = [];
  }
}

const cellsText = (cells: readonly string[]) => `${cells.map(({ length }) => length).join()}:${cells.join()}`;
