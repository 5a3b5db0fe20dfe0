import { CapabilityError } from '../../core/errors.js';

/** The CapabilityError for an error that says that descriptors or memory are used up; null for any other error. */
export function resourceError(cause: unknown): CapabilityError | null {
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
  if (code === 'EADDRINUSE') return noPortError(code, cause);
  if (code !== 'ENOBUFS' && code !== 'ENOMEM') return null;
  return new CapabilityError('memory', `The kernel has no memory for the trace's sockets (${code}).`, null, {
    cause,
  });
}

/** The CapabilityError of a trace for which no local port is free. */
export function noPortError(code: string, cause?: unknown): CapabilityError {
  return new CapabilityError(
    'local port',
    `No local port is left for the trace's SYNs (${code}): other sockets of this host hold all ports of net.ipv4.ip_local_port_range.`,
    'sysctl net.ipv4.ip_local_port_range; ss -s',
    { cause },
  );
}

/** Grants the capability to the node binary, so that pprobe runs without sudo. */
const remedy = `sudo setcap cap_net_raw+ep ${process.execPath}`;

/** The CapabilityError for a raw socket that the kernel refused to open. */
export function rawSocketError(cause: unknown): CapabilityError {
  return new CapabilityError(
    'CAP_NET_RAW',
    'Raw sockets need CAP_NET_RAW, which this process does not have: run it with sudo, or grant node the capability.',
    remedy,
    { cause },
  );
}
