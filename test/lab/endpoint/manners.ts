import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { names } from '../facts.js';

/**
 * How the endpoint, or what stands before it, behaves in a handshake. `old`: TLS 1.1 at most. `silent`: takes the
 * ClientHello and says nothing. `closes`: ends the connection when it has it. `filters-name`: resets the connection where
 * the ClientHello names the API, as an inspecting firewall does.
 */
export type TlsManners = 'proper' | 'old' | 'silent' | 'closes' | 'filters-name';

export function tlsOptionsOf(manners: TlsManners): TlsOptions {
  return manners === 'old'
    ? { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }
    : { minVersion: 'TLSv1.2' };
}

/** Does to a connection what the manners say; `goOn` where the handshake is to be. */
export function withManners(manners: TlsManners, socket: Socket, goOn: () => void): void {
  switch (manners) {
    case 'proper':
    case 'old':
      goOn();
      break;
    case 'silent':
      socket.resume();
      break;
    case 'closes':
      socket.once('data', () => socket.end());
      break;
    case 'filters-name':
      socket.once('data', (hello) => {
        if (hello.includes(names.api)) socket.resetAndDestroy();
        else {
          socket.pause();
          socket.unshift(hello);
          goOn();
        }
      });
      break;
  }
}
