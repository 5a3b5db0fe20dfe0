/** What pprobe reads of struct tcp_info (<linux/tcp.h>), whose beginning has not changed since Linux 2.6. */
export interface TcpInfo {
  /** The handshake is under way. */
  isConnecting: boolean;
  /** An error has ended it. Neither: it stands, or stood until the peer closed its side (CLOSE_WAIT). */
  isClosed: boolean;
  /** The handshake's round trip as the kernel measured it, milliseconds. */
  rttMs: number;
  /** What the peer agreed to in its SYN-ACK. */
  timestamps: boolean;
  sackPermitted: boolean;
  ecn: boolean;
  /** The shift count of the peer's window; null when it offered none. */
  windowScale: number | null;
  /** SYNs or segments sent again, all together. */
  retransmits: number;
  /** Of those now under way, how many this host let out: 0 behind a retransmission that its own firewall dropped. */
  retransmitsOut: number;
}

const synSent = 2;
const synReceived = 3;
const closed = 7;

/**
 * Reads TCP_INFO's answer. Offsets: state 0, options 5, window scales 6, retransmissions
 * under way 36 and ever 100, round trip 68 (microseconds).
 */
export function decodeTcpInfo(bytes: Buffer): TcpInfo {
  const options = bytes.readUInt8(5);
  const state = bytes.readUInt8(0);
  return {
    isConnecting: state === synSent || state === synReceived,
    isClosed: state === closed,
    rttMs: bytes.readUInt32LE(68) / 1000,
    timestamps: (options & 1) !== 0,
    sackPermitted: (options & 2) !== 0,
    windowScale: (options & 4) === 0 ? null : bytes.readUInt8(6) & 0xf,
    ecn: (options & 8) !== 0,
    retransmits: bytes.readUInt32LE(100),
    retransmitsOut: bytes.readUInt32LE(36),
  };
}
