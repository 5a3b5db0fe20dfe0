import { createSocket } from 'node:dgram';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { decode, encode } from 'dns-packet';
import { authorityPem, identities } from '../probe/tls/certificates.js';

/**
 * The other end of a soak, a process of its own, so that its memory is not measured: a DNS server at 127.0.0.1 port 53, an
 * HTTPS server, a service that closes each connection, and a port that nothing listens on. Prints the ports as JSON.
 */

/** Answers A of every name with 127.0.0.1, nothing else, and no name that begins with `no`. */
const dns = createSocket('udp4', (message, from) => {
  const { id = 0, questions = [] } = decode(message);
  const name = questions[0]?.name ?? '';
  const isAbsent = name.startsWith('no');
  const reply = encode({
    type: 'response',
    id,
    // Recursion desired and available; rcode 3 is NXDOMAIN.
    flags: 0x0180 | (isAbsent ? 3 : 0),
    questions,
    answers: questions[0]?.type === 'A' && !isAbsent ? [{ type: 'A', name, ttl: 60, data: '127.0.0.1' }] : [],
  });
  dns.send(reply, from.port, from.address);
});
dns.bind(53, '127.0.0.1');

const { certificate, key } = identities.valid;
const https = createHttpsServer({ cert: certificate, key }, (_request, response) => {
  response.setHeader('x-amzn-requestid', '00000000-0000-0000-0000-000000000000');
  response.end('{"message":"ok"}');
});
const closing = createTcpServer((socket) => socket.on('error', () => {}).end());
const gone = createTcpServer();

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ports = { https: await listen(https), closing: await listen(closing), closed: await listen(gone) };
gone.close();
process.stdout.write(`${JSON.stringify({ ...ports, authority: authorityPem })}\n`);
// The parent ends it.
process.stdin.on('end', () => process.exit()).resume();
