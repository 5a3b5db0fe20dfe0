import { CapabilityError } from '../../core/errors.js';
import { readTextNow } from '../../core/read-text.js';

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
  // EAGAIN: connect(2) of a UDP socket, which asks for the route.
  if (code === 'EADDRINUSE' || code === 'EAGAIN') return noPortError(code, cause);
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

/**
 * Errnos that say that this kernel or sandbox does not offer a call: gVisor, WSL 1, qemu-user, systemd's
 * RestrictAddressFamilies and SystemCallFilter, seccomp profiles of containers.
 */
const notOffered = [
  'EPROTONOSUPPORT',
  'EAFNOSUPPORT',
  'ESOCKTNOSUPPORT',
  'EPFNOSUPPORT',
  'ENOPROTOOPT',
  'EOPNOTSUPP',
  'ENOTSUP',
  'ENOTSUPP',
  'ENOSYS',
  'EINVAL',
];
const forbidden = ['EPERM', 'EACCES'];

/** CAP_NET_RAW in the sets of capabilities, linux/capability.h. */
const rawCapability = 1n << 13n;

/** Whether CAP_NET_RAW is effective in this process; false where proc(5) does not tell. */
function hasRawCapability(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readTextNow('/proc/self/status'))?.[1];
    return effective !== undefined && (BigInt(`0x${effective}`) & rawCapability) !== 0n;
  } catch {
    return false;
  }
}

/**
 * The CapabilityError for a raw socket that the kernel refused with this errno; null for an errno of another meaning.
 * `isCapable` tells whether the process has CAP_NET_RAW: then something else forbids raw sockets, which setcap(8) does not change.
 */
export function rawSocketError(
  code: string,
  cause: unknown,
  isCapable: () => boolean = hasRawCapability,
): CapabilityError | null {
  if (forbidden.includes(code) && isCapable()) {
    return new CapabilityError(
      'raw sockets',
      `Raw sockets are refused (${code}) although this process has CAP_NET_RAW: a seccomp filter or a security module of the container or service forbids them. Trace with --method connect, or from the host outside.`,
      null,
      { cause },
    );
  }
  if (forbidden.includes(code)) {
    return new CapabilityError(
      'CAP_NET_RAW',
      'Raw sockets need CAP_NET_RAW, which this process does not have: run it with sudo, or grant node the capability.',
      remedy,
      { cause },
    );
  }
  if (!notOffered.includes(code)) return null;
  return new CapabilityError(
    'raw sockets',
    `This kernel or sandbox has no raw sockets for TCP and ICMP (${code}), as gVisor and WSL 1 have none: trace with --method connect, or from the host outside.`,
    null,
    { cause },
  );
}

/** The CapabilityError of the `connect` engine for a refused call; null for an errno of another meaning. */
export function errorQueueError(code: string, cause: unknown): CapabilityError | null {
  if (!notOffered.includes(code) && !forbidden.includes(code)) return null;
  return new CapabilityError(
    'error queue',
    `This kernel or sandbox does not report ICMP errors to a TCP socket (${code}), so the method connect does not work here.`,
    null,
    { cause },
  );
}
