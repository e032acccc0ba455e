import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { describeError } from './engine-error.ts';

export interface JsonRpcOptions {
  input: Readable;
  output: Writable;
  /** Answers a request of the other side; what it throws is sent as an error. */
  answer: (method: string, params: unknown, connection: JsonRpcConnection) => Promise<unknown>;
}

export interface JsonRpcConnection {
  /** Asks the other side, and waits for its answer. */
  request(method: string, params: unknown): Promise<void>;
}

/** JSON-RPC 2.0, one object a line in both directions. Ends when the input has ended and every request is answered. */
export async function serveJsonRpc({ input, output, answer }: JsonRpcOptions): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const awaited = new Map<number, () => void>();
  const send = (message: object) => output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  const connection: JsonRpcConnection = {
    request: (method, params) =>
      new Promise((resolve) => {
        const id = awaited.size + 1;
        awaited.set(id, resolve);
        send({ id, method, params });
      }),
  };

  async function handle(id: unknown, method: string, params: unknown): Promise<void> {
    try {
      send({ id, result: await answer(method, params, connection) });
    } catch (error) {
      send({ id, error: rpcError(error) });
    }
  }

  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const { id, method, params } = JSON.parse(line);
    if (method === undefined) {
      awaited.get(id)?.();
      continue;
    }
    const handling = handle(id, method, params);
    underWay.add(handling);
    void handling.then(() => underWay.delete(handling));
  }
  await Promise.all(underWay);
}

/** As Prisma's engine sends one; 4466 is its code for every error. */
function rpcError(error: unknown) {
  const { message, code, meta } = describeError(error);
  const data = { is_panic: false, message, error_code: code, meta };
  return { code: 4466, message: 'An error happened. Check the data field for details.', data };
}
