import { PergolaError, type PergolaErrorCode } from '@pergola/sdk';

/** What this page says better than the server can; its own messages are fit to be shown. */
const sentences: Partial<Record<PergolaErrorCode, string>> = {
  FORBIDDEN: 'You may see this, and not change it.',
  NOT_FOUND: 'You may not change this, or it is gone.',
  SIGN_IN_FAILED: 'No account has this e-mail address and password.',
  NETWORK: 'The server cannot be reached. Try again in a moment.',
};

export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null;
  const sentence = error instanceof PergolaError ? sentences[error.code] : undefined;
  return <p role="alert">{sentence ?? error.message}</p>;
}
