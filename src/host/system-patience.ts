import type { ResolvConf } from './resolv-conf.js';

/** How long programs on this host wait for nameservers that say nothing. */
export interface SystemPatience {
  /** For the first, before the second is asked. */
  firstMs: number;
  /** For all of them, as often as each is asked; a search list begins anew with each of its names. */
  totalMs: number;
}

/**
 * What glibc's getaddrinfo(3) makes of resolv.conf(5): `timeout` for the first server, for the second and third twice and
 * four times that, divided by the number of servers and in whole seconds, one at least (send_dg() in res_send.c); all of it
 * `attempts` times. Measured with getent(1) and silent servers.
 */
export function systemPatience({ nameservers, timeoutMs, attempts }: ResolvConf): SystemPatience {
  const servers = Math.max(1, nameservers.length);
  let totalMs = 0;
  for (let index = 0; index < servers; index += 1) {
    const seconds = Math.floor(((timeoutMs / 1000) * 2 ** index) / (index === 0 ? 1 : servers));
    totalMs += Math.max(1, seconds) * 1000;
  }
  return { firstMs: timeoutMs, totalMs: totalMs * attempts };
}
