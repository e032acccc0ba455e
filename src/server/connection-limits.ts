import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a connection may keep the server waiting, and how many there may be. */
export interface ConnectionLimits {
  /** Milliseconds for all of a request's headers. */
  readonly headersMs: number;
  /** Milliseconds for all of a request's body; one that is read as it comes has `idleMs` for each piece. */
  readonly bodyMs: number;
  /** Milliseconds in which a caller neither sends nor takes a byte that we wait for. */
  readonly idleMs: number;
  /** Milliseconds that a connection is kept between two requests. */
  readonly keepAliveMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

export const connectionLimits: ConnectionLimits = {
  headersMs: 5_000,
  bodyMs: 10_000,
  idleMs: 10_000,
  keepAliveMs: 5_000,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 500,
};

/** Node's own defaults let 300 slow connections stay for a minute and a half. */
export const serverOptions = ({ headersMs, keepAliveMs }: ConnectionLimits) => ({
  headersTimeout: headersMs,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: 1_000,
  // A body's time is kept below: Node has one figure for all paths, and files take longer than operations.
  requestTimeout: 0,
});

/** Paths whose body is a file, read as it comes. */
const streamed = /^\/-\/import\//;

/** Holds the connections of the server to the limits. */
export function limitConnections(http: Server, limits: ConnectionLimits): void {
  http.maxConnections = limits.maxConnections;
  http.timeout = limits.idleMs;
  const perAddress = new Map<string, number>();
  const answering = new Map<Socket, Answering>();

  http.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const open = (perAddress.get(address) ?? 0) + 1;
    if (open > limits.maxConnectionsPerAddress) {
      socket.destroy();
      return;
    }
    perAddress.set(address, open);
    socket.once('close', () => {
      const left = perAddress.get(address)! - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    });
  });

  http.on('request', (request, response) => {
    answering.set(request.socket, { request, taken: undefined });
    response.once('close', () => answering.delete(request.socket));
    if (!streamed.test(request.url ?? '')) limitBody(request, response, limits.bodyMs);
  });

  endIdleAnswers(http, answering, limits);

  // Silence is the caller's fault unless it is us who are at work: all is read, and nothing waits to be taken.
  http.on('timeout', (socket) => {
    const { request } = answering.get(socket) ?? {};
    if (request?.complete && socket.writableLength === 0) return;
    socket.destroy();
  });
}

interface Answering {
  readonly request: IncomingMessage;
  /** Bytes that the caller had taken from this connection when it was last looked at. */
  taken: number | undefined;
}

/**
 * Closes the connections of who takes nothing of an answer. Not left to the timeout of the socket: the library below
 * Yoga turns it off when it begins to answer, and an export would then be kept open for ever.
 */
function endIdleAnswers(http: Server, answering: ReadonlyMap<Socket, Answering>, { idleMs }: ConnectionLimits): void {
  const look = () => {
    for (const [socket, answer] of answering) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength > 0 && answer.taken === taken) socket.destroy();
      answer.taken = taken;
    }
  };
  const timer = setInterval(look, idleMs / 2).unref();
  http.once('close', () => clearInterval(timer));
}

function limitBody(request: IncomingMessage, response: ServerResponse, milliseconds: number): void {
  if (request.complete) return;
  const end = () => {
    if (request.complete) return;
    if (response.headersSent) request.socket.destroy();
    else
      request.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => request.socket.destroy());
  };
  const timer = setTimeout(end, milliseconds);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}
