import { unsentHop } from '../../../src/probe/trace/probe-result.js';
import { attempt, evidence, HOST, tcp, tcpOf, trace, unsent } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

export const localRows: Row[] = [
  {
    name: 'this host’s firewall',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'denied' })] }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'high',
    remedy: ['sudo nft list ruleset'],
  },
  {
    name: 'this host’s firewall, seen by the trace as well',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'denied' })],
      trace: [trace('unreachable', [unsentHop(1, 1, 'EPERM')])],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'high',
  },
  {
    name: 'a firewall of this host that lets no probe leave, beside an RST: its own, or that of the target',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'refused', { errno: 'ECONNREFUSED', cause: 'rst' })])],
      trace: [{ ...trace('prohibited', [unsentHop(1, 1, 'EPERM')]), unsent: 'local-firewall' as const }],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'medium',
    summary: [/lets no probe to 10\.0\.1\.5 leave, and can be what resets TCP 443/],
    evidence: [/rejects with RST/],
    alternatives: ['tcp.refused'],
  },
  {
    name: 'this host’s own address, silent behind its own firewall or a loopback interface that is down',
    given: evidence({
      target: '127.0.0.1:8443',
      tcp: [{ ...tcpOf('127.0.0.1', [attempt('127.0.0.1', 'timeout')]), port: 8443 }],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'medium',
    summary: ['its own address 127.0.0.1'],
    remedy: ['sudo nft list ruleset', 'ip link show dev lo', 'ss -ltn'],
  },
  {
    name: 'this host’s reverse path filter, which dropped packets while an address was silent',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      ownDrops: { reversePath: 5 },
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'medium',
    summary: ['reverse path filter'],
    evidence: ['dropped 5 packets'],
    remedy: ['ip route get 10.0.1.5', 'rp_filter=2'],
  },
  {
    name: 'this host’s security module',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'denied', { errno: 'EACCES', cause: null })])],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'medium',
  },
  ...(
    [
      ['rejects with a port unreachable', 'ECONNREFUSED'],
      ['rejects with a prohibition over IPv6', 'EACCES'],
      ['drops in silence', null],
    ] as const
  ).map(
    ([how, errno]): Row => ({
      name: `this host’s firewall ${how}`,
      given: evidence({
        dns: [resolved],
        tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'denied', { errno, cause: 'local-firewall' })])],
      }),
      class: 'local',
      cause: 'local.firewall',
      confidence: 'high',
      evidence: errno === null ? ['without an errno'] : [errno],
    }),
  ),
  {
    name: 'a call that a BPF program forbids',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'denied', { errno: 'EPERM', cause: 'local-policy' })])],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'high',
    summary: ['BPF'],
    alternatives: ['local.firewall'],
  },
  {
    name: 'a BPF program rejects the call with the errno of a route, and the kernel has one',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'unreachable', { errno: 'EHOSTUNREACH', local: true, cause: 'local-policy' }),
        ]),
      ],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'medium',
    evidence: ['although the kernel has a route'],
    remedy: [/kubectl get endpointslices/],
    alternatives: ['route.local'],
  },
  {
    name: 'no free source port',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'error', { errno: 'EADDRNOTAVAIL', cause: 'no-ports' })])],
    }),
    class: 'local',
    cause: 'local.no-port',
    confidence: 'certain',
    remedy: ['sysctl net.ipv4.ip_local_port_range'],
  },
  {
    name: 'no free file descriptor',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'error', { errno: 'EMFILE', cause: 'no-descriptors' })])],
    }),
    class: 'local',
    cause: 'local.capability',
    confidence: 'certain',
    summary: ['file descriptor'],
  },
  ...(
    [
      ['EMFILE', 'local.capability', 'ulimit -n'],
      ['EAGAIN', 'local.no-port', 'net.ipv4.ip_local_port_range'],
      ['ENOBUFS', 'local.capability', 'ss -s'],
      ['ENOMEM', 'local.capability', 'ss -s'],
    ] as const
  ).map(
    ([errno, cause, command]): Row => ({
      name: `queries that this host could not send (${errno})`,
      given: evidence({ dns: [unsent(HOST, 'error', errno)] }),
      class: 'local',
      cause,
      confidence: 'certain',
      remedy: [command],
    }),
  ),
];
