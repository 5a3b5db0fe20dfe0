import { reply, soa } from '../../probe/dns/server.js';
import { answer, type FieldCase, web } from './case.js';

/** Whose address or name it is decides what can be done: the host itself, a service of AWS, a cluster, a container's machine. */

/** An address that drops everything. */
function silentPlace(
  id: string,
  situation: string,
  source: string,
  target: string,
  [name, address]: readonly [string, string],
  says: readonly RegExp[],
): FieldCase {
  return {
    id,
    situation,
    source,
    args: ['diagnose', target, '--timeout', '1s'],
    zone: { [name]: [address] },
    silent: [address],
    expected: {
      exitCodes: [11],
      causes: ['tcp.timeout-all'],
      atMost: 'high',
      says: [/while the resolver 10\.61\.\d+\.\d+ answers/, ...says],
      never: [/another place answers/],
    },
  };
}

/** A name that the resolver does not have, because only another place does. */
function namedElsewhere(id: string, name: string, source: string, says: readonly RegExp[]): FieldCase {
  return {
    id,
    situation: `${name} does not exist for this resolver`,
    source,
    args: ['diagnose', `${name}:5432`, '--no-trace'],
    zone: {},
    expected: { exitCodes: [10], causes: ['dns.nxdomain'], says },
  };
}

/** Software in front of the server that has nothing for this request. */
function inFront(
  id: string,
  situation: string,
  source: string,
  text: string,
  says: readonly RegExp[],
): FieldCase {
  const name = `${id.toLowerCase()}.shop.test`;
  const address = `10.64.14.${id.replace(/\D/g, '')}`;
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${name}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [name]: [address] },
    web: [web(address, name, text)],
    expected: {
      exitCodes: [16],
      causes: ['http.error'],
      atMost: 'high',
      says,
      never: [/the server itself answers/, /API Gateway/],
    },
  };
}

const LATTICE = 'svc-0a1b2c3d4e5f67890.7d67968.vpc-lattice-svcs.us-east-1.on.aws';
const PRIVATE_LINK =
  'vpce-0123456789abcdef0-abcdefgh.vpce-svc-0123456789abcdef0.us-east-1.vpce.amazonaws.com';
const DATABASE = 'db.cabc123.us-east-1.rds.amazonaws.com';

