/** The one spelling of an e-mail address that is stored, looked up and counted by rate limits. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/**
 * Whether mail can be sent there and nowhere else: what a mail header gives a meaning to (commas, brackets, quotes,
 * line breaks) would let one address be several.
 */
export function isEmail(email: string): boolean {
  return email.length <= 254 && /^[^\s@\p{Cc},;:<>()[\]"\\]+@[^\s@\p{Cc},;:<>()[\]"\\]+$/u.test(email);
}
