/** What a SYN or SYN-ACK offers in its options (RFC 9293 section 3.2, RFC 7323, RFC 2018). */
export interface TcpOptions {
  /** Maximum segment size, octets; null when not offered. */
  mss: number | null;
  /** Shift count; null when not offered. */
  windowScale: number | null;
  sackPermitted: boolean;
  timestamps: boolean;
}

const endOfList = 0;
const noOperation = 1;

/**
 * Reads the options of a TCP header, which stand from octet 20 to `headerLength`. Options of a wrong length are passed
 * over; where a length lies beyond the header reading ends with what was known before.
 */
export function decodeTcpOptions(segment: Uint8Array, headerLength: number): TcpOptions {
  const options: TcpOptions = { mss: null, windowScale: null, sackPermitted: false, timestamps: false };
  const end = Math.min(headerLength, segment.length);
  for (let at = 20; at < end; ) {
    const kind = segment[at];
    if (kind === endOfList) break;
    if (kind === noOperation) {
      at += 1;
      continue;
    }
    const length = segment[at + 1] ?? 0;
    if (length < 2 || at + length > end) break;
    if (kind === 2 && length === 4) options.mss = ((segment[at + 2] ?? 0) << 8) | (segment[at + 3] ?? 0);
    else if (kind === 3 && length === 3) options.windowScale = segment[at + 2] ?? null;
    else if (kind === 4 && length === 2) options.sackPermitted = true;
    else if (kind === 8 && length === 10) options.timestamps = true;
    at += length;
  }
  return options;
}
