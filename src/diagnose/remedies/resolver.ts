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
    askAsPrograms(host),
  ];
}

export function askAsPrograms(host: string): Advice {
  return { text: 'See what programs on this host get', command: ['getent', 'ahosts', '--', host] };
}

/** getaddrinfo(3) leaves out addresses of a family that this host has no address of (AI_ADDRCONFIG). */
export function giveFamily(host: string): Advice[] {
  return [
    {
      text: `Give this host an IPv6 address and route, or give ${host} an A record: getaddrinfo leaves out IPv6 addresses on a host that has none`,
      command: ['ip', '-6', 'address', 'show'],
    },
  ];
}

/** The resolver needs longer than programs wait. */
export function waitForResolver(host: string, server: string): Advice[] {
  return [
    {
      text: `Make ${server} faster (its forwarders, its cache), or let programs wait longer: "options timeout:5 attempts:2" in resolv.conf is the default`,
      command: ['cat', '/etc/resolv.conf'],
    },
    askAsPrograms(host),
  ];
}

/** Two queries leave from one port at the same time, and one of them is lost. */
export function separateQueries(host: string): Advice[] {
  return [
    {
      text: 'If it happens again and again, add "options single-request-reopen" to resolv.conf: glibc sends the queries for A and AAAA from one port, and some NATs, firewalls and connection tables lose the second one',
    },
    askAsPrograms(host),
  ];
}

/** The search list makes names that a server does not answer. */
export function shortenSearch(target: Target, suffix: string): Advice[] {
  return [
    {
      text: `Remove ${suffix} from the search list of resolv.conf, lower ndots there, or write the name with a final dot: ${target.host}.`,
      command: pprobeAgain(target, { command: 'dns', name: `${target.host}.` }),
    },
  ];
}
