/** Codes of an authenticator app: RFC 6238, as all apps have it (SHA-1, six digits, thirty seconds). */
import { generateSecret, generateURI, verifySync } from 'otplib';

const stepSeconds = 30;

export const newTotpSecret = (): string => generateSecret();

/** What an app reads from a QR code. */
export const totpUri = (secret: string, email: string): string =>
  generateURI({ issuer: 'Pergola', label: email, secret });

/** Whether a text has the form of a code. */
export const isCode = (code: string): boolean => /^\d{6}$/.test(code);

/**
 * The time step whose code this is: the current one or one of its neighbours, for clocks that differ and people who
 * type slowly. Undefined for no code, and for one of a step that was used already or lies before it.
 */
export function timeStepOf(
  code: string,
  secret: string,
  { after, now }: { after: number; now: Date },
): number | undefined {
  if (!isCode(code)) return undefined;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: stepSeconds });
  if (!result.valid) return undefined;
  const step = Math.floor(epoch / stepSeconds) + result.delta;
  return step > after ? step : undefined;
}
