import { CapabilityError } from '../../core/errors.js';

/** What a host that has run out of something says, as the CapabilityError it is; null for any other error. */
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
  if (code !== 'ENOBUFS' && code !== 'ENOMEM') return null;
  return new CapabilityError('memory', `The kernel has no memory for the trace's sockets (${code}).`, null, {
    cause,
  });
}

/** Gives node itself the one capability, so that pprobe needs no sudo. */
const remedy = `sudo setcap cap_net_raw+ep ${process.execPath}`;

/** What a host says that opens no raw socket for us. */
export function rawSocketError(cause: unknown): CapabilityError {
  return new CapabilityError(
    'CAP_NET_RAW',
    'Raw sockets need CAP_NET_RAW, which this process does not have: run it with sudo, or grant node the capability.',
    remedy,
    { cause },
  );
}
