import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PergolaError } from '../errors.ts';
import { connectionLimits, limitConnections, serverOptions, type ConnectionLimits } from './connection-limits.ts';
import { refuseLongHead } from './head-limits.ts';
import { createTurns } from './turns.ts';

export interface Listening {
  readonly port: number;
  /** How many connections are open. */
  connections(): Promise<number>;
  /**
   * Lets the requests under way finish, answers new ones with 503, and resolves when none is left and every connection
   * is closed. What has not finished after `patienceMs` is cut off; resolves with whether that was necessary.
   */
  close(patienceMs?: number): Promise<{ cutOff: boolean }>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly limits?: Partial<ConnectionLimits>;
}

/** A fetch handler that is a listener of Node's too. */
type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Whoever stops us waits ten seconds. */
const defaultPatienceMs = 8_000;

/** @throws PORT_TAKEN, BAD_CONFIG */
export function listen(server: RequestListener, { host, port, limits: changed }: ListenOptions): Promise<Listening> {
  const limits = { ...connectionLimits, ...changed };
  const http = createHttpServer(serverOptions(limits));
  limitConnections(http, limits);
  const underWay = new Set<ServerResponse>();
  const inTurn = createTurns();
  let stopping = false;
  let onNone = () => {};

  http.on('request', (request, response) => {
    if (stopping) {
      refuseWhileStopping(response);
      return;
    }
    if (refuseLongHead(request, response)) return;
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (underWay.size === 0) onNone();
    });
    inTurn(() => {
      // Whoever has gone meanwhile needs no answer.
      if (response.destroyed) return;
      // What nobody expected ends this request, not the process.
      void Promise.resolve(server(request, response)).catch(() => response.destroy());
    });
  });

  const close = async (patienceMs = defaultPatienceMs) => {
    stopping = true;
    for (const response of underWay) if (!response.headersSent) response.setHeader('connection', 'close');
    // Until the last request has its answer the port stays open: whoever still comes is told to go elsewhere.
    const finished =
      underWay.size === 0 || (await within(patienceMs, new Promise<void>((resolve) => (onNone = resolve))));
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      if (finished) http.closeIdleConnections();
      // A connection on which nothing was asked yet is no idle one.
      setTimeout(() => http.closeAllConnections(), finished ? 500 : 0).unref();
    });
    return { cutOff: !finished };
  };
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      http.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    http.listen(port, host, () => resolve({ port: (http.address() as AddressInfo).port, connections, close }));
  });
}

function refuseWhileStopping(response: ServerResponse): void {
  const message = 'This server is stopping. Try again: another takes over.';
  response.writeHead(503, { 'content-type': 'application/json', connection: 'close', 'retry-after': '1' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code: 'SHUTTING_DOWN' } }] }));
}

const within = (milliseconds: number, done: Promise<void>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)));
  return Promise.race([done.then(() => true), late]).finally(() => clearTimeout(timer));
};

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new PergolaError(
      'PORT_TAKEN',
      `Port ${port} is taken.`,
      `Stop what uses it, or choose another: PORT=${port + 1} npm start.`,
    );
  }
  if (error.code === 'EACCES' || error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL') {
    return new PergolaError(
      'BAD_CONFIG',
      `The server cannot listen on ${host}:${port} (${error.code}).`,
      'Change HOST or PORT.',
    );
  }
  return error;
}
