import { connect } from 'node:net';
import { nowMs } from '../../core/clock.js';
import type { ServerAddress } from '../../target/server.js';
import {
  type ExchangeLimits,
  judgePacket,
  type OpenExchange,
  runExchange,
  type TimedExchange,
} from './exchange.js';
import type { Query } from './query.js';

const lengthOctets = 2;

/**
 * Sends a query over a connection of its own and reads its reply, in whatever pieces it comes (RFC 7766 section 8).
 * The deadline covers the connection and the reply together, so octets that trickle in prolong nothing. A server that
 * closes before a whole reply ends the exchange as an error: errno `EOF`, or `ECONNRESET` if it reset the connection.
 */
export function askTcp(server: ServerAddress, query: Query, limits: ExchangeLimits): Promise<TimedExchange> {
  const open = ({ sent, settle, fail }: OpenExchange): (() => void) => {
    const socket = connect({
      host: server.address,
      port: server.port,
      ...(limits.source === undefined ? {} : { localAddress: limits.source }),
    });
    // The SYN leaves at the end of this turn.
    sent();
    const messages = new LengthPrefixed();
    socket.on('connect', () => {
      const length = Buffer.alloc(lengthOctets);
      length.writeUInt16BE(query.message.length);
      // In one write: some servers read the length alone and give up (RFC 7766 section 8).
      socket.write(Buffer.concat([length, query.message]));
    });
    socket.on('data', (piece) => {
      const atMs = nowMs();
      for (const message of messages.push(piece)) {
        const exchange = judgePacket(message, query, limits);
        // A reply that says over TCP that it was truncated cannot be had any better.
        if (exchange?.outcome === 'truncated')
          settle({ outcome: 'malformed', detail: 'truncated over TCP' }, atMs);
        else if (exchange !== null) settle(exchange, atMs);
      }
    });
    socket.on('error', fail);
    socket.on('end', () => settle({ outcome: 'error', errno: 'EOF' }));
    return () => socket.destroy();
  };
  return runExchange(limits, open);
}

/** Puts the pieces of a stream together into messages, each behind its length in two octets. */
class LengthPrefixed {
  #pieces: Buffer[] = [];
  #held = 0;
  /** Octets without which looking at the pieces again is in vain: joining them at each would cost their square. */
  #needed = lengthOctets;

  /** Takes the next piece and gives the messages that it completed. */
  push(piece: Buffer): Buffer[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held < this.#needed) return [];
    const joined = Buffer.concat(this.#pieces);
    const messages: Buffer[] = [];
    let start = 0;
    for (;;) {
      const left = joined.length - start;
      this.#needed = left < lengthOctets ? lengthOctets : lengthOctets + joined.readUInt16BE(start);
      if (left < this.#needed) break;
      messages.push(joined.subarray(start + lengthOctets, start + this.#needed));
      start += this.#needed;
    }
    this.#pieces = [joined.subarray(start)];
    this.#held = joined.length - start;
    return messages;
  }
}
