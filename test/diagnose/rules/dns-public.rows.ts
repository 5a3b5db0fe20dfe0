import { answeredWith, dns, evidence, forbidden, HOST, http, tcp, tls, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';

function endpointName(address: string): Row['given'] {
  return evidence({
    target: `https://${VPCE_NAME}/prod`,
    dns: [dns(VPCE_NAME, [address])],
    tcp: [tcp(VPCE_NAME, { [address]: 'timeout' })],
  });
}

/** The default name gives an address of 100.64.0.0/10, and so has an interface of this host. */
function sharedAnswer(name: string): Row['given'] {
  return evidence({
    vantage: { networks: [{ interface: name, network: '100.64.9.15/32', bridge: false }] },
    dns: [dns(HOST, ['100.64.1.5'])],
    tcp: [tcp(HOST, { '100.64.1.5': 'timeout' })],
  });
}

export const dnsPublicRows: Row[] = [
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
  // AWS keeps the records of these names: their addresses are those of the endpoint, and many VPCs have a block of 100.64/10.
  ...['100.64.1.5', '2600:1f18::5'].map(
    (address): Row => ({
      name: `an endpoint’s own name with an address of another block of its VPC, ${address}`,
      given: endpointName(address),
      class: 'timeout',
      cause: 'tcp.timeout-all',
      confidence: 'low',
      excluded: ['dns.public-answer'],
    }),
  ),
  {
    name: 'an endpoint’s own name with a public address: of a rare block of its VPC, or of a resolver that made it up',
    given: endpointName('11.20.1.5'),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'medium',
    summary: ['which an endpoint has only in a public block of its VPC'],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'an endpoint’s own name with an address of loopback, which no VPC has',
    given: endpointName('127.0.0.9'),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    summary: ['not to the VPC endpoint'],
  },
  {
    name: 'a shared address, while this host has one in its own subnet',
    given: sharedAnswer('eth0'),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    excluded: ['dns.public-answer'],
  },
  {
    name: 'a shared address, while a tunnel of this host has one: that of a VPN client, or of an endpoint',
    given: sharedAnswer('tailscale0'),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'medium',
    summary: ['shared'],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'a shared address, and the endpoint’s own name has others',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(HOST, ['100.64.1.5']), dns(VPCE_NAME, ['10.0.1.5'])],
      tcp: [tcp(HOST, { '100.64.1.5': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
  },
  {
    name: 'a public API that wants signed requests: its public addresses are right',
    given: answeredWith(
      [
        http(403, {
          errorType: 'MissingAuthenticationTokenException',
          message: 'Missing Authentication Token',
        }),
      ],
      { dns: [dns(HOST, ['52.1.2.3'])], tcp: [tcp(HOST, { '52.1.2.3': 'open' })] },
    ),
    class: 'service',
    cause: 'api.path-unknown',
    confidence: 'medium',
    alternatives: ['api.authentication'],
  },
];
