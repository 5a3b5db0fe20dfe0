import { createSocket } from 'node:dgram';
import { familyOf } from '../address/family.js';

/**
 * Where libc cannot be called: the address this host would send from to reach `address`, by its routing table, or
 * `source` if it can: connecting a UDP socket asks the kernel without sending a packet. Rejects with the system's error
 * when there is no route (ENETUNREACH, EHOSTUNREACH, EACCES) or the source is not this host's (of bind).
 */
export function sourceFor(address: string, source: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(familyOf(address) === 6 ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.once('connect', () => {
      const source = socket.address().address;
      socket.close();
      resolve(source);
    });
    // Any port will do; 443 is what the trace is about. A callback here would be given the error that "error" is for.
    const connect = () => socket.connect(443, address);
    if (source === null) connect();
    else socket.bind(0, source, connect);
  });
}
