/** The address at the other end of the connection; null without one, as when a test calls the handler itself. */
export function clientAddress(serverContext: object): string | null {
  // What a proxy says in X-Forwarded-For is not asked: anybody can send that header.
  const { req } = serverContext as { req?: { socket?: { remoteAddress?: string } } };
  return req?.socket?.remoteAddress ?? null;
}
