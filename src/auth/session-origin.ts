import { isIPv4, isIPv6 } from 'node:net';
import Bowser from 'bowser';

/** From where a session was started: enough for its user to know it again, too little to follow anybody by. */
export interface SessionOrigin {
  /** The families of browser and system, without versions: "Firefox on Linux". */
  device: string | null;
  /** The network and not the address: "203.0.113.0/24". */
  network: string | null;
}

export const unknownOrigin: SessionOrigin = { device: null, network: null };

const maxUserAgentLength = 512;

export function sessionOrigin(userAgent: string | null, address: string | null): SessionOrigin {
  return { device: userAgent && deviceOf(userAgent), network: address && networkOf(address) };
}

function deviceOf(userAgent: string): string | null {
  // Cut first: the header may have 16 kB, and dozens of patterns are tried on it.
  // oxlint-disable-next-line import/no-named-as-default-member -- its types name what Node does not find in a CommonJS file
  const { browser, os } = Bowser.parse(userAgent.slice(0, maxUserAgentLength));
  if (!browser.name) return null;
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}

/** The first 24 bits of an IPv4 address, the first 48 of an IPv6 one: what a provider gives to many. */
function networkOf(address: string): string | null {
  const v4 = address.replace(/^::ffff:/i, '');
  if (isIPv4(v4)) return `${v4.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(address)) return null;
  const [head = ''] = address.split('%')[0]!.split('::');
  const groups = head.split(':').filter(Boolean).slice(0, 3);
  return `${groups.join(':')}::/48`;
}
