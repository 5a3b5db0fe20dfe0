import { CapabilityError } from '../../core/errors.js';

/** What a host that has run out of something says, as the CapabilityError it is; null for any other error. */
export function exhaustion(cause: unknown): CapabilityError | null {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'EMFILE' || code === 'ENFILE') {
    const whose = code === 'EMFILE' ? 'This process has' : 'This host has';
    return new CapabilityError(
      'file descriptors',
      `${whose} no file descriptor left for the trace's sockets (${code}).`,
      code === 'EMFILE' ? 'ulimit -n 4096' : 'sysctl fs.file-max',
      { cause },
    );
  }
  if (code !== 'ENOBUFS' && code !== 'ENOMEM') return null;
  return new CapabilityError('memory', `The kernel has no memory for the trace's sockets (${code}).`, null, {
    cause,
  });
}

/** Gives node itself the one capability, so that pprobe needs no sudo. */
const remedy = `sudo setcap cap_net_raw+ep ${process.execPath}`;

/** What a host says that opens no raw socket for us. */
export function lacksRawSockets(cause: unknown): CapabilityError {
  return new CapabilityError(
    'CAP_NET_RAW',
    'Raw sockets need CAP_NET_RAW, which this process does not have: run it with sudo, or grant node the capability.',
    remedy,
    { cause },
  );
}

/**
 * The errno for an ICMP unreachable that this host sent to itself: its neighbour did not resolve, or its own firewall
 * rejected the packet. Nothing of that is an answer of the network.
 */
export function localErrno(family: 4 | 6, { type, code }: { type: number; code: number }): string {
  const isNetwork = code === 0;
  // RFC 792: host unreachable; RFC 4443: address unreachable. Linux sends them when neighbour discovery fails.
  const isHost = family === 4 ? code === 1 : code === 3;
  if (type !== (family === 4 ? 3 : 1)) return 'EMSGSIZE';
  if (isNetwork) return 'ENETUNREACH';
  return isHost ? 'EHOSTUNREACH' : 'EPERM';
}
