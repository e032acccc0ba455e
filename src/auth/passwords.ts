/** Passwords as argon2id hashes, with OWASP's parameters, and never more than two being hashed at a time. */
import { hash as argon2Hash, parseOptions, verify as argon2Verify } from '@node-rs/argon2';
import { badInput, PergolaError } from '../errors.ts';
import { isCommonPassword } from './common-passwords.ts';

/** Beyond this a password is refused before it is normalised or hashed. */
export const maxPasswordBytes = 1024;

const minPasswordLength = 8;

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const saltBytes = 16;

/** No password is known to give this hash. Its cost is that of a new hash, because it is spelt from the same parameters. */
const dummyHash = [
  '$argon2id$v=19',
  `m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}`,
  unpaddedBase64(Buffer.alloc(saltBytes, 'pergola')),
  unpaddedBase64(Buffer.alloc(parameters.outputLen, 'nobody')),
].join('$');

/**
 * A PHC string such as `$argon2id$v=19$m=19456,t=2,p=1$...`.
 * Throws BAD_INPUT for a password beyond `maxPasswordBytes`, TOO_MANY_REQUESTS when too many are waiting.
 */
export async function hashPassword(password: string): Promise<string> {
  const bytes = passwordBytes(password);
  return inTurn(() => argon2Hash(bytes, parameters));
}

/**
 * Whether the password gives this hash. Null stands for a user who is unknown or has no password.
 * Throws as `hashPassword` does, whatever the hash is.
 */
export async function verifyPassword(hash: string | null, password: string): Promise<boolean> {
  const bytes = passwordBytes(password);
  const known = hash !== null && isReadable(hash);
  // Not `if (!known) return false` here: an unknown user would then be answered much sooner than a known one.
  const matches = await inTurn(() => argon2Verify(known ? hash : dummyHash, bytes));
  return known && matches;
}

/** Whether a hash is weaker than a new one would be. A stronger one is left as it is. */
export function needsRehash(hash: string): boolean {
  if (!hash.startsWith('$argon2id$v=19$') || !isReadable(hash)) return true;
  const { memoryCost, timeCost, outputLen, saltLen } = parseOptions(hash);
  const weakerCost = memoryCost < parameters.memoryCost || timeCost < parameters.timeCost;
  return weakerCost || outputLen < parameters.outputLen || saltLen < saltBytes;
}

/**
 * What a new password must have. Old ones are not asked: they sign in until they are changed. Throws BAD_INPUT, without
 * the password. Ask it before the account is looked up, so that its answer is the same for every account.
 */
export function checkNewPassword(password: string): void {
  // First: nothing walks through a megabyte.
  const text = normalize(password);
  if ([...password].length < minPasswordLength)
    throw badInput(`The password has fewer than ${minPasswordLength} characters.`, 'Use a longer one.', 'password');
  if (isCommonPassword(text, minPasswordLength))
    throw badInput(
      'The password is one of those that are guessed first.',
      'Use another one, such as a few words that have nothing to do with each other.',
      'password',
    );
}

const passwordBytes = (password: string): Uint8Array => Buffer.from(normalize(password));

/** The same password typed on two keyboards may differ in code points, hence NFKC. All bytes count, not the first 72 as in bcrypt. */
function normalize(password: string): string {
  // Both checks are needed: the first keeps a megabyte from being normalised, and NFKC can make a text 18 times as long.
  refuseBeyondLimit(Buffer.byteLength(password));
  const text = password.normalize('NFKC');
  refuseBeyondLimit(Buffer.byteLength(text));
  return text;
}

function refuseBeyondLimit(length: number): void {
  if (length <= maxPasswordBytes) return;
  throw badInput(`The password has ${length} bytes.`, `Use one of at most ${maxPasswordBytes} bytes.`);
}

function isReadable(hash: string): boolean {
  try {
    parseOptions(hash);
    return true;
  } catch {
    return false;
  }
}

function unpaddedBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

// Each hash takes 19 MB and one of libuv's four threads for tens of milliseconds. Without a limit a flood of sign-ins
// would starve the file system and the memory, and without a bound on the queue it would hold every request.
const maxRunning = 2;
const maxWaiting = 50;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running < maxRunning) {
    running += 1;
  } else {
    if (waiting.length >= maxWaiting) {
      throw new PergolaError(
        'TOO_MANY_REQUESTS',
        `${maxWaiting} passwords are waiting to be checked.`,
        'Try again in a few seconds.',
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  try {
    return await work();
  } finally {
    // The place passes to the next in the queue and is not freed in between, or a newcomer could take it too.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
