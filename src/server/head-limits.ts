import type { IncomingMessage, ServerResponse } from 'node:http';

const maxUrlCharacters = 4_096;
/** Of all names and values together. Node's own limit, which ends the connection, is twice that. */
const maxHeaderCharacters = 8_192;

/** Answers a request whose address or headers are too long, before anything reads them. Says whether it did. */
export function refuseLongHead(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '', rawHeaders } = request;
  if (url.length > maxUrlCharacters) return refuse(response, 414, 'The address is too long.');
  let length = 0;
  for (const text of rawHeaders) length += text.length;
  return length > maxHeaderCharacters && refuse(response, 431, 'The headers are too long.');
}

function refuse(response: ServerResponse, status: number, message: string): true {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }));
  return true;
}
