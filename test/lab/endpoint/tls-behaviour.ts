import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { names } from '../facts.js';

/**
 * How the endpoint, or a device in front of it, behaves in a TLS handshake. `old`: TLS 1.1 at most. `silent`: reads the
 * ClientHello and sends nothing. `closes`: closes the connection after the ClientHello. `filters-name`: resets a connection
 * whose ClientHello contains the API's name, as an inspecting firewall does.
 */
export type TlsBehaviour = 'proper' | 'old' | 'new' | 'silent' | 'closes' | 'filters-name';

export function tlsOptionsOf(behaviour: TlsBehaviour): TlsOptions {
  if (behaviour === 'new') return { minVersion: 'TLSv1.3' };
  return behaviour === 'old'
    ? { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }
    : { minVersion: 'TLSv1.2' };
}

/** Applies the behaviour to a connection; calls `goOn` if the handshake continues. */
export function applyBehaviour(behaviour: TlsBehaviour, socket: Socket, goOn: () => void): void {
  switch (behaviour) {
    case 'proper':
    case 'old':
    case 'new':
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
