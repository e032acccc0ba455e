import { createHash } from 'node:crypto';
import type { SourceItem } from './parse.ts';

/** Knows a file's records again, whatever stands after them and however they are packed. */
export class RecordsHash {
  private readonly hash = createHash('sha256');
  private waiting: string[] = [];

  add({ raw, source }: SourceItem): void {
    const text = source ?? raw;
    if (typeof text !== 'string') return;
    // Lengths are told too: a text may hold whatever stands between two.
    this.waiting.push(`${text.length}:${text}`);
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