export const placeCases: readonly FieldCase[] = [
  silentPlace(
    'F18',
    'the instance metadata service is silent',
    'https://github.com/awslabs/aws-c-auth/issues/182',
    '169.254.169.254:80',
    ['unused.test', '169.254.169.254'],
    [/instance metadata service/, /hop.limit/, /ip route get 169\.254\.169\.254/],
  ),
  silentPlace(
    'F19',
    'a service of VPC Lattice, whose addresses are link-local, is silent',
    'https://github.com/hashicorp/terraform-provider-aws/issues/30411',
    `https://${LATTICE}/`,
    [LATTICE, '169.254.171.32'],
    [/VPC Lattice/, /service network/, /list-service-network-vpc-associations/],
  ),
  silentPlace(
    'F20',
    'a mail server on TCP 25, which AWS blocks to the Internet',
    'https://github.com/mail-in-a-box/mailinabox/issues/1815',
    'email-smtp.us-east-1.amazonaws.com:25',
    ['email-smtp.us-east-1.amazonaws.com', '52.94.10.33'],
    [/AWS blocks TCP 25/, /587/],
  ),
  silentPlace(
    'F21',
    'a database with a public address does not let in the address of the NAT gateway',
    'https://github.com/sciety/sciety/issues/3287',
    `${DATABASE}:5432`,
    [DATABASE, '52.94.10.34'],
    [/security group of the server/, /NAT gateway/, /publicly accessible/],
  ),
  silentPlace(
    'F22',
    'an endpoint of PrivateLink that the owner of the service has not accepted',
    'https://github.com/hashicorp/terraform-provider-aws/issues/14604',
    `https://${PRIVATE_LINK}/`,
    [PRIVATE_LINK, '10.64.13.22'],
    [/pendingAcceptance/, /describe-vpc-endpoints .*--vpc-endpoint-ids vpce-0123456789abcdef0/],
  ),
  {
    id: 'F23',
    situation: 'localhost of a container, where nothing listens',
    source: 'https://github.com/docker/for-linux/issues/264',
    args: ['diagnose', 'localhost:9999', '--no-trace'],
    zone: {},
    files: { '/etc/hosts': '127.0.0.1 localhost\n' },
    expected: {
      exitCodes: [13],
      causes: ['tcp.refused'],
      atMost: 'high',
      says: [/the container itself/, /ss -ltn/],
      never: [/correct its record/, /hosts file of this host gives/],
    },
  },
  namedElsewhere('F24', 'host.docker.internal', 'https://github.com/docker/for-linux/issues/264', [
    /--add-host=host\.docker\.internal:host-gateway/,
  ]),
  namedElsewhere(
    'F25',
    'redis-master.default.svc.cluster.local',
    'https://github.com/telepresenceio/telepresence/issues/1185',
    [/Kubernetes cluster/, /kubectl port-forward/],
  ),
  {
    id: 'F26',
    situation: 'one of two public addresses of a name is silent',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/2912',
    args: ['diagnose', 'https://f26.shop.test/', '--timeout', '1s', '--ca-file', '{ca}'],
    zone: { 'f26.shop.test': ['104.16.1.36', '104.16.1.37'] },
    silent: ['104.16.1.37'],
    web: [web('104.16.1.36', 'f26.shop.test', answer('200 OK', {}, 'ok'))],
    expected: {
      exitCodes: [11],
      causes: ['tcp.timeout-some'],
      says: [/104\.16\.1\.36/, /reaches public addresses/],
      never: [/subnet of 104\.16/, /describe-network-interfaces/, /compare the security groups/],
    },
  },
  inFront(
    'E12',
    'nginx wants a certificate from the client, and says so in HTTP',
    'https://github.com/kubernetes/ingress-nginx/issues/7176',
    answer(
      '400 Bad Request',
      { server: 'nginx', 'content-type': 'text/html' },
      '<html><head><title>400 No required SSL certificate was sent</title></head><body><center><h1>400 Bad Request</h1></center><center>No required SSL certificate was sent</center><hr><center>nginx</center></body></html>',
    ),
    [/certificate from the client/, /curl --cert CERTIFICATE/],
  ),
  inFront(
    'E13',
    'Envoy has no route for the host name',
    'https://github.com/istio/istio/issues/2833',
    answer('404 Not Found', { server: 'istio-envoy' }),
    [/Envoy in front of e13\.shop\.test answers by itself/, /no route of its configuration/],
  ),
  inFront(
    'E14',
    'Kong has no route for the request',
    'https://github.com/Kong/kong/issues/12083',
    answer(
      '404 Not Found',
      { server: 'kong/3.5.0', 'x-kong-response-latency': '0', 'content-type': 'application/json' },
      '{"message":"no Route matched with those values"}',
    ),
    [/Kong in front of e14\.shop\.test answers by itself/, /no route of its configuration/],
  ),
  {
    id: 'G20',
    situation: 'queries for one suffix of the search list get no answer, and the name itself has one',
    source: 'https://github.com/mdn/developer-portal/issues/1067',
    args: ['diagnose', 'https://g20.shop.test/', '--no-trace', '--ca-file', '{ca}'],
    files: {
      '/etc/resolv.conf':
        'nameserver {resolver}\nsearch svc.cluster.local corp.test other.test\noptions ndots:5 timeout:1 attempts:1\n',
    },
    zone: (asked) => {
      if (asked.name.endsWith('.corp.test')) return [];
      const isOwn = asked.name === 'g20.shop.test' && asked.type === 'A';
      return [
        isOwn
          ? reply(asked, { answers: [{ type: 'A', name: asked.name, ttl: 60, data: '10.64.13.20' }] })
          : reply(asked, { rcode: asked.name === 'g20.shop.test' ? 0 : 3, authorities: [soa('test')] }),
      ];
    },
    web: [web('10.64.13.20', 'g20.shop.test', answer('200 OK', {}, 'ok'))],
    peers: [{ argv: ['getent', 'ahosts', 'g20.shop.test'], prints: /10\.64\.13\.20/ }],
    expected: {
      exitCodes: [0],
      causes: ['none'],
      says: [/REACHABLE/, /g20\.shop\.test\.corp\.test before g20\.shop\.test/, /search list/, /final dot/],
      never: [/other\.test/],
    },
  },
  {
    id: 'H14',
    situation: 'the system has the authority in between and not the root: curl accepts it, Node does not',
    source: 'https://github.com/nodejs/node/issues/36453',
    args: ['diagnose', 'https://h14.shop.test/', '--no-trace'],
    zone: { 'h14.shop.test': ['10.64.10.14'] },
    files: { '/etc/ssl/certs/ca-certificates.crt': '{intermediate}' },
    web: [
      web('10.64.10.14', 'h14.shop.test', answer('200 OK', { server: 'nginx' }, 'ok'), {
        issuer: 'intermediate',
      }),
    ],
    peers: [
      {
        argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{exitcode}', 'https://h14.shop.test/'],
        prints: /200 0/,
      },
    ],
    expected: { exitCodes: [0], causes: ['none'], says: [/accepted by curl/, /rejected by Node/] },
  },
  {
    id: 'F28',
    situation: 'redis.service.consul does not exist for this resolver',
    source: 'https://developer.hashicorp.com/consul/tutorials/networking/dns-forwarding',
    args: ['diagnose', 'redis.service.consul:6379', '--no-trace'],
    zone: {},
    expected: { exitCodes: [10], causes: ['dns.nxdomain'], says: [/port 8600/] },
  },
  {
    id: 'F29',
    situation: 'a host of a Tailscale network is silent',
    source: 'https://tailscale.com/kb/1023/troubleshooting',
    args: ['diagnose', 'db.tail1234.ts.net:5432', '--timeout', '1s'],
    zone: { 'db.tail1234.ts.net': ['100.101.102.103'] },
    silent: ['100.101.102.103'],
    expected: {
      exitCodes: [11],
      atMost: 'medium',
      says: [/tailscale ping/, /access rules/],
      never: [/describe-network-interfaces/, /authorize-security-group-ingress/],
    },
  },
];
