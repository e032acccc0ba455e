import { expect, it } from 'vitest';
import { isEmail } from '../../src/auth/email.ts';
import { printedMail, smtpMail } from '../../src/auth/mail.ts';
import { openMailServer } from '../support/mail-server.ts';

const mail = { to: 'ann@example.test', subject: 'Hello', text: 'First line\n\nhttp://localhost:4000/-/account#x=y' };

it('goes to the one address it is for, in plain text, as sent by a machine', async () => {
  await using server = await openMailServer();
  await smtpMail(server.url, 'pergola@example.test')(mail);
  const [received] = server.received;
  expect(received).toMatchObject({ from: 'pergola@example.test', to: ['ann@example.test'] });
  const [head = '', body] = received!.source.split('\r\n\r\n', 2);
  expect(head.split('\r\n')).toEqual(
    expect.arrayContaining([
      'From: Pergola <pergola@example.test>',
      'To: ann@example.test',
      'Subject: Hello',
      'Auto-Submitted: auto-generated',
      'Content-Type: text/plain; charset=utf-8',
    ]),
  );
  expect(body).toBe('First line');
});

it('fails when there is no mail server', async () => {
  const server = await openMailServer();
  await server[Symbol.asyncDispose]();
  await expect(smtpMail(server.url, 'pergola@example.test')(mail)).rejects.toThrow('ECONNREFUSED');
});

it('is shown instead in development', async () => {
  const shown: string[] = [];
  await printedMail((text) => void shown.push(text))(mail);
  expect(shown).toEqual([`\n--- mail to ann@example.test: Hello\n${mail.text}\n---\n`]);
});

it.each([
  'a@example.test,b@example.test',
  'a@example.test;b@example.test',
  'a@example.test\nBcc: b@example.test',
  '"a@example.test" b@evil.test',
  'Ann <a@example.test>',
  'a b@example.test',
  'a@b@example.test',
  'a@example.test\0',
  '@example.test',
  '',
])('is for no address that could be several: %j', (address) => {
  expect(isEmail(address)).toBe(false);
});
