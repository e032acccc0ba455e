import { expect, it } from 'vitest';
import { serve } from '../support/served.ts';

const fail = () => {
  throw new Error('secret: /srv/app/database.ts');
};

it.each([
  ['before a request', { onRequest: fail }],
  ['after it', { onResponse: fail }],
])('case 53: says nothing of what fails %s, and logs it whole', async (_, faulty) => {
  await using app = await serve({}, { weaken: ({ yoga, plugins }) => ({ yoga, plugins: { ...plugins, faulty } }) });
  const { status, body } = await app.run('guest', '{ __typename }');
  expect(status).toBe(500);
  expect(body).toEqual({
    errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } }],
  });
  expect(app.log.join()).toContain('secret: /srv/app/database.ts');
});
