import { CapabilityError } from '../errors.js';

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
