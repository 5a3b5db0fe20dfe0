import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Keeper } from './enter.js';
import { files, type Reply, type Request } from './protocol.js';

/**
 * The path of the keeper's socket, through the keeper's working directory, which is the lab's. The path of a Unix socket
 * has at most 107 bytes (unix(7)); that of a temporary directory can be longer.
 */
function socketOf({ pid }: Keeper): string {
  return `/proc/${pid}/cwd/${files.control}`;
}

/**
 * Sends a request to a lab's keeper, and returns the fault that is in force afterwards.
 * @throws Error with the keeper's reason, or with ENOENT or ECONNREFUSED if no keeper runs.
 */
export async function askKeeper(keeper: Keeper, request: Request): Promise<string | null> {
  const socket = connect(socketOf(keeper));
  socket.end(JSON.stringify(request));
  const reply = JSON.parse(await text(socket)) as Reply;
  if (!reply.ok) throw new Error(reply.error);
  return reply.fault;
}

/** Resolves when the keeper has ended: the kernel then closes the connection, which the keeper never closes itself. */
export async function keeperGone(keeper: Keeper): Promise<void> {
  const socket = connect(socketOf(keeper)).on('error', () => {});
  socket.resume().unref();
  await new Promise((resolve) => socket.once('close', resolve));
}
