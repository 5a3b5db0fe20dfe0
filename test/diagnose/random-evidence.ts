import type { HttpDocument } from '../../src/documents/http.js';
import type { Evidence, ObservedDns, SkippedStep } from '../../src/documents/report.js';
import type { Target } from '../../src/documents/target.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import type { AddressTrace } from '../../src/documents/trace.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { API, CLIENT, HOST, URL_OF_API, VPCE, VPCE_NAME } from './evidence.js';
import { httpDocumentOf, tlsDocumentOf } from './random/answers.js';
import { Dice, shared } from './random/dice.js';
import { dnsDocumentOf } from './random/lookups.js';
import { controlOf, mtuOf, tcpDocumentOf, traceDocumentOf } from './random/packets.js';

/**
 * Reports by the hundred thousand: each document is one that a probe can write, and the documents of one report agree or
 * contradict each other by chance. Made from a number, so that a failure can be repeated, and without fast-check's arbitraries,
 * which take ten times as long.
 */

/** The targets, parsed once: those that a report is mostly about, and one in eight times others, whose names are wrong. */
const TARGETS: readonly Target[] = [
  parseTarget(URL_OF_API),
  parseTarget(`https://${VPCE_NAME}/prod`),
  parseTarget('https://www.example.com/'),
  parseTarget('db.internal:5432'),
  parseTarget('10.0.1.5:443'),
  parseTarget(URL_OF_API, { vpce: VPCE_NAME }),
];
const OTHER_TARGETS: readonly Target[] = [
  parseTarget(`https://${API}.execute-api.cn-north-1.amazonaws.com/prod`),
  parseTarget(`https://${API}.execute-api.us-wets-2.amazonaws.com/prod`),
  parseTarget(`https://${VPCE}.execute-api.us-east-1.vpce.amazonaws.com/prod`),
  parseTarget(`https://${HOST}/`),
  parseTarget(URL_OF_API, { vpce: `${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com` }),
];

const POOL = ['10.0.1.5', '10.0.2.5', '52.1.2.3', 'fd00:1::5', '10.0.9.77', '172.17.2.20'];
const ENDPOINT = ['10.0.1.5', '10.7.1.5'];

const SKIPPED: readonly SkippedStep[] = [
  { step: 'http', reason: 'switched off' },
  { step: 'tls', reason: 'nothing is known of the protocol' },
  { step: 'trace', reason: 'no engine on this host' },
  { step: 'dns', reason: '/etc/resolv.conf cannot be read', missing: '/etc/resolv.conf' },
  { step: 'tcp', reason: 'koffi cannot be loaded', missing: 'koffi' },
];

function tlsOf(dice: Dice, host: string, port: number, address: string): TlsDocument {
  return shared(dice, `tls ${host} ${port} ${address}`, (own) => tlsDocumentOf(own, address, port, host));
}

function httpOf(dice: Dice, address: string): HttpDocument {
  return shared(dice, `http ${address}`, (own) => httpDocumentOf(own, address));
}

function traceOf(dice: Dice, host: string, port: number, address: string): AddressTrace {
  return shared(dice, `trace ${host} ${port} ${address}`, (own) => traceDocumentOf(own, host, port, address));
}

/** A lookup of the endpoint's own name. */
function endpointOf(dice: Dice): ObservedDns {
  return { ...dnsDocumentOf(dice, VPCE_NAME, ENDPOINT), asked: { purpose: 'endpoint', server: null } };
}

/** The report of a seed: the same one each time. */
export function randomEvidence(seed: number): Evidence {
  const dice = new Dice(seed);
  const target = dice.of(dice.chance(0.125) ? OTHER_TARGETS : TARGETS);
  const { host, port } = target;
  const isLiteral = host === '10.0.1.5';
  const first = dice.number(POOL.length);
  const count = 1 + dice.number(3);
  const addresses = isLiteral ? [host] : POOL.concat(POOL).slice(first, first + count);
  const someAddress = (): string => dice.of(addresses);
  const lookups = isLiteral
    ? []
    : dice.times(2, () => (dice.chance(0.8) ? dnsDocumentOf(dice, host, addresses) : endpointOf(dice)));
  const used = { name: 'HTTPS_PROXY', value: 'http://10.0.0.99:3128' };
  const resolved = lookups[0]?.addresses.map(({ address }) => address) ?? [];
  const connected = resolved.length > 0 && dice.chance(0.7) ? resolved : addresses;
  return {
    target,
    vantage: {
      hostname: 'client',
      addresses: [CLIENT],
      nameservers: ['10.0.0.2'],
      platform: 'linux 6.1 x64',
      ...(dice.chance(0.5)
        ? {
            networks: [
              { interface: 'eth0', network: '10.0.9.15/24', bridge: false },
              { interface: 'docker0', network: '172.17.0.1/16', bridge: true },
            ],
          }
        : {}),
    },
    observations: {
      dns: lookups,
      tcp: dice.chance(0.85) ? [tcpDocumentOf(dice, host, port, connected)] : [],
      tls: target.url === null ? [] : dice.times(3, () => tlsOf(dice, host, port, someAddress())),
      http: target.url === null ? [] : dice.times(2, () => httpOf(dice, someAddress())),
      trace: dice.times(2, () => traceOf(dice, host, port, someAddress())),
      ...(dice.chance(0.3)
        ? {
            origin: {
              source: dice.of(['dns', 'hosts-file'] as const),
              addresses: connected,
              hostsFile: null,
            },
          }
        : {}),
      ...(dice.chance(0.3)
        ? {
            system: dice.chance(0.5)
              ? { name: host, addresses, errorCode: null, durationMs: 4 }
              : {
                  name: host,
                  addresses: [],
                  errorCode: dice.of(['ENOTFOUND', 'ETIMEDOUT']),
                  durationMs: dice.number(2500),
                },
          }
        : {}),
      ...(dice.chance(0.4) ? { control: dice.times(2, () => controlOf(dice)) } : {}),
      ...(dice.chance(0.2)
        ? {
            environment: {
              variables: [used, { name: 'NO_PROXY', value: dice.of(['localhost', host]) }],
              forTarget: used,
            },
          }
        : {}),
      ...(dice.chance(0.3) ? { pathMtu: [mtuOf(dice, someAddress(), port)] } : {}),
    },
    skipped: dice.chance(0.4) ? [dice.of(SKIPPED)] : [],
  };
}
