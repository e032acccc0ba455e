import { Presets, SingleBar } from 'cli-progress';
import type { ImportProgress } from './apply.ts';

export interface ProgressDisplay {
  update(progress: ImportProgress): void;
  stop(): void;
}

/** What a display is written to, such as `process.stderr`. */
export type ProgressStream = NodeJS.WriteStream | (NodeJS.WritableStream & { readonly isTTY?: boolean });

const secondsBetweenLines = 3;

/** A bar with rows/s on a terminal, a plain line every few seconds elsewhere. */
export function showProgress(label: string, stream: ProgressStream): ProgressDisplay {
  return stream.isTTY ? showBar(label, stream) : showLines(label, stream);
}

function showBar(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  const format = `${label} {bar} {percentage}% | {rows} rows | {speed} rows/s`;
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  bar.start(1, 0, { rows: '0', speed: '0' });
  return {
    update({ report, bytes }) {
      bar.setTotal(bytes?.total ?? Math.max(1, report.rows));
      bar.update(bytes?.total === undefined ? report.rows : bytes.read, {
        rows: figure(report.rows),
        speed: figure(report.rowsPerSecond),
      });
    },
    stop: () => bar.stop(),
  };
}

function showLines(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  let last = performance.now();
  return {
    update({ report, bytes }) {
      const now = performance.now();
      if (now - last < secondsBetweenLines * 1000) return;
      last = now;
      const part = bytes?.total ? `${Math.floor((bytes.read / bytes.total) * 100)} %, ` : '';
      stream.write(`${label}: ${part}${figure(report.rows)} rows, ${figure(report.rowsPerSecond)} rows/s\n`);
    },
    stop() {},
  };
}

const figure = (count: number) => count.toLocaleString('en');
