import { test } from 'tap';
import { classify, findingsOf } from '../../src/diagnose/classify.js';
import type { Evidence } from '../../src/diagnose/observations.js';
import { RULES } from '../../src/diagnose/rules/index.js';
import type { Confidence, VerdictClass } from '../../src/diagnose/verdict.js';
import { validateDocument } from '../schema/validate.js';
import {
  API,
  answeredWith,
  attempt,
  denied,
  dns,
  dnsFailure,
  evidence,
  forbidden,
  HOST,
  hops,
  http,
  probe,
  rejection,
  tcp,
  tcpOf,
  tls,
  trace,
  VPCE,
  VPCE_NAME,
} from './evidence.js';

interface Row {
  name: string;
  given: Evidence;
  class: VerdictClass;
  cause: string;
  confidence: Confidence;
  /** Must stand in the summary. */
  summary?: (string | RegExp)[];
  /** Must stand in one of the remedies, text, command or snippet. */
  remedy?: (string | RegExp)[];
  /** Causes among the alternatives. */
  alternatives?: string[];
}

const three = ['10.0.1.5', '10.0.2.5', '10.0.3.5'];
const resolved = dns(HOST, three);
const connected = { dns: [dns(HOST, ['10.0.1.5'])], tcp: [tcp(HOST, { '10.0.1.5': 'open' })] };
const silentPath = hops(null, null, null, null, null);

