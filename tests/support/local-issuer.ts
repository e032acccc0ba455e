/** An OpenID Connect issuer on this machine: its discovery document, its keys, and tokens signed with them. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

export interface LocalIssuer extends AsyncDisposable {
  readonly url: string;
  /** Requests for keys so far. */
  readonly keyRequests: number;
  /** A token of now, for ten minutes, for the audience "pergola"; changed by what the test gives. */
  sign(claims: JWTPayload, header?: { kid?: string }): Promise<string>;
  /** A new key takes the place of the old one, in the list and in what is signed from now on. */
  rotate(): Promise<void>;
  /** From now on answers this instead of its keys. */
  answerKeys(status: number, body: string): void;
  /** What the discovery document calls itself. */
  claimToBe(issuer: string): void;
}

export async function openLocalIssuer(): Promise<LocalIssuer> {
  let key = await newKey('key-1');
  let keyRequests = 0;
  let keysAnswer: [number, string] | undefined;
  let name: string;

  const server = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      answer(response, 200, JSON.stringify({ issuer: name, jwks_uri: `${url}/keys` }));
    } else if (request.url === '/keys') {
      keyRequests++;
      answer(response, ...(keysAnswer ?? ([200, JSON.stringify({ keys: [key.published] })] as const)));
    } else answer(response, 404, '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  name = url;

  return {
    url,
    get keyRequests() {
      return keyRequests;
    },
    async sign(claims, header) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: url, aud: 'pergola', sub: 'someone', iat: now, exp: now + 600, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(key.privateKey);
    },
    async rotate() {
      key = await newKey(`${key.kid}-next`);
    },
    answerKeys(status, body) {
      keysAnswer = [status, body];
    },
    claimToBe(issuer) {
      name = issuer;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
