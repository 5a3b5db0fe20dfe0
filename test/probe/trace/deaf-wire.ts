import type { Wire, WireListener } from '../../../src/net/wire/wire.js';
import { VirtualClock } from '../../simulation/virtual-clock.js';

export const input = { host: 'h.test', address: '203.0.113.10', port: 443, resolution: null };

/** A wire without replies, which records how it is used. */
export function deafWire() {
  const wire = { sent: 0, isClosed: false, listener: null as WireListener | null };
  const clock = new VirtualClock();
  return {
    wire,
    world: {
      clock,
      async openWire(listener: WireListener): Promise<Wire> {
        wire.listener = listener;
        return {
          method: 'syn',
          source: '10.0.1.10',
          send: () => {
            wire.sent += 1;
          },
          receive: () => {},
          silentNeighbour: () => null,
          close: () => {
            wire.isClosed = true;
          },
        };
      },
    },
    clock,
  };
}
