import type { Identify, Identity } from '../auth/identify.ts';

export type IdentityOf = (request: Request) => Promise<Identity | null>;

/** Who a request is from, found out once and only when something asks: refusing a request must not cost a look-up. */
export function identityOncePerRequest(identify: Identify): IdentityOf {
  const known = new WeakMap<Request, Promise<Identity | null>>();
  return (request) => {
    const { headers } = request;
    const identity =
      known.get(request) ?? identify({ authorization: headers.get('authorization'), cookie: headers.get('cookie') });
    known.set(request, identity);
    return identity;
  };
}