const DNS: Row[] = [
  {
    name: 'a name that does not exist',
    given: evidence({ dns: [dnsFailure(HOST, 'nxdomain')] }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    summary: [HOST, '10.0.0.2'],
    remedy: ['describe-vpc-endpoints', '169.254.169.253', 'execute-api.us-east-1.amazonaws.com'],
    alternatives: ['dns.split-view'],
  },
  {
    name: 'private DNS off: the name does not exist, the endpoint’s own does',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dnsFailure(HOST, 'nxdomain'), dns(VPCE_NAME, three)],
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [
      `curl -v -H 'Host: ${HOST}' https://${VPCE_NAME}/prod/orders`,
      `modify-vpc-endpoint --vpc-endpoint-id ${VPCE}`,
    ],
  },
  {
    name: 'an alias whose endpoint is not associated',
    given: evidence({
      target: `https://${API}-${VPCE}.execute-api.us-east-1.amazonaws.com/prod`,
      dns: [dnsFailure(`${API}-${VPCE}.execute-api.us-east-1.amazonaws.com`, 'nxdomain')],
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [`op=add,path=/endpointConfiguration/vpcEndpointIds,value=${VPCE}`],
  },
  {
    name: 'a custom name without its private zone',
    given: evidence({
      target: 'https://orders.corp.example/v1',
      options: { apiId: API },
      dns: [dnsFailure('orders.corp.example', 'nxdomain')],
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [/private hosted zone/],
  },
  {
    name: 'any other name that does not exist',
    given: evidence({ target: 'db.internal:5432', dns: [dnsFailure('db.internal', 'nxdomain')] }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [/spelling of db\.internal/],
  },
  {
    name: 'a name without addresses',
    given: evidence({ dns: [dnsFailure(HOST, 'no-data')] }),
    class: 'dns',
    cause: 'dns.no-data',
    confidence: 'certain',
    summary: ['A and AAAA'],
    remedy: [/rebind/],
  },
  {
    name: 'a resolver that fails',
    given: evidence({
      dns: [dnsFailure(HOST, 'servfail', { extendedErrors: [{ code: 22, text: 'No Reachable Authority' }] })],
    }),
    class: 'dns',
    cause: 'dns.servfail',
    confidence: 'certain',
    summary: ['10.0.0.2'],
  },
  {
    name: 'a resolver that refuses',
    given: evidence({ dns: [dnsFailure(HOST, 'refused')] }),
    class: 'dns',
    cause: 'dns.refused',
    confidence: 'certain',
    remedy: [/Let 10\.0\.0\.2 answer/],
  },
  {
    name: 'a resolver that is silent once',
    given: evidence({ dns: [dnsFailure(HOST, 'timeout')] }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'medium',
    remedy: [/UDP and TCP 53/],
    alternatives: ['local.firewall'],
  },
  {
    name: 'a resolver that is silent again and again',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          attempts: [...dnsFailure(HOST, 'timeout').attempts, ...dnsFailure(HOST, 'timeout').attempts],
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'high',
  },
  {
    name: 'a resolver that does not speak DNS',
    given: evidence({ dns: [dnsFailure(HOST, 'malformed')] }),
    class: 'dns',
    cause: 'dns.malformed',
    confidence: 'high',
    remedy: [/--tcp/],
  },
  {
    name: 'a resolver that cannot be reached',
    given: evidence({ dns: [dnsFailure(HOST, 'unreachable')] }),
    class: 'dns',
    cause: 'dns.unreachable',
    confidence: 'high',
  },
  {
    name: 'a public answer for a private API, without more',
    given: evidence({ dns: [dns(HOST, ['52.1.2.3'])], skipped: [{ step: 'http', reason: 'switched off' }] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'medium',
    summary: ['52.1.2.3', 'public'],
    alternatives: ['none'],
  },
  {
    name: 'a public answer, and nothing opens there',
    given: evidence({ dns: [dns(HOST, ['52.1.2.3'])], tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'a public answer, whose front end does not know the API',
    given: evidence({
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'open' })],
      tls: [tls('ok')],
      http: [forbidden()],
    }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    alternatives: ['api.not-matched'],
  },
  {
    name: 'one public address among private ones',
    given: evidence({
      dns: [dns(HOST, ['10.0.1.5', '52.1.2.3'])],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    summary: ['1 of 2 addresses', '52.1.2.3'],
    alternatives: ['tcp.timeout-some'],
  },
  {
    name: 'an endpoint’s own name with an address in shared space',
    given: evidence({ target: `https://${VPCE_NAME}/prod`, dns: [dns(VPCE_NAME, ['100.64.1.5'])] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    summary: ['shared'],
  },
  {
    name: 'another endpoint than the one named',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(HOST, ['10.7.1.5']), dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.7.1.5': 'open' })],
    }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'high',
    summary: ['10.7.1.5', VPCE, '10.0.1.5'],
    remedy: ['Values=10.7.1.5'],
  },
  {
    name: 'some addresses of the endpoint missing',
    given: evidence({ options: { vpce: VPCE_NAME }, dns: [dns(HOST, ['10.0.1.5']), dns(VPCE_NAME, three)] }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'medium',
  },
  {
    name: 'resolvers that disagree',
    given: evidence({ dns: [dnsFailure(HOST, 'nxdomain'), dns(HOST, three, { server: '169.254.169.253' })] }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'certain',
    summary: ['169.254.169.253', 'NXDOMAIN'],
    alternatives: ['dns.nxdomain'],
  },
  {
    name: 'a hosts file that sends the name elsewhere',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.9.9.9': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    summary: ['10.9.9.9', '10.0.1.5'],
    remedy: [`grep -n ${HOST} /etc/hosts`],
  },
  {
    name: 'the suffix of another partition',
    given: evidence({
      target: `https://${API}.execute-api.cn-north-1.amazonaws.com/prod`,
      dns: [dnsFailure(`${API}.execute-api.cn-north-1.amazonaws.com`, 'nxdomain')],
    }),
    class: 'dns',
    cause: 'url.wrong-suffix',
    confidence: 'certain',
    remedy: [`https://${API}.execute-api.cn-north-1.amazonaws.com.cn/prod`],
  },
  {
    name: 'an endpoint of another Region',
    given: evidence({
      options: { vpce: `${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com` },
      dns: [dns(HOST, ['52.1.2.3']), dns(`${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com`, three)],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'url.wrong-region',
    confidence: 'certain',
    summary: ['us-east-1', 'eu-west-1'],
  },
];

const CONNECT: Row[] = [
  {
    name: 'silence at every address, and on the path',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout', '10.0.3.5': 'timeout' })],
      trace: [trace('filtered', silentPath)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    summary: three,
    remedy: [
      /Allow inbound TCP 443 from 10\.0\.9\.15 .*10\.0\.1\.5/,
      '--cidr 10.0.9.15/32',
      /Allow outbound TCP 443 to 10\.0\.1\.5/,
    ],
    alternatives: ['dns.endpoint-mismatch', 'local.firewall'],
  },
  {
    name: 'silence at every address, no trace',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })] }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: ['Neither'],
  },
  {
    name: 'silence at the only address, no trace',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'timeout' }, 5432)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    summary: ['10.0.1.5', 'db.internal', '5432'],
  },
  {
    name: 'silence at one address of three',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'timeout' })],
      tls: [tls('ok')],
      http: [http(200)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-some',
    confidence: 'high',
    summary: ['10.0.3.5', '10.0.1.5 and 10.0.2.5 open'],
    remedy: [/network ACL of the subnet of 10\.0\.3\.5/],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'silence at one address, refusal at the other',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'refused' })] }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    alternatives: ['tcp.timeout-some'],
  },
  {
    name: 'routers that send packets in a circle',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [
        trace(
          'filtered',
          hops('10.0.9.1', '10.8.0.1', '10.8.0.2', '10.8.0.1', '10.8.0.2', '10.8.0.1', '10.8.0.2'),
        ),
      ],
    }),
    class: 'timeout',
    cause: 'route.loop',
    confidence: 'high',
    summary: ['10.8.0.1 and 10.8.0.2', 'hop 2'],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'hops that answer, then silence, and nothing else measured',
    given: evidence({
      dns: [resolved],
      trace: [trace('filtered', hops('10.0.9.1', '10.8.0.1', null, null, null, null, null))],
    }),
    class: 'timeout',
    cause: 'route.blackhole-after-hop',
    confidence: 'low',
    summary: ['10.8.0.1', 'hop 2'],
  },
  {
    name: 'hops that answer, then silence, behind a timeout',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', hops('10.0.9.1', '10.8.0.1', null, null, null))],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    alternatives: ['route.blackhole-after-hop'],
  },
  {
    name: 'a firewall that says so, and where it is',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('prohibited', [...hops('10.0.9.1'), rejection(2, '10.0.0.254', 3, 13, '!X')])],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'certain',
    summary: ['10.0.0.254', '10.0.1.5'],
    remedy: ['Allow TCP 443 from 10.0.9.15 to 10.0.1.5 on the firewall at 10.0.0.254'],
  },
  {
    name: 'a firewall that says so over IPv6',
    given: evidence({
      dns: [dns(HOST, ['fd00:1::5'])],
      tcp: [tcp(HOST, { 'fd00:1::5': 'timeout' })],
      trace: [trace('prohibited', [rejection(1, 'fd00:9::1', 1, 1, '!X')], { address: 'fd00:1::5' })],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'certain',
    summary: ['fd00:9::1'],
  },
  {
    name: 'a firewall that says so, unplaced',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'prohibited' })] }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    remedy: ['pprobe trace 10.0.1.5 -p 443'],
  },
  {
    name: 'a closed port',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['10.0.1.5', '5432'],
    alternatives: ['policy.reset-injected'],
  },
  {
    name: 'a port that a REJECT rule closes',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
      trace: [
        trace('unreachable', [rejection(1, '10.0.9.1', 3, 3, '!p')], { host: 'db.internal', port: 5432 }),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    alternatives: ['policy.reset-injected'],
  },
  {
    name: 'no route on this host',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { errno: 'ENETUNREACH', local: true })])],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
    remedy: ['ip route get 10.0.1.5'],
  },
  {
    name: 'no route on this host, by the trace alone',
    given: evidence({
      dns: [resolved],
      trace: [
        trace('unreachable', [{ ttl: 1, probes: [probe({ reply: 'send-error', errno: 'ENETUNREACH' })] }]),
      ],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
  },
  {
    name: 'no route on a router, which says so',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'unreachable' })],
      trace: [trace('unreachable', [...hops('10.0.9.1'), rejection(2, '10.8.0.1', 3, 0, '!N')])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'certain',
    summary: ['10.8.0.1', 'hop 2'],
  },
  {
    name: 'a neighbour that does not answer ARP',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { durationMs: 3050 })])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'medium',
    remedy: ['ip neigh show to 10.0.1.5'],
  },
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
      trace: [trace('unreachable', [{ ttl: 1, probes: [probe({ reply: 'send-error', errno: 'EPERM' })] }])],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'certain',
  },
  {
    name: 'this host’s security module',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'denied', { errno: 'EACCES' })])],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'medium',
  },
];

