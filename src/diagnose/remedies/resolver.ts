import { list } from '../../core/text.js';
import type { Target } from '../../documents/target.js';
import type { Advice } from './advice.js';
import { pprobeAgain } from './again.js';

/** Remedies for the resolver configuration of this host: resolv.conf and nsswitch.conf. */

/** A nameserver that programs ask in vain. */
export function repairNameserver(target: Target, server: string): Advice[] {
  return [
    {
      text: `Make ${server} answer this host, or remove it from resolv.conf or from what writes that file (DHCP options set, netplan, resolvconf)`,
      command: pprobeAgain(target, { command: 'dns', name: target.host, server }),
    },
  ];
}

/** A server that drops the queries for some types. */
export function askForTypes(target: Target, server: string, types: readonly string[]): Advice[] {
  return [
    {
      text: `Find out why ${server}, or a firewall before it, drops queries for ${list(types)}`,
      command: pprobeAgain(target, {
        command: 'dns',
        name: target.host,
        server,
        options: types.flatMap((type) => ['-t', type]),
      }),
    },
    ...(types.includes('AAAA')
      ? [
          {
            text: 'Until then, if this host needs no IPv6, add "options no-aaaa" to resolv.conf (glibc 2.36 and later)',
          },
        ]
      : []),
  ];
}

/** The name service switch does not lead to DNS, or to a source that answers otherwise. */
export function checkNsswitch(host: string): Advice[] {
  return [
    {
      text: 'Add dns to the hosts line of /etc/nsswitch.conf, and check the sources that it names before dns',
      command: ['grep', '^hosts:', '/etc/nsswitch.conf'],
    },
    { text: 'See what programs on this host get', command: ['getent', 'ahosts', '--', host] },
  ];
}
