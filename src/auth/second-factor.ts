/** A code beside the password: of an authenticator app, or one of the recovery codes. */
import { PergolaError } from '../errors.ts';
import { newRecoveryCodes, recoveryCodeRows, useRecoveryCode } from './recovery-codes.ts';
import type { Seal } from './sealed.ts';
import type { AccountStore } from './session-adapter.ts';
import { isCode, newTotpSecret, timeStepOf, totpUri } from './totp.ts';

type Store = Pick<AccountStore, 'user' | 'totpSecret' | 'recoveryCode'>;

export interface SecondFactor {
  isOn(userId: string): Promise<boolean>;
  /** For the app; it counts once a code of it has been given. Throws CONFLICT when there is one already. */
  start(userId: string, email: string): Promise<{ secret: string; uri: string }>;
  /** The recovery codes, shown this once. Throws SIGN_IN_FAILED for a wrong code. */
  confirm(userId: string, code: string): Promise<string[]>;
  /** Throws SIGN_IN_FAILED for a wrong code. */
  stop(userId: string, code: string): Promise<void>;
  /** Passes those who have none. Throws SECOND_FACTOR_REQUIRED without a code, SIGN_IN_FAILED for a wrong one. */
  require(userId: string, code: string | null | undefined): Promise<void>;
}

interface Options {
  /** Of the secrets that the apps share with us: whoever reads the table alone must not make codes. */
  readonly seal: Seal;
  readonly now?: () => Date;
}

export function createSecondFactor(client: Store, { seal, now = () => new Date() }: Options): SecondFactor {
  const { totpSecret } = client;
  const find = (userId: string) => totpSecret.findUnique({ where: { userId } });

  /** Whether the code is right; then it is used up. */
  async function use(userId: string, code: string): Promise<boolean> {
    const row = await find(userId);
    if (!row) return false;
    // Recovery codes work even where the secret does not open, because the key of the configuration is another.
    if (!isCode(code)) return useRecoveryCode(client, { userId, code });
    const step = timeStepOf(code, seal.open(row.secret, userId), { after: row.lastTimeStep, now: now() });
    if (step === undefined) return false;
    // The update decides: whoever looked over a shoulder cannot use the code a second time, not even at the same moment.
    const { count } = await totpSecret.updateMany({
      where: { userId, secret: row.secret, lastTimeStep: { lt: step } },
      data: { lastTimeStep: step },
    });
    return count === 1;
  }

  const isOn = async (userId: string) => ((await find(userId))?.confirmedAt ?? null) !== null;

  return {
    isOn,

    async start(userId, email) {
      if (await isOn(userId)) throw alreadyOn();
      const secret = newTotpSecret();
      const sealed = seal.close(secret, userId);
      await totpSecret.upsert({
        where: { userId },
        create: { userId, secret: sealed },
        update: { secret: sealed, lastTimeStep: 0 },
      });
      return { secret, uri: totpUri(secret, email) };
    },

    async confirm(userId, code) {
      if (await isOn(userId)) throw alreadyOn();
      if (!(await use(userId, code))) throw codeWrong();
      const codes = newRecoveryCodes();
      await client.user.update({
        where: { id: userId },
        data: {
          totpSecret: { update: { confirmedAt: now() } },
          recoveryCodes: { deleteMany: {}, create: recoveryCodeRows(codes) },
        },
        select: { id: true },
      });
      return codes;
    },

    async stop(userId, code) {
      if (!(await use(userId, code))) throw codeWrong();
      await client.user.update({
        where: { id: userId },
        data: { totpSecret: { delete: true }, recoveryCodes: { deleteMany: {} } },
        select: { id: true },
      });
    },

    async require(userId, code) {
      if (!(await isOn(userId))) return;
      if (!code) throw codeMissing();
      if (!(await use(userId, code))) throw codeWrong();
    },
  };
}

const codeMissing = () =>
  new PergolaError(
    'SECOND_FACTOR_REQUIRED',
    'This account asks for a code as well.',
    'Give one of the authenticator app, or a recovery code.',
    'code',
  );

const codeWrong = () =>
  new PergolaError('SIGN_IN_FAILED', 'The code is not right, or was used already.', 'Wait for the next one.', 'code');

const alreadyOn = () =>
  new PergolaError('CONFLICT', 'There is a second factor already.', 'Stop it first, with a code of it.');
