/** A database server of a test's own, to be stopped, killed and started again. */
import type { TestServer } from './test-engine.ts';

export interface OwnServer extends AsyncDisposable {
  readonly port: number;
  readonly server: TestServer;
  start(): Promise<void>;
  /** As a restart of the machine would: what it has is finished. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

export async function answers(server: TestServer): Promise<boolean> {
  try {
    await (await server.connect()).close();
    return true;
  } catch {
    return false;
  }
}
