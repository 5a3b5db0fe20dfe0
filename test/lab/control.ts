import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Keeper } from './enter.js';
import { files, type Reply, type Request } from './protocol.js';

/**
 * The keeper's socket, by way of its working directory, which is the lab's: a Unix socket's path has room for 107
 * bytes (unix(7)), and a temporary directory's alone may be longer.
 */
function socketOf({ pid }: Keeper): string {
  return `/proc/${pid}/cwd/${files.control}`;
}

/**
 * Asks a lab's keeper, and gives what is broken after that.
 * @throws Error with the keeper's reason, or ENOENT / ECONNREFUSED where there is no keeper.
 */
export async function askKeeper(keeper: Keeper, request: Request): Promise<string | null> {
  const socket = connect(socketOf(keeper));
  socket.end(JSON.stringify(request));
  const reply = JSON.parse(await text(socket)) as Reply;
  if (!reply.ok) throw new Error(reply.error);
  return reply.fault;
}

/** Resolves when the keeper has ended, by whatever cause: the connection it never closes is then closed. */
export async function keeperGone(keeper: Keeper): Promise<void> {
  const socket = connect(socketOf(keeper)).on('error', () => {});
  socket.resume().unref();
  await new Promise((resolve) => socket.once('close', resolve));
}
