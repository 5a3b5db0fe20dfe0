import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import { listen } from '../tcp/listeners.js';

export interface HttpListener {
  /** An open connection to it. */
  socket: Socket;
  /** The heads of the received requests. */
  requests: string[];
  /** Number of connections. */
  connections: () => number;
}

/**
 * A listener on loopback that answers requests with the given bytes, HTTP or not, and a connection to it. Several answers
 * are for several requests, in order.
 */
export async function serve(
  t: Test,
  ...answers: (string | Buffer | ((socket: Socket) => void))[]
): Promise<HttpListener> {
  const requests: string[] = [];
  let connections = 0;
  const { port } = await listen(t, (socket) => {
    connections += 1;
    socket.on('data', (bytes) => {
      const answer = answers[requests.length];
      requests.push(String(bytes));
      if (typeof answer === 'function') answer(socket);
      else if (answer !== undefined) socket.write(answer);
    });
  });
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  t.teardown(() => socket.destroy());
  return { socket, requests, connections: () => connections };
}

/** A response with Content-Length. */
export function response(status: string, headers: Record<string, string>, body = ''): string {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  return [`HTTP/1.1 ${status}`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');
}
