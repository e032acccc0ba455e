/** What is wrong with the environment is said in one line, without a secret. That it ends the start is case 132 of `tests/attacks/front-door`. */
import { expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

it.each([
  ['a value that is none', { PORT: 'http' }, /^PORT: "http" is no port\. .*$/],
  [
    'an issuer whose keys could be changed on the way',
    { PERGOLA_OIDC_ISSUER: 'http://issuer.test', PERGOLA_OIDC_AUDIENCE: 'x' },
    /^PERGOLA_OIDC_ISSUER: "http:\/\/issuer\.test" is no https:\/\/ URL\. .*$/,
  ],
  [
    'a mail server that is none, without its password',
    { PERGOLA_SMTP_URL: 'smtp.example.org:tiger' },
    /^PERGOLA_SMTP_URL: Its value is no smtp(?!.*tiger).*$/,
  ],
  [
    'sign-up without mail in production',
    { NODE_ENV: 'production', PERGOLA_SIGN_UP: 'on' },
    /^PERGOLA_SIGN_UP is on, and no mail can be sent\. Set PERGOLA_SMTP_URL, or leave it off\.$/,
  ],
])('refuses %s in one line', (_, environment, line) => {
  expect(() => readConfig(environment)).toThrow(line);
});
