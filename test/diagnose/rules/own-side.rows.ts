import { dnsAttempt } from '../../report/documents.js';
import { attempt, dns, dnsFailure, evidence, tcpOf } from '../evidence.js';
import type { Row } from './row.js';

const host = 'shop.ex.test';
const target = `https://${host}/`;

/** Faults of this host, and answers that have another sender than they seem to have. */
export const ownSideRows: readonly Row[] = [
  {
    name: 'the firewall of this host refuses DNS queries',
    given: evidence({
      target,
      dns: [
        dnsFailure(host, 'unreachable', {
          attempts: ['A', 'AAAA'].map((type) =>
            dnsAttempt({ server: '10.0.0.2', name: host, type, outcome: 'unreachable', errno: 'EPERM' }),
          ),
        }),
      ],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'high',
    summary: ['refuses to send DNS queries'],
    evidence: ['10.0.0.2'],
    remedy: ['sudo nft list ruleset', 'IPAddressDeny'],
  },
  ...(
    [
      ['socket', 'EPERM', 'high'],
      ['socket', 'EACCES', 'high'],
      ['bind', 'EPERM', 'high'],
      ['connect', 'EPERM', 'high'],
      // Also the errno of a route of the type prohibit.
      ['connect', 'EACCES', 'medium'],
    ] as const
  ).map(
    ([call, errno, confidence]): Row => ({
      name: `${call}(2) for DNS queries fails with ${errno}: no firewall was asked`,
      given: evidence({
        target,
        dns: [
          dnsFailure(host, 'unreachable', {
            attempts: ['A', 'AAAA'].map((type) =>
              dnsAttempt({ server: '10.0.0.2', name: host, type, outcome: 'unreachable', errno, call }),
            ),
          }),
        ],
      }),
      class: 'local',
      cause: 'local.permission',
      confidence,
      summary: ['forbids sockets for DNS queries'],
      evidence: [`${call}() for queries to 10.0.0.2 failed at once with ${errno}`],
      remedy: ['seccomp', ...(confidence === 'medium' ? ['ip route get 10.0.0.2'] : [])],
    }),
  ),
  {
    name: 'an alias that leads back to itself',
    given: evidence({
      target,
      dns: [dnsFailure(host, 'no-data', { chain: ['b.ex.test', host], aliasLoop: true })],
    }),
    class: 'dns',
    cause: 'dns.alias-dangling',
    confidence: 'high',
    summary: ['leads back to itself'],
    evidence: ['b.ex.test'],
    remedy: ['Correct the CNAME records'],
  },
  {
    name: 'a chain of aliases that was not followed to its end: of the last name nothing is known',
    given: evidence({
      target,
      dns: [dnsFailure(host, 'no-data', { chain: ['b.ex.test', 'c.ex.test'], aliasUnended: true })],
    }),
    class: 'dns',
    cause: 'dns.alias-dangling',
    confidence: 'medium',
    summary: ['after 2 of them no address has come'],
    evidence: ['c.ex.test'],
    remedy: ['Correct the CNAME records'],
  },
  {
    name: 'a name that leads to this host itself, where nothing listens',
    given: evidence({
      target,
      dns: [dns(host, ['127.0.0.1'])],
      tcp: [tcpOf(host, [attempt('127.0.0.1', 'refused')])],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['this host itself'],
    remedy: ['correct its record', 'ss -ltn'],
  },
  {
    name: 'a route without a gateway to an address of another network',
    given: evidence({
      target,
      dns: [dns(host, ['198.51.100.5'])],
      tcp: [
        tcpOf(host, [
          attempt('198.51.100.5', 'unreachable', { cause: 'silent-neighbour', neighbour: '198.51.100.5' }),
        ]),
      ],
      vantage: { networks: [{ interface: 'eth0', network: '10.0.1.10/24', bridge: false }] },
    }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    summary: ['no host on this link answers'],
    evidence: ['a route without a gateway'],
    remedy: ['ip route get 198.51.100.5'],
  },
  ...(
    [
      ['a load balancer of a customer', 'web-1.us-east-1.elb.amazonaws.com', /internal one/],
      [
        'the API server of an EKS cluster',
        'ABC123.gr7.us-east-1.eks.amazonaws.com',
        /private access of the cluster/,
      ],
      [
        'a bucket under its name for both families',
        'b.s3.dualstack.us-east-1.amazonaws.com',
        /gateway endpoint/,
      ],
    ] as const
  ).map(
    ([what, name, remedy]): Row => ({
      name: `${what} is silent at its public address`,
      given: evidence({
        target: `https://${name}/`,
        dns: [dns(name.toLowerCase(), ['52.94.10.5'])],
        tcp: [tcpOf(name.toLowerCase(), [attempt('52.94.10.5', 'timeout')])],
      }),
      class: 'timeout',
      cause: 'tcp.timeout-all',
      confidence: 'low',
      remedy: [remedy, '0.0.0.0/0'],
    }),
  ),
];
