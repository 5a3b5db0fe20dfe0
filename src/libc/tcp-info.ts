/** What pprobe reads of struct tcp_info (<linux/tcp.h>), whose beginning has not changed since Linux 2.6. */
export interface TcpInfo {
  isEstablished: boolean;
  /** The handshake's round trip as the kernel measured it, milliseconds. */
  rttMs: number;
  /** What the peer agreed to in its SYN-ACK. */
  timestamps: boolean;
  sackPermitted: boolean;
  ecn: boolean;
  /** The shift count of the peer's window; null when it offered none. */
  windowScale: number | null;
}

const established = 1;

/** Reads TCP_INFO's answer. Offsets: state 0, options 5, window scales 6, round trip 68 (microseconds). */
export function decodeTcpInfo(bytes: Buffer): TcpInfo {
  const options = bytes.readUInt8(5);
  return {
    isEstablished: bytes.readUInt8(0) === established,
    rttMs: bytes.readUInt32LE(68) / 1000,
    timestamps: (options & 1) !== 0,
    sackPermitted: (options & 2) !== 0,
    windowScale: (options & 4) === 0 ? null : bytes.readUInt8(6) & 0xf,
    ecn: (options & 8) !== 0,
  };
}
