import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

// Ports of 127.0.0.1 that refuse until this process ends. A port that is only free at the moment may be given to a server of
// another test before it is asked. These ports are taken, by sockets that belong to one peer and answer nobody else.

/** A TCP port that refuses: the local end of a connection. */
export async function closedTcpPort(): Promise<number> {
  const server = createServer((socket) => socket.unref().on('error', () => {})).unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const client = connect({ host: '127.0.0.1', port: address.port });
  await once(client, 'connect');
  client.unref().on('error', () => {});
  if (client.localPort === undefined) throw new Error('the connection has no local port');
  return client.localPort;
}

/** A UDP port that refuses: that of a socket that is connected to port 9, so the kernel gives it no other datagram. */
export async function closedUdpPort(): Promise<number> {
  const socket = createSocket('udp4').unref();
  socket.on('error', () => {});
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.connect(9, '127.0.0.1');
  await once(socket, 'connect');
  return socket.address().port;
}
