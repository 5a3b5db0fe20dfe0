import { networkInterfaces } from 'node:os';

/**
 * The interfaces of this host that have addresses, as Node lists them. Empty where the list cannot be read: Node asks for it
 * over AF_NETLINK, which sandboxes refuse (systemd's RestrictAddressFamilies).
 */
export function localInterfaces(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}
