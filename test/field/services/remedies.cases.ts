import { address, cname, reply } from '../../probe/dns/server.js';
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
    args: ['diagnose', `https://${name}/`, '--timeout', '1s'],
    zone: { [name]: [address] },
    silent: [address],
    expected: {
      exitCodes: [11],
      atMost: 'high',
      says: [/NAT|egress-only|internet gateway/i, ...says],
      never: [
        new RegExp(`subnet of ${address.replace(/[.:]/g, '\\$&')}`),
        new RegExp(`describe-network-interfaces[^\n]*${address.replace(/[.:]/g, '\\$&')}`),
      ],
    },
  };
}

const gateway = { 'content-type': 'application/json', 'x-amz-apigw-id': 'Vts2FFmArPEFh8g=' };

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
    args: ['diagnose', 'https://f2.shop.test/', '--timeout', '1s'],
    zone: { 'f2.shop.test': ['64:ff9b::a40:201'] },
    silent: ['64:ff9b::a40:201'],
    expected: {
      exitCodes: [11],
      atMost: 'high',
      says: [/64:ff9b::\/96/, /NAT gateway/i, /DNS64/],
      never: [/subnet of 64:ff9b/, /interface .{0,30}64:ff9b/],
    },
  },
  {
    id: 'F3',
    situation: 'a custom domain name, but API Gateway shows its own certificate',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/40491',
    args: ['diagnose', 'https://f3.shop.test/orders', '--ca-file', '{ca}', '--no-trace'],
    zone: { 'f3.shop.test': ['10.64.3.1'] },
    web: [
      web(
        '10.64.3.1',
        '*.execute-api.us-east-1.amazonaws.com',
        answer('403 Forbidden', gateway, '{"message":"Forbidden"}'),
        {
          issuer: 'Amazon RSA 2048 M02',
        },
      ),
    ],
    expected: {
      exitCodes: [15],
      causes: ['tls.name-mismatch'],
      says: [/domain name access association/i, /custom domain name/i],
      never: [/give what listens/i],
    },
  },
  {
    id: 'F4',
    situation: 'a custom domain name with the right certificate answers Forbidden',
    source: 'https://github.com/Miserlou/Zappa/issues/1248',
    args: ['diagnose', 'https://f4.shop.test/orders', '--ca-file', '{ca}', '--no-trace'],
    zone: { 'f4.shop.test': ['10.64.3.2'] },
    web: [
      web(
        '10.64.3.2',
        'f4.shop.test',
        answer(
          '403 Forbidden',
          {
            ...gateway,
            'x-amzn-requestid': '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
            'x-amzn-errortype': 'ForbiddenException',
          },
          '{"message":"Forbidden"}',
        ),
      ),
    ],
    expected: {
      exitCodes: [16],
      causes: ['api.not-matched'],
      says: [/base path mapping|API mapping/i, /access association/i, /mutual TLS/i],
      never: [/give (it|the API) a custom domain name/i],
    },
  },
  {
    id: 'F5',
    situation: 'a wildcard of the search list answers before the name itself',
    source: 'https://github.com/kubernetes/kubernetes/issues/49113',
    args: ['diagnose', 'https://api.partner.test/', '--ca-file', '{ca}', '--no-trace'],
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch wild.test\noptions ndots:5\n' },
    zone: { 'api.partner.test.wild.test': ['10.64.3.3'], 'api.partner.test': ['10.64.3.4'] },
    web: [
      web('10.64.3.3', '*.wild.test', answer('200 OK', {}, 'wild')),
      web('10.64.3.4', 'api.partner.test', answer('200 OK', {}, 'partner')),
    ],
    peers: [{ argv: ['getent', 'ahosts', 'api.partner.test'], prints: /10\.64\.3\.3/ }],
    expected: {
      exitCodes: [10],
      causes: ['dns.search-list'],
      says: [
        /api\.partner\.test\.wild\.test/,
        /ndots/,
        /(final|trailing) dot|api\.partner\.test\.(\s|$|["'`])/,
      ],
    },
  },
  {
    id: 'F6',
    situation: 'an alias whose target was deleted',
    source: 'https://github.com/aws/aws-cdk/issues/21370',
    args: ['diagnose', 'https://f6.shop.test/', '--no-trace'],
    zone: { 'f6.shop.test': ['alias gone.elb.test'] },
    peers: [
      {
        argv: ['dig', '+noall', '+comments', '+answer', '@{resolver}', 'f6.shop.test'],
        prints: /NXDOMAIN[\s\S]*gone\.elb\.test/,
      },
    ],
    expected: {
      exitCodes: [10],
      causes: ['dns.alias-dangling'],
      says: [/alias/i, /gone\.elb\.test/],
      never: [/check the spelling/i, /f6\.shop\.test does not exist/],
    },
  },
  {
    id: 'F7',
    situation: 'the authority is not trusted, on another port, with options',
    source: 'https://github.com/nttgin/BGPalerter/issues/1072',
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
      exitCodes: [15],
      causes: ['tls.untrusted'],
      says: [/pprobe diagnose https:\/\/f7\.shop\.test:8443\/prod/, /--ca-file/, /--server 10\.61/, / -4/],
    },
  },
  {
    id: 'F8',
    situation: 'an endpoint of both families drops everything',
    source: 'https://github.com/aws/aws-cli/issues/9436',
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
      exitCodes: [11],
      causes: ['tcp.timeout-all'],
      atMost: 'high',
      says: [/10\.60\.0\.10\/32/, /fd60::10\/128/],
    },
  },
  {
    id: 'F9',
    situation: 'the handshake fits, the answer does not, and the error of the router is lost',
    source: 'https://github.com/oven-sh/bun/issues/27351',
    args: ['diagnose', 'https://f9.shop.test/', '--ca-file', '{ca}', '--no-trace', '--timeout', '2s'],
    zone: { 'f9.shop.test': ['10.62.9.9'] },
    web: [web('10.62.9.9', 'f9.shop.test', answer('200 OK', {}, 'x'.repeat(20_000)))],
    expected: {
      exitCodes: [15],
      causes: ['tls.silent'],
      says: [/MTU/],
      never: [/API Gateway/],
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
    args: ['diagnose', 'https://ec2.us-east-1.amazonaws.com/', '--timeout', '1s'],
    zone: { 'ec2.us-east-1.amazonaws.com': ['64:ff9b::342e:92c6'] },
    silent: ['64:ff9b::342e:92c6'],
    expected: {
      exitCodes: [11],
      atMost: 'high',
      says: [/64:ff9b::\/96/, /NAT gateway/i],
      never: [/subnet of 64:ff9b/],
    },
  },
  {
    id: 'F14',
    situation: 'a wildcard of the search list that answers with its own valid certificate for the wrong host',
    source: 'https://github.com/rancher/rancher/issues/16697',
    args: ['diagnose', 'git.partner.test:443', '--ca-file', '{ca}', '--no-trace'],
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch celestial.test\noptions ndots:5\n' },
    zone: { 'git.partner.test.celestial.test': ['10.64.3.14'], 'git.partner.test': ['10.64.3.15'] },
    web: [
      web('10.64.3.14', 'celestial.test', answer('200 OK', {}, 'own')),
      web('10.64.3.15', 'git.partner.test', answer('200 OK', {}, 'git')),
    ],
    expected: {
      exitCodes: [10],
      causes: ['dns.search-list'],
      says: [/git\.partner\.test\.celestial\.test/, /ndots/],
    },
  },
  {
    id: 'F15',
    situation: 'one service of AWS is silent, and another public address answers',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/2912',
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
      exitCodes: [11],
      atMost: 'high',
      says: [/52\.94\.99\.1/],
      never: [/no (way|route|path) (from here )?to public addresses/i, /subnet of 52\.94\.10\.15/],
    },
  },
  {
    id: 'F16',
    situation: 'a short name, which the search list is there for, and a certificate for the full name',
    source: 'https://github.com/kubernetes/kubernetes/issues/49113',
    args: ['diagnose', 'https://grafana/', '--ca-file', '{ca}', '--no-trace'],
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch corp.test\n' },
    zone: { 'grafana.corp.test': ['10.64.3.16'] },
    web: [web('10.64.3.16', 'grafana.corp.test', answer('200 OK', {}, 'ok'))],
    expected: {
      exitCodes: [15],
      causes: ['tls.name-mismatch'],
      says: [/grafana\.corp\.test/],
      never: [/dns\.search-list, confidence/],
    },
  },
  {
    id: 'F17',
    situation: 'an alias whose target exists at another resolver',
    source: 'https://github.com/open-guides/og-aws/pull/617',
    args: [
      'diagnose',
      'https://f17.shop.test/',
      '--no-trace',
      '--server',
      '{resolver}',
      '--server',
      '10.61.9.17',
    ],
    zone: { 'f17.shop.test': ['alias db.private.test'] },
    resolvers: {
      '10.61.9.17': (asked) => [
        reply(
          asked,
          asked.type === 'A'
            ? { answers: [cname(asked.name, 'db.private.test'), address('db.private.test', '10.64.3.17')] }
            : { answers: [cname(asked.name, 'db.private.test')] },
        ),
      ],
    },
    expected: { exitCodes: [10, 13], atMost: 'high', says: [/db\.private\.test/, /10\.64\.3\.17/] },
  },
];
