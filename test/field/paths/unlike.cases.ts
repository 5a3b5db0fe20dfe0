import type { NetworkCase } from './case.js';
import { diagnose } from './contradictions.cases.js';
import { web } from './servers.js';

/** Connections of this host and other packets of pprobe meet different things, because something tells them apart. */

/** `again`: the SYNs that are sent again ask for ECN, too. */
const asksForEcn = (again: boolean): string =>
  `client sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_ecn; echo ${again ? 0 : 1} >/proc/sys/net/ipv4/tcp_ecn_fallback'`;

const forEcn = (verdict: string): string =>
  `router nft 'table inet marked { chain forward { type filter hook forward priority 0;
      tcp dport 443 tcp flags & (syn|ack|ecn|cwr) == (syn|ecn|cwr) ${verdict}; }; }'`;

const ecn = { says: [/\bECN\b/, /net\.ipv4\.tcp_ecn=2/], never: [/lost on the way/i] } as const;

export const unlikeCases: readonly NetworkCase[] = [
  {
    id: 'A31',
    situation: 'every SYN of this host asks for ECN, and a router drops those that do',
    source: 'https://github.com/systemd/systemd/issues/9748',
    setUp: `${asksForEcn(true)}\n${forEcn('drop')}`,
    zone: { 'ecn.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['ecn.field.test']) },
    steps: [
      {
        args: diagnose('ecn.field.test'),
        expected: { exitCodes: [11], causes: ['tcp.packet-loss'], atMost: 'medium', ...ecn },
      },
    ],
  },
  {
    id: 'A32',
    situation: 'the first SYN of this host asks for ECN and is dropped, the one sent again does not',
    source: 'https://github.com/lnykryn/systemd-rhel/pull/240',
    setUp: `${asksForEcn(false)}\n${forEcn('drop')}`,
    zone: { 'ecn.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['ecn.field.test']) },
    steps: [{ args: diagnose('ecn.field.test'), expected: { exitCodes: [0], causes: ['none'], ...ecn } }],
  },
  {
    id: 'A33',
    situation: 'the target resets SYNs that ask for ECN, and accepts others',
    source: 'https://github.com/cesanta/mongoose/issues/3402',
    setUp: `${asksForEcn(false)}\n${forEcn('reject with tcp reset')}`,
    zone: { 'ecn.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['ecn.field.test']) },
    steps: [
      {
        args: diagnose('ecn.field.test'),
        expected: {
          exitCodes: [13],
          causes: ['tcp.refused'],
          atMost: 'medium',
          says: ecn.says,
          never: [/nothing listens there/i],
        },
      },
    ],
  },
  {
    id: 'A34',
    situation: 'a firewall rejects SYNs that ask for ECN with ICMP, and forwards others',
    source: 'https://github.com/mami-project/pathspider/issues/213',
    setUp: `${asksForEcn(false)}\n${forEcn('reject with icmpx type admin-prohibited')}`,
    zone: { 'ecn.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['ecn.field.test']) },
    steps: [
      {
        args: diagnose('ecn.field.test'),
        expected: {
          exitCodes: [12],
          causes: ['policy.icmp-prohibited'],
          atMost: 'medium',
          says: [...ecn.says, /some SYNs/, /\{?10\.60\.\d+\.1\b/],
          never: [/not known whether/i],
        },
      },
    ],
  },
  {
    id: 'A35',
    situation: 'the SYNs of this host are dropped, and those of the trace arrive at a closed port',
    source: 'https://github.com/systemd/systemd/issues/9878',
    setUp: `${asksForEcn(true)}\n${forEcn('drop')}`,
    zone: { 'ecn.field.test': ['{net}.10'] },
    steps: [
      {
        args: diagnose('ecn.field.test'),
        expected: {
          exitCodes: [13],
          causes: ['tcp.refused'],
          atMost: 'medium',
          says: [/\bRST\b/, /not at all/],
          never: [/not known whether/i],
        },
      },
    ],
  },
  {
    id: 'C22',
    situation: 'a tunnel of this host has no peer for the address, as WireGuard reports it',
    source: 'https://github.com/angristan/wireguard-install/issues/87',
    // The driver of WireGuard answers with this error; here a rule does, for connections alone, which ask for ECN.
    setUp: `${asksForEcn(true)}
client ip tuntap add dev wg0 mode tun
client ip address add 10.66.66.1/24 dev wg0
client ip link set wg0 up
client nft 'table inet own { chain output { type filter hook output priority 0;
  oifname wg0 tcp flags & (syn|ecn|cwr) == (syn|ecn|cwr) reject with icmpx type host-unreachable; }; }'`,
    zone: { 'peer.field.test': ['10.66.66.2'] },
    steps: [
      {
        args: diagnose('peer.field.test'),
        expected: {
          exitCodes: [14],
          causes: ['route.local'],
          atMost: 'medium',
          says: [/tunnel\b.* of this host takes no packets/i, /wg show/],
          never: [/^.*The firewall of this host blocks/i, /on this link answers/i],
        },
      },
      {
        args: ['tcp', '10.66.66.2'],
        expected: { exitCodes: [14], never: [/firewall of this host/i] },
      },
    ],
  },
];
