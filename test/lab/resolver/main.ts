import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Socket } from 'node:net';
import { serveConfigurations } from '../serve.js';
import { answerTo } from './answer.js';
import type { ResolverConfig } from './zone.js';

/** The lab's resolver process: DNS over UDP and TCP on port 53 of each of its addresses. */

const port = 53;
let config: ResolverConfig | null = null;
const listening = new Set<string>();

serveConfigurations<ResolverConfig>(async (next) => {
  config = next;
  await Promise.all(next.addresses.filter((address) => !listening.has(address)).map(listen));
});

async function listen(address: string): Promise<void> {
  listening.add(address);
  // Bound to the address itself: a socket on the wildcard would answer from whichever address the route prefers.
  const udp = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  udp.on('message', (message, from) => {
    const reply = config && answerTo(config, message, 'udp');
    if (reply) udp.send(reply, from.port, from.address);
  });
  const tcp = createServer(serveStream);
  udp.bind(port, address);
  tcp.listen(port, address);
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
}

/** RFC 1035 section 4.2.2: each message after its length in two bytes; several may share a connection (RFC 7766). */
function serveStream(socket: Socket): void {
  let received = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 2) {
      const end = 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const reply = config && answerTo(config, received.subarray(2, end), 'tcp');
      received = received.subarray(end);
      if (!reply) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
  });
  socket.on('error', () => socket.destroy());
}
