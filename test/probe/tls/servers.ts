import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Test } from 'tap';
import type { Identity } from '../../lab/certificate/certificate.js';
import { listen, portOf } from '../tcp/listeners.js';

export interface TlsListener {
  port: number;
  /** The addresses of clients. */
  peers: (string | undefined)[];
  /** The names that clients sent in SNI. */
  names: string[];
}

/** A TLS server on loopback that is closed, with all its connections, when the test ends. */
export async function listenTls(
  t: Test,
  { certificate, key }: Identity,
  onConnection: (socket: TLSSocket) => void = () => {},
  options: TlsOptions = {},
): Promise<TlsListener> {
  const sockets = new Set<Socket>();
  const peers: (string | undefined)[] = [];
  const names: string[] = [];
  const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
    names.push(name);
    done(null);
  };
  const server = createServer({ cert: certificate, key, SNICallback, ...options }, (socket) => {
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  server.on('connection', (socket: Socket) => {
    peers.push(socket.remoteAddress);
    sockets.add(socket);
  });
  // Several tests have clients that abort the handshake.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: portOf(server), peers, names };
}

/**
 * A middlebox in front of a listener. It forwards everything until the test changes the client's connection.
 */
export async function listenBetween(t: Test, port: number): Promise<{ port: number; clients: Socket[] }> {
  const clients: Socket[] = [];
  const between = await listen(t, (client) => {
    clients.push(client);
    const server = connect({ host: '127.0.0.1', port });
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  });
  return { port: between.port, clients };
}
