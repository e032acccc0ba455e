/** Links sent by e-mail: whoever has the secret in one reads that mailbox. */
import { PergolaError } from '../errors.ts';
import { hashSecret, randomHex } from './secrets.ts';
import type { AccountStore } from './session-adapter.ts';

export type LinkPurpose = 'sign-up' | 'reset-password';

export interface NewLink {
  purpose: LinkPurpose;
  email: string;
  /** Of a user to be. */
  name?: string;
  /** None for a user to be. */
  userId?: string;
}

export interface MailedLink {
  email: string;
  name: string | null;
  userId: string | null;
}

export interface MailedLinks {
  /** Null when one was made for this mailbox just now: nobody's mailbox is filled by asking again and again. */
  make(link: NewLink): Promise<string | null>;
  /** Throws LINK_INVALID, and leaves the link as it is. */
  look(purpose: LinkPurpose, secret: string): Promise<MailedLink>;
  /** Throws LINK_INVALID for whatever is not the secret of a link that is alive; of two at a time, one gets it. */
  use(purpose: LinkPurpose, secret: string): Promise<MailedLink>;
}

const secretBytes = 32;
const secretPattern = /^[0-9a-f]{64}$/;
const livesMilliseconds = 3_600_000;
const pauseMilliseconds = 60_000;

export function createMailedLinks(
  { mailedLink }: Pick<AccountStore, 'mailedLink'>,
  { now = () => new Date() }: { now?: () => Date } = {},
): MailedLinks {
  const ago = (milliseconds: number) => new Date(now().getTime() - milliseconds);

  async function look(purpose: LinkPurpose, secret: string): Promise<MailedLink> {
    // The secret comes from a caller: what has not its shape is not looked up.
    if (!secretPattern.test(secret)) throw linkInvalid();
    const row = await mailedLink.findUnique({ where: { id: hashSecret(secret) }, select: linkColumns });
    if (!row || row.purpose !== purpose || row.expiresAt <= now()) throw linkInvalid();
    const { email, name, userId } = row;
    return { email, name, userId };
  }

  async function make({ purpose, email, name, userId }: NewLink): Promise<string | null> {
    const recent = { email, purpose, createdAt: { gt: ago(pauseMilliseconds) } };
    if ((await mailedLink.count({ where: recent })) > 0) return null;
    // What nobody used is not kept. Those that are alive stay: or whoever asks again and again would spoil each link.
    await mailedLink.deleteMany({ where: { expiresAt: { lte: now() } } });
    const secret = randomHex(secretBytes);
    const [createdAt, expiresAt] = [now(), new Date(now().getTime() + livesMilliseconds)];
    const owner = { email, name: name ?? null, userId: userId ?? null };
    await mailedLink.create({ data: { id: hashSecret(secret), purpose, ...owner, createdAt, expiresAt } });
    return secret;
  }

  /** The last one under way for a mailbox: of two that look at once, neither would find the other's link. */
  const turns = new Map<string, Promise<unknown>>();
  async function inTurn<T>(mailbox: string, act: () => Promise<T>): Promise<T> {
    const mine = (turns.get(mailbox) ?? Promise.resolve()).then(act, act);
    turns.set(mailbox, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(mailbox) === mine) turns.delete(mailbox);
    }
  }

  return {
    look,
    make: (link) => inTurn(`${link.purpose} ${link.email}`, () => make(link)),

    async use(purpose, secret) {
      const link = await look(purpose, secret);
      // The delete decides, not the look: it is one statement, and counts for one of two callers.
      const { count } = await mailedLink.deleteMany({ where: { id: hashSecret(secret), purpose } });
      if (count === 0) throw linkInvalid();
      return link;
    },
  };
}

const linkColumns = { purpose: true, email: true, name: true, userId: true, expiresAt: true } as const;

/** Unknown, used and expired: the same error, to the letter. */
const linkInvalid = () =>
  new PergolaError('LINK_INVALID', 'This link is not valid, or not any more.', 'Ask for a new one.', 'token');
