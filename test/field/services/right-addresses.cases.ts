import { address, reply } from '../../probe/dns/server.js';
import { answer, type FieldCase, web } from './case.js';

/** Addresses that look wrong and are right: the fault is another one. */

const API = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const VPCE = 'vpce-0123456789abcdef0-abcd1234.execute-api.us-east-1.vpce.amazonaws.com';

/** An endpoint in a block of its VPC that is not one of RFC 1918, whose security group drops everything. */
function silentEndpoint(
  id: string,
  block: string,
  at: string,
  source: string,
  expected: FieldCase['expected'],
): FieldCase {
  return {
    id,
    situation: `the endpoint has an address of ${block}, a block of its VPC, and is silent`,
    source,
    args: ['diagnose', `https://${VPCE}/prod/`, '--timeout', '1000', '--no-trace'],
    zone: { [VPCE]: [at] },
    silent: [at],
    expected,
  };
}

export const rightAddressCases: readonly FieldCase[] = [
  silentEndpoint(
    'F32',
    '100.64.0.0/10',
    '100.64.6.32',
    'https://dev.to/tbeijen/eks-and-the-quest-for-ip-addresses-secondary-cidr-ranges-and-private-nat-gateways-109o',
    {
      exitCodes: [11],
      causes: ['tcp.timeout-all'],
      says: [/security group/],
      never: [/not to the VPC endpoint/, /private DNS on/],
    },
  ),
  silentEndpoint(
    'F33',
    'public addresses',
    '11.64.6.33',
    'https://github.com/aws/containers-roadmap/issues/181',
    {
      exitCodes: [10],
      causes: ['dns.public-answer'],
      atMost: 'medium',
      says: [/only in a public block of its VPC/, /security group/],
      never: [/not to the VPC endpoint/],
    },
  ),
  {
    id: 'F34',
    situation: 'the hosts file leads to the endpoint, which is silent, and DNS has the public front end',
    source: 'https://github.com/aws/containers-roadmap/issues/221',
    args: ['diagnose', `https://${API}/prod/`, '--timeout', '1000', '--no-trace'],
    files: {
      '/etc/resolv.conf': 'nameserver {resolver}\n',
      '/etc/hosts': `127.0.0.1 localhost\n10.64.6.34 ${API}\n`,
    },
    zone: { [API]: ['52.94.6.34'] },
    silent: ['10.64.6.34'],
    expected: {
      exitCodes: [11],
      causes: ['tcp.timeout-all'],
      atMost: 'medium',
      says: [/security group/],
      never: [/Remove the line/, /52\.94\.6\.34 \(public\), not to/],
    },
  },
  {
    id: 'F35',
    situation: 'a public website answers 503, and the second nameserver has private addresses of the name',
    source: 'https://github.com/cert-manager/cert-manager/issues/894',
    args: ['diagnose', 'https://f35.shop.test/', '--ca-file', '{ca}', '--no-trace'],
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.35\n' },
    zone: { 'f35.shop.test': ['52.94.6.35'] },
    resolvers: {
      '10.61.9.35': (asked) => [
        reply(asked, asked.type === 'A' ? { answers: [address(asked.name, '10.64.6.35')] } : {}),
      ],
    },
    web: [web('52.94.6.35', 'f35.shop.test', answer('503 Service Unavailable', { server: 'nginx' }))],
    expected: { exitCodes: [16], causes: ['http.error'], says: [/503/] },
  },
];
