import { BlockList, isIP, isIPv6 } from 'node:net';
import { badConfig } from '../errors.ts';

/** What the HTTP server knows of the connection. */
type Connection = { readonly req?: { readonly socket?: { readonly remoteAddress?: string } } };

export type AddressOf = (serverContext: object, request: Request) => string | null;

/**
 * The address that a request comes from; null without a connection, as when a test calls the handler itself.
 *
 * Anybody can send `X-Forwarded-For`. So it is read only where the connection is a proxy's that is trusted, and from
 * its end, where the trusted ones have written: what stands further to the left is what the client said.
 *
 * @param trustedProxies addresses and networks, such as `10.0.0.0/8`
 * @throws BAD_CONFIG
 */
export function clientAddressBehind(trustedProxies: readonly string[]): AddressOf {
  const trusted = blockListOf(trustedProxies);
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (serverContext, request) => {
    const peer = (serverContext as Connection).req?.socket?.remoteAddress;
    if (peer === undefined) return null;
    let address = plain(peer);
    const forwarded = isTrusted(address) ? (request.headers.get('x-forwarded-for')?.split(',') ?? []) : [];
    while (forwarded.length > 0 && isTrusted(address)) {
      const next = plain(forwarded.pop()!.trim());
      if (isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

function blockListOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch {
      throw badConfig(
        `TRUST_PROXY: "${proxy}" is no address.`,
        'Give addresses and networks such as 10.0.0.0/8, separated by commas.',
      );
    }
  }
  return list;
}

/** IPv4 as such, also where a socket of both families writes it as IPv6. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');
