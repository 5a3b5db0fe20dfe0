import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Reply, Request } from '../protocol.js';

/**
 * Answers requests on a Unix socket, one after the other. A reply is sent when the change has been made.
 */
export async function serveControl(
  path: string,
  handle: (request: Request) => Promise<Reply>,
): Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  // The sender closes its half after the request; the reply still goes the other way.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (text) => {
      received += text;
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      last = last.then(async () => socket.end(JSON.stringify(await answer(received, handle))));
    });
  });
  server.listen(path);
  await once(server, 'listening');
}

async function answer(received: string, handle: (request: Request) => Promise<Reply>): Promise<Reply> {
  try {
    return await handle(JSON.parse(received) as Request);
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