const TLS: Row[] = [
  {
    name: 'a certificate for other names',
    given: evidence({
      ...connected,
      tls: [
        tls('name-mismatch', { serverName: 'alb.example.com', errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      ],
    }),
    class: 'tls',
    cause: 'tls.name-mismatch',
    confidence: 'certain',
    summary: ['*.execute-api.us-east-1.amazonaws.com', 'alb.example.com'],
    remedy: [`https://${HOST}/prod/orders`],
  },
  {
    name: 'a certificate of an unknown authority',
    given: evidence({ ...connected, tls: [tls('untrusted', { errorCode: 'SELF_SIGNED_CERT_IN_CHAIN' })] }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'certain',
    summary: ['Amazon RSA 2048 M02'],
    alternatives: ['policy.proxy'],
  },
  {
    name: 'a certificate past its time',
    given: evidence({ ...connected, tls: [tls('expired', { errorCode: 'CERT_HAS_EXPIRED' })] }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'certain',
    summary: ['2026-06-30'],
  },
  {
    name: 'no TLS version in common',
    given: evidence({ ...connected, tls: [tls('protocol', { certificate: null })] }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
  },
  {
    name: 'a handshake that is swallowed',
    given: evidence({ ...connected, tls: [tls('timeout', { certificate: null })] }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    remedy: [/MTU/],
    alternatives: ['policy.sni-filtered'],
  },
  {
    name: 'a handshake that is cut',
    given: evidence({ ...connected, tls: [tls('reset', { certificate: null, errorCode: 'ECONNRESET' })] }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
    alternatives: ['policy.sni-filtered'],
  },
];

const because = (policy: string) => ` because no ${policy} allows the execute-api:Invoke action`;

const POLICY: Row[] = [
  {
    name: 'a resource policy without an Allow',
    given: answeredWith([denied(because('resource-based policy'))], { options: { vpce: VPCE } }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    summary: [API, VPCE, 'anonymous'],
    remedy: [`"aws:SourceVpce": "${VPCE}"`, `create-deployment --rest-api-id ${API} --stage-name prod`],
  },
  {
    name: 'a resource policy with a Deny',
    given: answeredWith([denied(' with an explicit deny in a resource-based policy')]),
    class: 'policy',
    cause: 'policy.resource-explicit',
    confidence: 'certain',
    remedy: ['get-rest-api', 'Values=10.0.1.5'],
  },
  {
    name: 'an endpoint policy without an Allow',
    given: answeredWith([denied(because('VPC endpoint policy'))]),
    class: 'policy',
    cause: 'policy.endpoint-implicit',
    confidence: 'certain',
    remedy: [`arn:aws:execute-api:us-east-1:ACCOUNT:${API}/*`, '4690'],
  },
  {
    name: 'an endpoint policy with a Deny',
    given: answeredWith([denied(' with an explicit deny in a VPC endpoint policy')]),
    class: 'policy',
    cause: 'policy.endpoint-explicit',
    confidence: 'certain',
  },
  {
    name: 'a caller without permission',
    given: answeredWith([denied(because('identity-based policy'))]),
    class: 'policy',
    cause: 'policy.identity',
    confidence: 'certain',
  },
  {
    name: 'a service control policy',
    given: answeredWith([denied(' with an explicit deny in a service control policy')]),
    class: 'policy',
    cause: 'policy.organization',
    confidence: 'certain',
    summary: ['service control policy'],
  },
  {
    name: 'a denial in the old words',
    given: answeredWith([denied('')]),
    class: 'policy',
    cause: 'policy.denied',
    confidence: 'high',
    alternatives: ['policy.resource-implicit', 'policy.endpoint-implicit', 'policy.identity'],
  },
  {
    name: 'a denial whose body the owner rewrote',
    given: answeredWith([http(404, { errorType: 'AccessDeniedException', message: 'not here' })]),
    class: 'policy',
    cause: 'policy.denied',
    confidence: 'high',
  },
];

const vpceUrl = `https://${VPCE_NAME}/prod`;

const SERVICE: Row[] = [
  {
    name: 'an endpoint’s name without the API’s',
    given: answeredWith([forbidden()], { target: vpceUrl }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'high',
    remedy: ['--api-id'],
  },
  {
    name: 'an endpoint’s name, answered once Host names the API',
    given: answeredWith(
      [
        forbidden(),
        http(200, { variant: 'host' }),
        http(200, { variant: 'api-id' }),
        forbidden({ variant: 'bogus' }),
      ],
      {
        target: vpceUrl,
        options: { apiId: API },
      },
    ),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'certain',
    summary: [`Host: ${HOST}`],
    remedy: [
      `curl -v -H 'Host: ${HOST}' ${vpceUrl}`,
      `https://${API}-${VPCE}.execute-api.us-east-1.amazonaws.com/prod`,
    ],
  },
  {
    name: 'an endpoint’s name, denied once Host names the API',
    given: answeredWith([forbidden(), denied(because('resource-based policy'), { variant: 'host' })], {
      target: vpceUrl,
      options: { apiId: API },
    }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    alternatives: ['api.not-matched'],
  },
  {
    name: 'Forbidden by all names',
    given: answeredWith([forbidden(), forbidden({ variant: 'api-id' }), forbidden({ variant: 'bogus' })]),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'low',
    summary: ['stage prod'],
    alternatives: ['api.key', 'api.waf'],
  },
  {
    name: 'Forbidden, and a URL without a stage',
    given: answeredWith([forbidden()], { target: `https://${HOST}/` }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'medium',
    summary: ['no stage'],
    remedy: [/stage first/],
  },
  {
    name: 'Forbidden, and an id of nine characters',
    given: answeredWith([forbidden()], {
      target: 'https://a1b2c3d4e.execute-api.us-east-1.amazonaws.com/prod',
    }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'medium',
    remedy: [/a1b2c3d4e has 9 characters/],
  },
  {
    name: 'a path that the API does not know',
    given: answeredWith([
      http(403, {
        errorType: 'MissingAuthenticationTokenException',
        message: 'Missing Authentication Token',
      }),
    ]),
    class: 'service',
    cause: 'api.path-unknown',
    confidence: 'medium',
    summary: ['/orders', 'stage prod'],
    alternatives: ['api.authentication'],
  },
  {
    name: 'a missing API key, where the API says so',
    given: answeredWith([forbidden({ message: 'Invalid API Key identifier specified' })]),
    class: 'service',
    cause: 'api.key',
    confidence: 'medium',
  },
  {
    name: 'a request that WAF blocks, where the API says so',
    given: answeredWith([forbidden({ message: 'blocked: WAF_FILTERED' })]),
    class: 'service',
    cause: 'api.waf',
    confidence: 'medium',
  },
  {
    name: 'a request without the token the API wants',
    given: answeredWith([http(401, { errorType: 'UnauthorizedException', message: 'Unauthorized' })]),
    class: 'service',
    cause: 'api.authentication',
    confidence: 'certain',
  },
  {
    name: 'a request over the rate',
    given: answeredWith([http(429, { errorType: 'TooManyRequestsException', message: 'Too Many Requests' })]),
    class: 'service',
    cause: 'api.throttled',
    confidence: 'certain',
  },
  {
    name: 'a backend that is too slow',
    given: answeredWith([
      http(504, { errorType: 'InternalServerErrorException', message: 'Endpoint request timed out' }),
    ]),
    class: 'service',
    cause: 'backend.timeout',
    confidence: 'certain',
  },
  {
    name: 'no answer to the request',
    given: answeredWith([http(null, { failure: 'timeout', durationMs: 5000 })]),
    class: 'service',
    cause: 'backend.timeout',
    confidence: 'low',
    summary: ['5 s'],
  },
  {
    name: 'a backend that API Gateway cannot reach',
    given: answeredWith([
      http(504, {
        errorType: 'InternalServerErrorException',
        message: 'Network error communicating with endpoint',
      }),
    ]),
    class: 'service',
    cause: 'backend.network',
    confidence: 'certain',
  },
  {
    name: 'a backend that fails',
    given: answeredWith([
      http(502, { errorType: 'InternalServerErrorException', message: 'Internal server error' }),
    ]),
    class: 'service',
    cause: 'backend.error',
    confidence: 'high',
  },
  {
    name: 'the backend’s own 404',
    given: answeredWith([http(404)]),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    summary: ['404'],
  },
  {
    name: 'a 407 of something that is not API Gateway',
    given: answeredWith([http(407, { requestId: null, gatewayId: null, server: 'squid/6.1' })]),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    alternatives: ['policy.proxy'],
  },
];

const REACHABLE: Row[] = [
  {
    name: 'a 200',
    given: answeredWith([http(200)]),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
    summary: [HOST, '200'],
  },
  {
    name: 'a public API by its public addresses',
    given: answeredWith([http(200, { address: '52.1.2.3' })], {
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'open' })],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
  },
  {
    name: 'TLS up, no request wanted',
    given: evidence({ ...connected, tls: [tls('ok')], skipped: [{ step: 'http', reason: 'switched off' }] }),
    class: 'reachable',
    cause: 'none',
    confidence: 'high',
  },
  {
    name: 'an open port that is not HTTPS',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'open' }, 5432)],
      skipped: [{ step: 'tls', reason: 'nothing is known of the protocol' }],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
    summary: ['10.0.1.5', '5432'],
  },
  {
    name: 'open ports, with IPv6 answers this host has no use for',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5', '2600:1f18::5'])],
      tcp: [
        tcpOf('db.internal', [
          attempt('10.0.1.5', 'open', { port: 5432 }),
          attempt('2600:1f18::5', 'unreachable', { port: 5432, errno: 'ENETUNREACH', local: true }),
        ]),
      ],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
  },
];

const INCONCLUSIVE: Row[] = [
  {
    name: 'nothing',
    given: evidence(),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: ['nothing was measured'],
  },
  {
    name: 'an interrupt after the connections',
    given: evidence(connected),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: ['DNS and TCP'],
  },
  {
    name: 'an interrupt in the middle of everything',
    given: evidence({
      dns: [dnsFailure(HOST, 'error')],
      tcp: [tcp(HOST, { '10.0.1.5': 'error' })],
      tls: [tls('error', { errorCode: 'ECANCELED' })],
      http: [http(null, { failure: 'canceled' })],
      trace: [trace('interrupted', silentPath)],
    }),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
  },
];

const ROWS: Row[] = [...DNS, ...CONNECT, ...TLS, ...POLICY, ...SERVICE, ...REACHABLE, ...INCONCLUSIVE];

for (const row of ROWS) {
  test(`${row.class}: ${row.name}`, (t) => {
    const verdict = classify(row.given);
    t.equal(verdict.cause, row.cause, verdict.summary);
    t.equal(verdict.class, row.class);
    t.equal(verdict.confidence, row.confidence);
    for (const words of row.summary ?? [])
      t.ok(has(verdict.summary, words), `${verdict.summary} has ${words}`);
    const remedies = verdict.remedies.flatMap(({ text, command, snippet }) => [
      text,
      command ?? '',
      snippet ?? '',
    ]);
    for (const words of row.remedy ?? [])
      t.ok(
        remedies.some((each) => has(each, words)),
        `a remedy has ${words}: ${remedies.join('\n')}`,
      );
    const others = verdict.alternatives.map(({ cause }) => cause);
    for (const cause of row.alternatives ?? []) t.ok(others.includes(cause), `${cause} among ${others}`);
    t.notOk(
      others.includes(verdict.cause) && verdict.cause !== 'none',
      'the verdict is not its own alternative',
    );
    if (verdict.class !== 'inconclusive') t.ok(verdict.evidence.length > 0, 'rests on evidence');
    for (const { observation } of verdict.evidence)
      t.ok(exists(row.given, observation), `${observation} was observed`);
    for (const { text, check } of verdict.alternatives)
      t.ok(text && check, 'every alternative says what it is and what would decide');
    t.notMatch(JSON.stringify(verdict), /undefined|\bnull\b|NaN/, 'no hole in the text');
    t.end();
  });
}

function has(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text);
}

function exists({ observations }: Evidence, ref: string): boolean {
  const [, kind = '', index = ''] = /^(\w+)\[(\d+)\]$/.exec(ref) ?? [];
  return new Map<string, unknown[]>(Object.entries(observations)).get(kind)?.[Number(index)] !== undefined;
}

test('every verdict satisfies the published schema', (t) => {
  const tool = { name: 'pprobe', version: '0.1.0' } as const;
  const header = {
    kind: 'report',
    version: 1,
    tool,
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 1,
  } as const;
  for (const { name, given } of ROWS)
    t.same(validateDocument({ ...header, ...given, verdict: classify(given) }), [], name);
  t.end();
});

test('every rule is reached by a row', (t) => {
  const reached = new Set(ROWS.flatMap(({ given }) => findingsOf(given).map(({ cause }) => cause)));
  for (const { cause } of RULES) t.ok(reached.has(cause), cause);
  t.end();
});

test('no rule fires without evidence', (t) => {
  for (const target of ['https://example.com/', 'db.internal:5432', vpceUrl]) {
    const given = evidence({ target });
    for (const rule of RULES) t.equal(rule.judge(given), null, `${rule.cause} on ${target}`);
  }
  t.end();
});

test('an address that opened is not blamed for what a trace to it met', (t) => {
  const verdict = classify(
    answeredWith([http(200)], {
      trace: [
        trace('prohibited', [rejection(1, '10.0.9.1', 3, 13, '!X')]),
        trace('filtered', silentPath, { address: '10.0.2.5' }),
      ],
    }),
  );
  t.equal(verdict.class, 'reachable');
  t.same(verdict.alternatives, []);
  t.end();
});

test('a destination NAT, where all hops answer as the target, is no loop', (t) => {
  const path = hops(...Array<string>(8).fill('10.0.1.5'));
  const verdict = classify(
    evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', path)],
    }),
  );
  t.equal(verdict.cause, 'tcp.timeout-all');
  t.end();
});

test('a control target is not judged', (t) => {
  const verdict = classify(
    answeredWith([http(200)], {
      tcp: [tcp(HOST, { '10.0.1.5': 'open' }), tcp('example.com', { '93.184.215.14': 'timeout' })],
    }),
  );
  t.equal(verdict.class, 'reachable');
  t.end();
});

test('names of one zone, and private names without AAAA, are no mismatch', (t) => {
  const zonal = `${VPCE}-abcd1234-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com`;
  const inZone = evidence({ options: { vpce: zonal }, dns: [dns(HOST, three), dns(zonal, ['10.0.1.5'])] });
  t.same(findingsOf(inZone), []);
  const dualStack = evidence({
    options: { vpce: VPCE_NAME },
    dns: [dns(HOST, three), dns(VPCE_NAME, [...three, '2600:1f18::5'])],
  });
  t.same(findingsOf(dualStack), []);
  t.end();
});

test('the IPv6 addresses of a VPC are public and healthy', (t) => {
  const answer = dns(HOST, ['10.0.1.5', '2600:1f18:1:2301::5']);
  t.equal(
    classify(evidence({ dns: [answer] })).cause,
    'dns.public-answer',
    'nothing says that they are the VPC’s',
  );
  t.same(
    findingsOf(evidence({ dns: [answer], vantage: { addresses: ['2600:1f18:1:23ff::9'] } })),
    [],
    'in this host’s own block',
  );
  t.same(
    findingsOf(
      evidence({
        options: { vpce: VPCE_NAME },
        dns: [answer, dns(VPCE_NAME, ['10.0.1.5', '2600:1f18:1:2301::5'])],
      }),
    ),
    [],
    'among the endpoint’s own',
  );
  t.same(findingsOf(evidence({ dns: [dns(HOST, ['fd00:1::5'])] })), [], 'unique local');
  t.end();
});

test('a healthy first resolver is not doubted for the sake of a second', (t) => {
  t.same(
    findingsOf(evidence({ dns: [dns(HOST, three), dnsFailure(HOST, 'nxdomain', { server: '8.8.8.8' })] })),
    [],
  );
  t.end();
});

test('a name from the hosts file that opens is left in peace', (t) => {
  t.same(
    findingsOf(
      evidence({ target: 'db.internal:5432', tcp: [tcp('db.internal', { '10.0.1.5': 'open' }, 5432)] }),
    ).map(({ class: found }) => found),
    ['reachable'],
  );
  t.end();
});

test('one changed fact changes the verdict', (t) => {
  const healthy = {
    dns: [resolved],
    tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'open' })],
    tls: [tls('ok')],
    http: [http(200)],
  };
  const said = (changes: Parameters<typeof evidence>[0]) => {
    const { cause, class: found, confidence } = classify(evidence({ ...healthy, ...changes }));
    return `${found} ${cause} ${confidence}`;
  };
  const verdicts = [
    said({}),
    said({ dns: [dns(HOST, ['10.0.1.5', '52.1.2.3'])], http: [] }),
    said({ tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'timeout' })] }),
    said({ tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'refused' })] }),
    said({
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout', '10.0.3.5': 'timeout' })],
      tls: [],
      http: [],
    }),
    said({ tls: [tls('untrusted')], http: [] }),
    said({ tls: [tls('expired')], http: [] }),
    said({ http: [] }),
    said({ http: [], skipped: [{ step: 'http', reason: 'switched off' }] }),
    said({ http: [http(500)] }),
    said({ http: [forbidden()] }),
    said({ http: [denied('')] }),
    said({ http: [denied(because('resource-based policy'))] }),
    said({ http: [denied(because('VPC endpoint policy'))] }),
  ];
  t.equal(verdicts[0], 'reachable none certain');
  t.same(new Set(verdicts).size, verdicts.length, verdicts.join('\n'));
  t.end();
});

