import type { ClaimsMapping } from '../auth/external-users.ts';
import { printedMail, smtpMail } from '../auth/mail.ts';
import type { Config } from '../config.ts';
import type { PlatformOptions } from './platform.ts';

interface Surroundings {
  readonly mapClaims: ClaimsMapping;
  /** Where mail is shown when there is no mail server. */
  readonly print: (text: string) => void;
  readonly onError: (error: unknown) => void;
}

/** What of the configuration is about accounts. */
export function platformOptions(
  { oidc, smtpUrl, mailFrom, publicUrl, signUp, production, secret, databaseReplicaUrl }: Config,
  { mapClaims, print, onError }: Surroundings,
): PlatformOptions {
  const printed = production ? undefined : printedMail(print);
  const sendMail = smtpUrl === undefined ? printed : smtpMail(smtpUrl, mailFrom);
  return {
    external: oidc && { issuer: oidc, mapClaims },
    mail: { sendMail, publicUrl, signUp },
    secret,
    replicaUrl: databaseReplicaUrl,
    onError,
  };
}
