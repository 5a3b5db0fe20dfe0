import { handshake } from '../../src/probe/tls/handshake.js';
import { identities, serverName } from '../probe/tls/certificates.js';

/**
 * A program for trust-store.test.ts, which runs it with other environment variables: makes a TLS handshake with a port of
 * this host, with an unrelated authority in addition, and prints the status.
 */
const { document, socket } = await handshake(
  { address: '127.0.0.1', port: Number(process.argv[2]), serverName },
  { ca: identities.selfSigned.certificate },
);
socket?.destroy();
process.stdout.write(document.status);
