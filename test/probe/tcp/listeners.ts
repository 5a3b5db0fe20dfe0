import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Test } from 'tap';

/** A listener on loopback that is closed, with all its connections, when the test ends. */
export async function listen(
  t: Test,
  onConnection: (socket: Socket) => void,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<{ port: number; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: portOf(server), server };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the listener has no port');
  return (address satisfies AddressInfo).port;
}

/**
 * A listener whose accept queue is full, so that the kernel drops every further SYN. A blocked thread owns it. Linux
 * queues one connection more than the backlog (sk_acceptq_is_full).
 */
export async function listenSilently(t: Test, host = '127.0.0.1'): Promise<{ port: number }> {
  const release = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const net = require('node:net');
     const server = net.createServer((socket) => socket.destroy());
     server.listen({ host: '${host}', port: 0, backlog: 1 }, () => {
       const { port } = server.address();
       const fillers = [0, 1].map(() => net.connect({ host: '127.0.0.1', port }));
       // connect(2) is called on the next tick, and over loopback the handshake is complete when it returns.
       setImmediate(() => {
         parentPort.postMessage(port);
         Atomics.wait(workerData, 0, 0);
         for (const filler of fillers) filler.destroy();
         server.close();
       });
     });`,
    { eval: true, execArgv: [], workerData: release },
  );
  t.teardown(async () => {
    Atomics.store(release, 0, 1);
    Atomics.notify(release, 0);
    await worker.terminate();
  });
  const [port] = await once(worker, 'message');
  return { port: Number(port) };
}

/**
 * A listener in another thread that resets each connection. `resets` counts them; this thread can wait on it.
 */
export async function listenAndReset(t: Test): Promise<{ port: number; resets: Int32Array }> {
  const resets = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const net = require('node:net');
     const server = net.createServer((socket) => {
       socket.resetAndDestroy();
       socket.on('close', () => {
         Atomics.add(workerData, 0, 1);
         Atomics.notify(workerData, 0);
       });
     });
     server.listen({ host: '127.0.0.1', port: 0 }, () => parentPort.postMessage(server.address().port));`,
    { eval: true, execArgv: [], workerData: resets },
  );
  t.teardown(() => worker.terminate());
  const [port] = await once(worker, 'message');
  return { port: Number(port), resets };
}

/** Number of open sockets of Node. A closed one counts until the end of the event loop's turn. */
export async function openSockets(): Promise<string[]> {
  for (const _turn of [1, 2]) await new Promise(setImmediate);
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
}

/** Number of open sockets of this process, Node's and libc's. A closed one counts until the end of the event loop's turn. */
export async function socketCount(): Promise<number> {
  for (const _turn of [1, 2]) await new Promise(setImmediate);
  return readdirSync('/proc/self/fd').filter(isSocket).length;
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:');
  } catch {
    // The descriptor of the directory itself.
    return false;
  }
}
