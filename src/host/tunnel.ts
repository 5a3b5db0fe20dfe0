import { readTextNow } from '../core/read-text.js';

/** The names that VPN clients and tunnels give their interfaces. */
const TUNNELS =
  /^(?:tun|tap|wg|ppp|ipsec|vti|xfrm|gre|sit|ipip|utun|gpd|cscotun|tailscale|zt|nordlynx|proton)[\w.-]*$/;

/** Whether an interface is that of a VPN or tunnel, by its name. */
export function isTunnel(name: string): boolean {
  return TUNNELS.test(name);
}

/**
 * Hardware types of tunnels (linux/if_arp.h): PPP, IPIP, IPv6 in IPv6, SIT, GRE over IPv4 and IPv6, and none, as of WireGuard and
 * TUN.
 */
const TUNNEL_TYPES: ReadonlySet<string> = new Set(['512', '768', '769', '776', '778', '823', '65534']);

/** The same by the kernel's type of the interface, whatever its name is. */
export function isTunnelInterface(name: string): boolean {
  if (isTunnel(name)) return true;
  if (!/^[\w.:@-]+$/.test(name)) return false;
  try {
    return TUNNEL_TYPES.has(readTextNow(`/sys/class/net/${name}/type`).trim());
  } catch {
    return false;
  }
}
