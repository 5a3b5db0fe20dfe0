import { connect } from 'node:net';
import { nowMs } from '../../../core/clock.js';
import { type OpenExchange, readPacket, runExchange, type SendQuery } from './exchange.js';

/** Each message is preceded by its length in two octets (RFC 1035 section 4.2.2). */
const prefixLength = 2;

/**
 * Sends a query over a TCP connection of its own and reassembles the reply from the stream (RFC 7766 section 8). One
 * timeout covers the connection and the reply, so a server that sends octet by octet does not prolong it. If the server
 * closes the connection before a whole reply, the exchange ends as an error: errno `EOF`, or `ECONNRESET` after a reset.
 */
export const sendOverTcp: SendQuery = (server, query, limits) => {
  const open = ({ sent, settle, fail }: OpenExchange): (() => void) => {
    const socket = connect({
      host: server.address,
      port: server.port,
      ...(limits.source === undefined ? {} : { localAddress: limits.source }),
    });
    // Node sends the SYN at the end of this turn of the event loop.
    sent();
    const assembler = new MessageAssembler();
    socket.on('connect', () => {
      const prefix = Buffer.alloc(prefixLength);
      prefix.writeUInt16BE(query.message.length);
      // One write for both: some servers give up if the length comes in a segment of its own (RFC 7766 section 8).
      socket.write(Buffer.concat([prefix, query.message]));
    });
    socket.on('data', (chunk) => {
      const atMs = nowMs();
      for (const message of assembler.push(chunk)) {
        const exchange = readPacket(message, query, limits);
        // There is no further transport to which a reply that is truncated over TCP could send the query.
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
};

/** Reassembles length-prefixed messages from the chunks of a stream. */
class MessageAssembler {
  #chunks: Buffer[] = [];
  #held = 0;
  /** Octets needed before the chunks are joined again: joining them for each chunk would take quadratic time. */
  #needed = prefixLength;

  /** Takes the next chunk and returns the messages that it completes. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return [];
    const joined = Buffer.concat(this.#chunks);
    const messages: Buffer[] = [];
    let start = 0;
    for (;;) {
      const left = joined.length - start;
      this.#needed = left < prefixLength ? prefixLength : prefixLength + joined.readUInt16BE(start);
      if (left < this.#needed) break;
      messages.push(joined.subarray(start + prefixLength, start + this.#needed));
      start += this.#needed;
    }
    this.#chunks = [joined.subarray(start)];
    this.#held = joined.length - start;
    return messages;
  }
}
