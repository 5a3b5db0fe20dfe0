import { handshake } from '../../src/probe/tls/handshake.js';
import { identities, serverName } from '../probe/tls/certificates.js';

/**
 * Run in an environment of a test's own: shakes hands with a port of this host, an authority of no use added,
 * and prints the status.
 */
const { document, socket } = await handshake(
  { address: '127.0.0.1', port: Number(process.argv[2]), serverName },
  { ca: identities.selfSigned.certificate },
);
socket?.destroy();
process.stdout.write(document.status);