test('a DNS fault behind a timeout is the verdict, and the timeout its evidence', (t) => {
  const verdict = classify(
    evidence({
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
      trace: [trace('filtered', silentPath, { address: '52.1.2.3' })],
    }),
  );
  t.equal(verdict.cause, 'dns.public-answer');
  t.same(
    verdict.evidence.map(({ observation }) => observation),
    ['dns[0]', 'tcp[0]'],
  );
  t.match(verdict.alternatives, [
    { cause: 'tcp.timeout-all', confidence: 'high', observed: true },
    { cause: 'none' },
  ]);
  t.end();
});

test('a certificate with two faults shows both, an answer of CloudFront its way', (t) => {
  const problems = [
    { status: 'untrusted', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    { status: 'expired', code: 'CERT_HAS_EXPIRED' },
  ] as const;
  const twice = classify(evidence({ ...connected, tls: [tls('untrusted', { problems: [...problems] })] }));
  t.match(twice.evidence[1]?.text, /CERT_HAS_EXPIRED/);
  t.match(classify(answeredWith([forbidden({ viaCloudFront: true })])).evidence[0]?.text, /CloudFront/);
  t.end();
});

test('a name from the hosts file is doubted when its port is closed', (t) => {
  const given = evidence({
    target: 'db.internal:5432',
    tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
  });
  t.match(classify(given), {
    cause: 'tcp.refused',
    alternatives: [{ cause: 'dns.hosts-override', observed: true }],
  });
  t.end();
});

test('commands survive what a URL may hold', (t) => {
  const target = `https://${VPCE_NAME}/prod/$(reboot);'x'`;
  const verdict = classify(
    answeredWith([forbidden(), http(200, { variant: 'host' })], { target, options: { apiId: API } }),
  );
  t.equal(
    verdict.remedies[0]?.command,
    `curl -v -H 'Host: ${HOST}' 'https://${VPCE_NAME}/prod/$(reboot);'\\''x'\\'''`,
  );
  t.end();
});
