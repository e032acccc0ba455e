import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { PergolaError } from '../errors.ts';

/** Bytes read at once. */
const chunkBytes = 1 << 16;

/**
 * The bytes of a file or a stream as UTF-8 without a byte order mark: gzip is opened, UTF-16 with its mark is converted.
 *
 * @param onRead told of each chunk, before it is opened.
 * @throws IMPORT_BAD_FILE for an archive, for broken gzip, and for what is not UTF-8, with its offset.
 */
export async function* readUtf8(input: string | Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const raw = typeof input === 'string' ? createReadStream(input, { highWaterMark: chunkBytes }) : input;
  const counted = count(raw, onRead);
  const [head, all] = await peek(counted);
  if (isArchive(head)) throw badFile('The file is an archive.', 'Unpack it, and give the file that is in it.');
  if (!isGzip(head)) return yield* toUtf8(head, all);
  const [inner, opened] = await peek(gunzip(all));
  // What is packed twice is not a mistake of somebody who has rows to bring.
  if (isGzip(inner) || isArchive(inner)) throw badFile('The file is packed twice.', 'Unpack it once.');
  yield* toUtf8(inner, opened);
}

const isGzip = (head: Buffer) => head[0] === 0x1f && head[1] === 0x8b;

/** ZIP, 7z, RAR, xz, zstd, bzip2. An archive may hold anything, and any number of it. */
const archives = ['504b0304', '504b0506', '377abcaf', '52617221', 'fd377a58', '28b52ffd', '425a68'];
const isArchive = (head: Buffer) => {
  const start = head.toString('hex', 0, 4);
  return archives.some((mark) => start.startsWith(mark)) || head.toString('latin1', 257, 262) === 'ustar';
};

async function* count(input: AsyncIterable<unknown>, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array);
    onRead(bytes.length);
    yield bytes;
  }
}

const headBytes = 512;

/** The first bytes, and all of them. */
async function peek(input: AsyncGenerator<Buffer>): Promise<[Buffer, AsyncGenerator<Buffer>]> {
  let head: Buffer = Buffer.alloc(0);
  let done = false;
  while (!done && head.length < headBytes) {
    const next = await input.next();
    if (next.done) done = true;
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* whole() {
    if (head.length > 0) yield head;
    if (!done) yield* input;
  }
  return [head, whole()];
}

async function* gunzip(input: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const opener = createGunzip({ chunkSize: chunkBytes });
  pipeline(input, opener, () => {});
  try {
    for await (const chunk of opener as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (error instanceof PergolaError) throw error;
    throw badFile('The file is broken gzip.', 'Pack it again.');
  }
}

async function* toUtf8(head: Buffer, input: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const mark = head.toString('hex', 0, 3);
  if (mark.startsWith('fffe')) return yield* fromUtf16(input, 'utf-16le');
  if (mark.startsWith('feff')) return yield* fromUtf16(input, 'utf-16be');
  let skip = mark === 'efbbbf' ? 3 : 0;
  let offset = skip;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    let bytes = skip > 0 ? chunk.subarray(skip) : chunk;
    skip = 0;
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes]);
    const whole = bytes.subarray(0, endOfWhole(bytes));
    rest = bytes.subarray(whole.length);
    refuseOther(whole, offset);
    offset += whole.length;
    if (whole.length > 0) yield whole;
  }
  refuseOther(rest, offset);
}

/** Where a character that the chunk cuts in two begins, if its last one is; at most three bytes from the end. */
function endOfWhole(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Not replaced by U+FFFD, as a decoder would by default: the rows would hold something else than the file. */
function refuseOther(bytes: Buffer, offset: number): void {
  if (isUtf8(bytes)) return;
  // By halves: the longest start that is UTF-8 ends where the wrong byte is.
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, endOfWhole(bytes.subarray(0, middle))))) good = middle;
    else bad = middle;
  }
  // What was taken for the beginning of a character is the wrong byte itself.
  const at = offset + endOfWhole(bytes.subarray(0, good));
  throw badFile(`The file is not UTF-8: byte ${at} is part of no character.`, 'Save it as UTF-8.');
}

async function* fromUtf16(input: AsyncGenerator<Buffer>, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  const decode = (act: () => string) => {
    try {
      return Buffer.from(act());
    } catch {
      throw badFile(`The file is not UTF-16: something after byte ${offset} is no character.`, 'Save it as UTF-8.');
    }
  };
  for await (const chunk of input) {
    const bytes = decode(() => decoder.decode(chunk, { stream: true }));
    offset += chunk.length;
    if (bytes.length > 0) yield bytes;
  }
  const last = decode(() => decoder.decode());
  if (last.length > 0) yield last;
}

const badFile = (fact: string, remedy: string) => new PergolaError('IMPORT_BAD_FILE', fact, remedy);
