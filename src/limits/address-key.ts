import { isIPv6 } from 'node:net';

const mappedPrefix = /^::ffff:(?=\d+\.)/i;

/**
 * What stands for an address when requests are counted: all of an IPv4 address, and the first 64 bits of an IPv6 one,
 * because whoever has one such address has 2^64 of them.
 */
export function addressKey(address: string | null): string {
  const given = (address ?? 'unknown').replace(mappedPrefix, '');
  if (!isIPv6(given)) return given;
  const [head = '', tail] = given.split('%')[0]!.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  // A dotted end counts as two groups; it stands in the last 32 bits and is not looked at.
  const length = after.length + (tail?.includes('.') ? 1 : 0);
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
