/** HTTP byte by byte, for what no client would send. */
import { connect, type Socket } from 'node:net';

export interface RawConnection extends Disposable {
  readonly socket: Socket;
  send(text: string): void;
  /** Everything that came, once the other side has closed. */
  readonly closed: Promise<string>;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  // A reset is one of the ways in which a server closes: `once` of node:events would fail with it.
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
  return {
    socket,
    closed,
    send: (more) => void socket.write(more),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** The status line's number, or `closed` without an answer. */
export function statusOf(text: string): number | 'closed' {
  const match = /^HTTP\/1\.1 (\d+)/.exec(text);
  return match ? Number(match[1]) : 'closed';
}
