import { dnsAttempt } from '../../report/documents.js';
import { API, dns, dnsFailure, evidence, HOST, unsent, VPCE, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';
import { asked, nowhere, three } from './situations.js';

export const dnsStatusRows: Row[] = [
  {
    name: 'the answer does not fit, and TCP port 53 does not answer',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          truncatedWithoutTcp: { server: '10.0.0.2', errno: null, accepts: false },
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.tcp-blocked',
    confidence: 'high',
    summary: ['UDP', 'TCP port 53', '10.0.0.2'],
    evidence: ['over UDP', 'TCP port 53'],
    remedy: [/TCP port 53/, '--tcp'],
  },
  {
    name: 'the answer does not fit, and the resolver accepts TCP connections without a reply',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          attempts: [
            dnsAttempt({ name: HOST, outcome: 'truncated' }),
            dnsAttempt({ name: HOST, transport: 'tcp', outcome: 'timeout', rcode: null }),
          ],
          truncatedWithoutTcp: { server: '10.0.0.2', errno: null, accepts: true },
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'high',
    summary: ['does not fit into UDP'],
    evidence: ['over UDP', 'accepts the connection'],
    remedy: [/answer over TCP/, '--tcp'],
  },
  {
    name: 'the A fails, and the AAAA says that there is no such name',
    given: evidence({
      target: 'db.internal:5432',
      dns: [
        dnsFailure('db.internal', 'nxdomain', {
          typesFailed: [{ type: 'A', status: 'servfail', rcode: 'SERVFAIL' }],
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'medium',
    summary: ['fails for its A record'],
    evidence: ['SERVFAIL'],
  },
  {
    name: 'a name that multicast DNS may have',
    given: evidence({ target: 'printer.local:631', dns: [dnsFailure('printer.local', 'nxdomain')] }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'high',
  },
  {
    name: 'a server that does not recurse',
    given: evidence({
      dns: [dnsFailure(HOST, 'error', { rcode: 'NOERROR', notRecursive: ['10.0.0.2'] })],
    }),
    class: 'dns',
    cause: 'dns.not-recursive',
    confidence: 'high',
    summary: ['10.0.0.2', 'no recursive resolver'],
    remedy: [/recursive resolver/],
  },
  ...(['nxdomain', 'no-data', 'servfail', 'refused'] as const).flatMap((status): Row[] => [
    {
      name: `${status}, and getaddrinfo was not asked: mdns or resolve may come before dns in nsswitch.conf`,
      given: evidence({ target: 'db.internal:5432', dns: [dnsFailure('db.internal', status)] }),
      class: 'dns',
      cause: `dns.${status}`,
      confidence: 'high',
    },
    {
      name: `${status}, and getaddrinfo has an address from another source`,
      given: evidence({
        target: 'db.internal:5432',
        dns: [dnsFailure('db.internal', status)],
        system: { name: 'db.internal', addresses: ['10.0.1.5'], errorCode: null, durationMs: 2 },
      }),
      class: 'dns',
      cause: `dns.${status}`,
      confidence: 'medium',
      evidence: [/getaddrinfo gives .*10\.0\.1\.5/],
    },
    {
      name: `${status} at the resolver in use, and an address at another one that was asked`,
      given: evidence({
        target: 'db.internal:5432',
        dns: [
          asked(dnsFailure('db.internal', status), 'host'),
          asked(dns('db.internal', ['52.1.2.3'], { server: '10.0.0.3' }), 'resolver'),
        ],
        system: nowhere('db.internal'),
      }),
      class: 'dns',
      cause: `dns.${status}`,
      confidence: 'high',
      evidence: [/10\.0\.0\.3 has addresses/],
    },
    {
      name: `${status} of one type, and no reply for the other one`,
      given: evidence({
        target: 'db.internal:5432',
        dns: [dnsFailure('db.internal', status, { typesNotAnswered: ['A'] })],
        system: nowhere('db.internal'),
      }),
      class: 'dns',
      cause: `dns.${status}`,
      confidence: 'medium',
    },
  ]),
  {
    name: 'a name that does not exist',
    given: evidence({ dns: [dnsFailure(HOST, 'nxdomain')], system: nowhere(HOST) }),
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
      system: nowhere(HOST),
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
      system: nowhere(`${API}-${VPCE}.execute-api.us-east-1.amazonaws.com`),
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
      system: nowhere('orders.corp.example'),
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [/private hosted zone/],
  },
  {
    name: 'any other name that does not exist',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dnsFailure('db.internal', 'nxdomain')],
      system: nowhere('db.internal'),
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
    remedy: [/spelling of db\.internal/],
  },
  {
    name: 'a name without addresses',
    given: evidence({ dns: [dnsFailure(HOST, 'no-data')], system: nowhere(HOST) }),
    class: 'dns',
    cause: 'dns.no-data',
    confidence: 'certain',
    summary: ['no A or AAAA record'],
    remedy: [/rebind/],
  },
  {
    name: 'a resolver that fails',
    given: evidence({
      dns: [dnsFailure(HOST, 'servfail', { extendedErrors: [{ code: 22, text: 'No Reachable Authority' }] })],
      system: nowhere(HOST, 'EAI_AGAIN'),
    }),
    class: 'dns',
    cause: 'dns.servfail',
    confidence: 'certain',
    summary: ['10.0.0.2'],
  },
  {
    name: 'a resolver that refuses',
    given: evidence({ dns: [dnsFailure(HOST, 'refused')], system: nowhere(HOST, 'EAI_AGAIN') }),
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
    name: 'a resolver that is silent about this name alone',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          attempts: [...dnsFailure(HOST, 'timeout').attempts, ...dnsFailure(HOST, 'timeout').attempts],
          answersOthers: ['10.0.0.2'],
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'high',
    summary: ['answers other questions'],
    remedy: [/forwarding rules/],
    alternatives: [],
  },
  {
    name: 'a resolver whose replies come from another address',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          attempts: [...dnsFailure(HOST, 'timeout').attempts, ...dnsFailure(HOST, 'timeout').attempts],
          repliesFrom: [{ server: '10.0.0.2', from: '172.21.0.1' }],
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'high',
    summary: [/The replies of the resolver 10\.0\.0\.2 come from 172\.21\.0\.1/],
    remedy: [/answer from the address that is asked/],
    alternatives: [],
  },
  {
    name: 'a resolver that sends packets which do not fit the query',
    given: evidence({
      dns: [
        dnsFailure(HOST, 'timeout', {
          attempts: [...dnsFailure(HOST, 'timeout').attempts, ...dnsFailure(HOST, 'timeout').attempts],
          discarded: { 'no-question': 3, 'bad-id': 1 },
        }),
      ],
    }),
    class: 'dns',
    cause: 'dns.timeout',
    confidence: 'high',
    summary: [/packets that do not fit it/],
    evidence: [/4 packets came that are not the reply to a query: 3 without the question, 1 with another ID/],
    remedy: [/--tcp/],
    alternatives: ['policy.proxy'],
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
    remedy: [/Start the DNS service/],
  },
  ...(
    [
      ['ENETUNREACH', /no route from here/, /ip route get/],
      ['EHOSTUNREACH', /on its link/, /ip neigh/],
    ] as const
  ).map(
    ([errno, summary, remedy]): Row => ({
      name: `a resolver to which no packet gets (${errno})`,
      given: evidence({ dns: [unsent(HOST, 'unreachable', errno)] }),
      class: 'dns',
      cause: 'dns.unreachable',
      confidence: 'high',
      summary: [summary],
      remedy: [remedy],
    }),
  ),
  ...['FORMERR', 'NOTIMP'].map(
    (rcode): Row => ({
      name: `a resolver that answers ${rcode}`,
      given: evidence({ dns: [dnsFailure(HOST, 'error', { rcode })], system: nowhere(HOST, 'EAI_AGAIN') }),
      class: 'dns',
      cause: 'dns.refused',
      confidence: 'certain',
      summary: [rcode],
      remedy: [/EDNS/],
    }),
  ),
];
