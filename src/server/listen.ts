import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PergolaError } from '../errors.ts';
import type { Server } from './server.ts';

export interface Listening {
  readonly port: number;
  /** Takes no new connection, lets those under way finish, and resolves when they have. */
  close(): Promise<void>;
}

/** @throws PORT_TAKEN, BAD_CONFIG */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<Listening> {
  const http = createHttpServer(
    { headersTimeout: 5_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      // A connection that is kept alive would hold the process open after it was told to stop.
      if (stopping) response.setHeader('connection', 'close');
      void server(request, response);
    },
  );
  let stopping = false;
  const close = () =>
    new Promise<void>((resolve) => {
      stopping = true;
      http.close(() => resolve());
      http.closeIdleConnections();
    });
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    http.listen(port, host, () => resolve({ port: (http.address() as AddressInfo).port, close }));
  });
}

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
