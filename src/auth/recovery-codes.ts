/** Codes on paper, for whoever has lost the authenticator app. Each works once. */
import { hashSecret, randomHex } from './secrets.ts';
import type { AccountStore } from './session-adapter.ts';

const codeCount = 10;
/** 128 bits: what is stored is a fast hash without a salt, from which fewer bits could be guessed (ASVS 6.5.2, 11.5.1). */
const codeBytes = 16;
const codePattern = /^[0-9a-f]{32}$/;

export function newRecoveryCodes(): string[] {
  return Array.from({ length: codeCount }, () => randomHex(codeBytes).replace(/(.{4})(?=.)/g, '$1-'));
}

/** As they are stored. */
export const recoveryCodeRows = (codes: readonly string[]) => codes.map((code) => ({ id: hashSecret(bare(code)) }));

/** Whether it was one of the user's; then it is none any more. */
export async function useRecoveryCode(
  { recoveryCode }: Pick<AccountStore, 'recoveryCode'>,
  { userId, code }: { userId: string; code: string },
): Promise<boolean> {
  if (!codePattern.test(bare(code))) return false;
  // One statement looks and takes: of two sign-ins at a time, one gets it.
  const { count } = await recoveryCode.deleteMany({ where: { id: hashSecret(bare(code)), userId } });
  return count === 1;
}

/** As it was typed off a sheet of paper. */
const bare = (code: string) => code.replace(/[\s-]/g, '').toLowerCase();
