import type { HttpDocument } from '../../../src/documents/http.js';
import type { TlsDocument, TlsProgress } from '../../../src/documents/tls.js';
import { API, http, tls } from '../evidence.js';
import type { Dice } from './dice.js';

/** Handshakes and HTTP answers by chance. */

const STARTED_MS = Date.parse('2026-01-02T03:04:05.678Z');
const TLS = tls('ok');
const HTTP = http(200);
const CERTIFICATE = TLS.certificate;

const ALERTS = [
  'handshake_failure',
  'protocol_version',
  'unrecognized_name',
  'certificate_required',
  'internal_error',
];

export function tlsDocumentOf(dice: Dice, address: string, port: number, serverName: string): TlsDocument {
  const status = dice.of<TlsDocument['status']>([
    'ok',
    'ok',
    'untrusted',
    'name-mismatch',
    'expired',
    'protocol',
    'reset',
    'timeout',
    'closed',
    'error',
  ]);
  const isDone =
    status === 'ok' || status === 'untrusted' || status === 'name-mismatch' || status === 'expired';
  const heard: TlsProgress['heard'] = isDone
    ? 'done'
    : status === 'protocol'
      ? dice.of(['alert', 'server-hello', 'certificate', 'not-tls'])
      : dice.of(['nothing', 'nothing', 'server-hello', 'certificate']);
  const alert =
    heard === 'alert' || (status === 'protocol' && heard === 'certificate')
      ? { level: 'fatal' as const, code: 40, name: dice.of(ALERTS) }
      : null;
  const hasCertificate = isDone || heard === 'certificate';
  const purpose = dice.of([
    'target',
    'target',
    'target',
    'other-name',
    'small-segments',
    'small-hello',
  ] as const);
  const soon = new Date(STARTED_MS + dice.number(40) * 86_400_000).toISOString();
  return {
    ...TLS,
    status,
    address,
    port,
    serverName: purpose === 'other-name' ? 'example.com' : serverName,
    purpose,
    ...(purpose === 'small-segments' ? { answerStatus: dice.of([null, 200]) } : {}),
    durationMs: dice.number(3000),
    progress: {
      heard,
      sentBytes: 517,
      receivedBytes: heard === 'nothing' ? 0 : 1000,
      acknowledged: heard !== 'nothing' ? true : dice.of([true, false, null]),
      alert,
      firstLine: heard === 'not-tls' && dice.chance(0.5) ? 'HTTP/1.1 400 Bad Request' : null,
    },
    clientCertificate:
      status === 'ok' || !hasCertificate ? null : dice.of(['none', 'none', 'requested', 'required'] as const),
    certificate: hasCertificate && CERTIFICATE !== null ? { ...CERTIFICATE, validTo: soon } : null,
  };
}

const EXCEPTIONS = [
  null,
  'ForbiddenException',
  'ForbiddenException',
  'AccessDeniedException',
  'AccessDeniedException',
  'InternalServerErrorException',
  'MissingAuthenticationTokenException',
];

/** `User: … is not authorized …`, about the API that was called, and about another one. */
const denialOf = (reason: string, api = API): string =>
  `User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********4690:${api}/prod/GET/orders${reason}`;

const MESSAGES = [
  null,
  'Forbidden',
  'Forbidden',
  'Network error communicating with endpoint',
  'The API key is not valid',
  'Blocked by WAF',
  denialOf(''),
  denialOf(' because no resource-based policy allows the execute-api:Invoke action'),
  denialOf(' because no resource-based policy allows the execute-api:Invoke action', 'zzzzzzzzzz'),
  denialOf(' with an explicit deny in a resource-based policy'),
  denialOf(' because no VPC endpoint policy allows the execute-api:Invoke action'),
  denialOf(' with an explicit deny in a VPC endpoint policy'),
  denialOf(' because no identity-based policy allows the execute-api:Invoke action'),
  denialOf(' with an explicit deny in a service control policy'),
];

export function httpDocumentOf(dice: Dice, address: string): HttpDocument {
  const status = dice.chance(0.1)
    ? null
    : dice.of([200, 200, 204, 301, 401, 403, 403, 403, 404, 407, 429, 500, 502, 503, 504]);
  const isGateway = dice.chance(0.7);
  return {
    ...HTTP,
    status,
    address,
    variant: dice.of(['plain', 'plain', 'host', 'api-id', 'bogus'] as const),
    failure: status === null ? dice.of(['timeout', 'closed', 'error'] as const) : null,
    durationMs: dice.number(30_000),
    ...(isGateway
      ? {}
      : { requestId: null, gatewayId: null, server: dice.of([null, 'nginx', 'squid', 'awselb/2.0']) }),
    errorType: isGateway && status !== null && status >= 400 ? dice.of(EXCEPTIONS) : null,
    message: status === 403 || status === 500 ? dice.of(MESSAGES) : null,
    ...(dice.chance(0.1) ? { headers: { 'x-amzn-remapped-server': 'nginx' } } : {}),
  };
}
