import { answer, type FieldCase, web } from './case.js';

/** Remedies that the reader can carry out: they fit whose address it is, both families, and the target as it was given. */

/** A name of AWS that resolves to public addresses, none of which answers. */
function silentService(
  id: string,
  name: string,
  address: string,
  source: string,
  says: readonly RegExp[],
): FieldCase {
  return {
    id,
    situation: `${name} has public addresses that a private subnet cannot reach`,
    source,
    before: `the security group and network ACL of the interface that has ${address}`,
    args: ['diagnose', `https://${name}/`, '--timeout', '1s'],
    zone: { [name]: [address] },
    silent: [address],
    expected: {
      exitCode: 11,
      atMost: 'high',
      says: [/NAT|egress-only|internet gateway/i, ...says],
      never: [
        new RegExp(`subnet of ${address.replace(/[.:]/g, '\\$&')}`),
        new RegExp(`describe-network-interfaces[^\n]*${address.replace(/[.:]/g, '\\$&')}`),
      ],
    },
  };
}

export const remedyCases: readonly FieldCase[] = [
  silentService(
    'F1',
    'kinesis.us-east-1.amazonaws.com',
    '52.94.10.5',
    'https://github.com/aws/amazon-vpc-cni-k8s/issues/1796',
    [/interface endpoint/i, /private DNS/i],
  ),
  {
    id: 'F2',
    situation: 'DNS64 makes an address that no route leads to',
    source: 'https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/972',
    before: 'the network ACL of the subnet of 64:ff9b::a01:105',
    args: ['diagnose', 'https://f2.shop.test/', '--timeout', '1s'],
    zone: { 'f2.shop.test': ['64:ff9b::a40:201'] },
    silent: ['64:ff9b::a40:201'],
    expected: {
      exitCode: 11,
      atMost: 'high',
      says: [/64:ff9b::\/96/, /NAT gateway/i, /DNS64/],
      never: [/subnet of 64:ff9b/, /interface .{0,30}64:ff9b/],
    },
  },
  {
    id: 'F7',
    situation: 'the authority is not trusted, on another port, with options',
    source: 'https://github.com/nttgin/BGPalerter/issues/1072',
    before: 'pprobe diagnose HOST --ca-file CA.pem: port, path and options are lost',
    args: [
      'diagnose',
      'https://f7.shop.test:8443/prod',
      '-4',
      '--server',
      '{resolver}',

      '--no-trace',
    ],
    zone: { 'f7.shop.test': ['10.64.3.7'] },
    web: [web('10.64.3.7', 'f7.shop.test', answer('200 OK', {}, 'ok'), { port: 8443 })],
    peers: [
      {
        argv: ['curl', '-s', '-o', '/dev/null', '-w', 'exit %{exitcode}', 'https://f7.shop.test:8443/prod'],
        prints: /exit 60/,
      },
    ],
    expected: {
      exitCode: 15,
      causes: ['tls.untrusted'],
      says: [/pprobe diagnose https:\/\/f7\.shop\.test:8443\/prod/, /--ca-file/, /--server 10\.61/, / -4/],
    },
  },
  {
    id: 'F8',
    situation: 'an endpoint of both families drops everything',
    source: 'https://github.com/aws/aws-cli/issues/9436',
    before: '--cidr 10.0.1.10/32 alone',
    args: [
      'diagnose',
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod',
      '--vpce',
      'vpce-0123456789abcdef0',

      '--timeout',
      '1s',
    ],
    zone: { 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com': ['10.64.3.8', 'fd64::8'] },
    silent: ['10.64.3.8', 'fd64::8'],
    expected: {
      exitCode: 11,
      causes: ['tcp.timeout-all'],
      atMost: 'high',
      says: [/10\.60\.0\.10\/32/, /fd60::10\/128/],
    },
  },
  silentService('F10', 'sts.amazonaws.com', '52.94.10.6', 'https://github.com/boto/boto3/issues/4301', [
    /regional|sts\.(REGION|<region>|us-)/i,
  ]),
  silentService(
    'F11',
    's3.eu-west-2.amazonaws.com',
    '52.95.148.10',
    'https://github.com/ministryofjustice/modernisation-platform/issues/1199',
    [/gateway endpoint/i],
  ),
  silentService(
    'F12',
    's3.dualstack.us-east-1.amazonaws.com',
    '2600:1fa0:8157:b2f0:10b6:4ad0:0:1',
    'https://github.com/aws/aws-cli/issues/9436',
    [/egress-only|::\/0/i],
  ),
  {
    id: 'F13',
    situation: 'DNS64 before a service of AWS that has no IPv6',
    source: 'https://github.com/aws/aws-sdk-go-v2/issues/2952',
    before: 'the network ACL of the subnet of 64:ff9b::342e:92c6',
    args: ['diagnose', 'https://ec2.us-east-1.amazonaws.com/', '--timeout', '1s'],
    zone: { 'ec2.us-east-1.amazonaws.com': ['64:ff9b::342e:92c6'] },
    silent: ['64:ff9b::342e:92c6'],
    expected: {
      exitCode: 11,
      atMost: 'high',
      says: [/64:ff9b::\/96/, /NAT gateway/i],
      never: [/subnet of 64:ff9b/],
    },
  },
  {
    id: 'F15',
    situation: 'one service of AWS is silent, and another public address answers',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/2912',
    before: 'the security group and network ACL of the interface that has 52.94.10.15',
    args: [
      'diagnose',
      'https://dynamodb.us-east-1.amazonaws.com/',
      '--control',
      '52.94.99.1:443',
      '--timeout',
      '1s',
    ],
    zone: { 'dynamodb.us-east-1.amazonaws.com': ['52.94.10.15'] },
    web: [web('52.94.99.1', 'control.test', answer('200 OK', {}, 'ok'))],
    silent: ['52.94.10.15'],
    expected: {
      exitCode: 11,
      atMost: 'high',
      says: [/52\.94\.99\.1/],
      never: [/no (way|route|path) (from here )?to public addresses/i, /subnet of 52\.94\.10\.15/],
    },
  },
  {
    id: 'F16',
    situation: 'a short name, which the search list is there for, and a certificate for the full name',
    source: 'https://github.com/kubernetes/kubernetes/issues/49113',
    before: 'tls.name-mismatch certain',
    args: ['diagnose', 'https://grafana/', '--ca-file', '{ca}', '--no-trace'],
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch corp.test\n' },
    zone: { 'grafana.corp.test': ['10.64.3.16'] },
    web: [web('10.64.3.16', 'grafana.corp.test', answer('200 OK', {}, 'ok'))],
    expected: {
      exitCode: 15,
      causes: ['tls.name-mismatch'],
      says: [/grafana\.corp\.test/],
      never: [/dns\.search-list, confidence/],
    },
  },
];
