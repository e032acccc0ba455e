/** Builds that lack one part each of what looks after passwords. */
import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { setPassword } from '../../../../src/auth/change-password.ts';
import { createMailedLinks } from '../../../../src/auth/mailed-links.ts';
import { hashPassword } from '../../../../src/auth/passwords.ts';
import { signInFailed } from '../../../../src/auth/sign-in.ts';
import { withContext, withSessions, type WeakenedBuild } from './weakened-build.ts';

/** As bcrypt does. */
const cut = (password: string) => Buffer.from(password).subarray(0, 72).toString();

export const weakenedAccounts: Readonly<Record<string, WeakenedBuild>> = {
  'checks the passwords of those only whom it knows': withContext(({ session }, _, { platform }) => ({
    session: {
      ...session,
      async signIn(email, password, code) {
        const known = await platform.database.unguarded.user.count({ where: { email } });
        if (known === 0) throw signInFailed();
        return session.signIn(email, password, code);
      },
    },
  })),
  'knows no device of its users': withSessions((sessions) => {
    sessions.hasOne = () => Promise.resolve(false);
  }),
  'cuts passwords after 72 bytes': withContext(({ session, account }) => ({
    session: { ...session, signIn: (email, password, code) => session.signIn(email, cut(password), code) },
    account: { ...account, changePassword: (current, next) => account.changePassword(cut(current), cut(next)) },
  })),
  'keeps old hashes': withContext(({ session }, _, { platform }) => ({
    session: {
      ...session,
      async signIn(email, password, code) {
        const { user } = platform.database.unguarded;
        const before = await user.findUniqueOrThrow({ where: { email } });
        const started = await session.signIn(email, password, code);
        await user.update({ where: { email }, data: { passwordHash: before.passwordHash } });
        return started;
      },
    },
  })),
  'hashes as many passwords as come': withContext(({ session }) => ({
    session: {
      ...session,
      async signIn(_, password) {
        await argon2Verify(await dummy, password);
        throw signInFailed();
      },
    },
  })),
  'lets a link be used twice': withContext(({ mailbox }, _, { platform }) => ({
    mailbox: {
      ...mailbox,
      async resetPassword(token, password) {
        const { unguarded } = platform.database;
        const { userId } = await createMailedLinks(unguarded).look('reset-password', token);
        await setPassword(unguarded, { userId: userId ?? '', passwordHash: await hashPassword(password) });
      },
    },
  })),
};

const dummy = argon2Hash('a dummy');
