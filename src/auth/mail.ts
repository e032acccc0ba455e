/** The one port through which mail leaves. */
import { createTransport } from 'nodemailer';

export interface Mail {
  /** One address, as `isEmail` knows it. */
  to: string;
  subject: string;
  /** Plain: a mail client makes a link of a URL, and there is no markup to smuggle anything into. */
  text: string;
}

export type SendMail = (mail: Mail) => Promise<void>;

const timeoutMilliseconds = 10_000;

/** @param url such as `smtps://user:password@mail.example.org`. Port 587 starts TLS by itself when the server offers it. */
export function smtpMail(url: string, from: string): SendMail {
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMilliseconds,
    greetingTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
    // A mail of ours is text: nothing in it may make the server read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ to, subject, text }) => {
    await transport.sendMail({
      from: { name: 'Pergola', address: from },
      // As an object: in a string, the library looks for several addresses.
      to: { name: '', address: to },
      subject,
      text,
      // RFC 3834: no answering machine answers.
      headers: { 'auto-submitted': 'auto-generated' },
    });
  };
}

/** For development: whoever runs the server reads the mail. */
export function printedMail(print: (text: string) => void): SendMail {
  return ({ to, subject, text }) => {
    print(`\n--- mail to ${to}: ${subject}\n${text}\n---\n`);
    return Promise.resolve();
  };
}
