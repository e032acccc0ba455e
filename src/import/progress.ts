import { Presets, SingleBar } from 'cli-progress';
import type { ImportProgress } from './apply.ts';

export interface ProgressDisplay {
  update(progress: ImportProgress): void;
  stop(): void;
}

/** What a display is written to, such as `process.stderr`. */
export type ProgressStream = NodeJS.WriteStream | (NodeJS.WritableStream & { readonly isTTY?: boolean });

const secondsBetweenLines = 3;

/** A bar with rows/s and the time that is left on a terminal, a plain line every few seconds elsewhere. */
export function showProgress(label: string, stream: ProgressStream): ProgressDisplay {
  return stream.isTTY ? showBar(label, stream) : showLines(label, stream);
}

function showBar(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  const format = `${label} {bar} {percentage}% | {rows} rows | {speed} rows/s | {left} left`;
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  bar.start(1, 0, { rows: '0', speed: '0', left: '?' });
  const started = performance.now();
  return {
    update({ report, bytes }) {
      bar.setTotal(bytes?.total ?? Math.max(1, report.rows));
      bar.update(bytes?.total === undefined ? report.rows : bytes.read, {
        rows: figure(report.rows),
        speed: figure(report.rowsPerSecond),
        left: timeLeft(bytes, performance.now() - started),
      });
    },
    stop: () => bar.stop(),
  };
}

function showLines(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  const started = performance.now();
  let last = started;
  return {
    update({ report, bytes }) {
      const now = performance.now();
      if (now - last < secondsBetweenLines * 1000) return;
      last = now;
      const part = bytes?.total ? `${Math.floor((bytes.read / bytes.total) * 100)} %, ` : '';
      const speed = `${figure(report.rowsPerSecond)} rows/s`;
      const left = bytes?.total ? `, ${timeLeft(bytes, now - started)} left` : '';
      stream.write(`${label}: ${part}${figure(report.rows)} rows, ${speed}${left}\n`);
    },
    stop() {},
  };
}

/** By the bytes that are read: how many rows there are is known at the end. `?` for a stream. */
export function timeLeft(bytes: ImportProgress['bytes'], elapsedMs: number): string {
  if (!bytes?.total || bytes.read === 0) return '?';
  const seconds = Math.ceil(((elapsedMs / 1000) * Math.max(0, bytes.total - bytes.read)) / bytes.read);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`;
}

const figure = (count: number) => count.toLocaleString('en');
