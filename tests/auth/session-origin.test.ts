import { expect, it } from 'vitest';
import { sessionOrigin } from '../../src/auth/session-origin.ts';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  ['curl/8.0', null],
  ['', null],
  [null, null],
])('names a device by its families, without versions: %s', (userAgent, device) => {
  expect(sessionOrigin(userAgent, null).device || null).toBe(device);
});

it('keeps at most 512 characters of what a header says', () => {
  expect(sessionOrigin(`${'x'.repeat(16_000)}/1 `, null).device ?? '').not.toMatch(/x{513}/);
});

it.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['::ffff:203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:1234:5678:9abc::1', '2001:db8:1234::/48'],
  ['2001:db8::1', '2001:db8::/48'],
  ['fe80::1%eth0', 'fe80::/48'],
  ['::1', '::/48'],
  ['not an address', null],
  [null, null],
])('keeps the network of %s and not the address', (address, network) => {
  expect(sessionOrigin(null, address).network).toBe(network);
});
