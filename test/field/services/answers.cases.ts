import type { Peer } from '../case.js';
import { answer, type FieldCase, web } from './case.js';

/** Who answered: told from all headers, the certificate and the name, and the advice fits who it was. */

const API = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const API_CERTIFICATE = '*.execute-api.us-east-1.amazonaws.com';
const NOT_PRIVATE_DNS = [/private DNS (on|enabled)/i, /--private-dns-enabled/, /modify-vpc-endpoint/];

/** An HTTP API of API Gateway, which sends `apigw-requestid` and none of the headers of a REST API. */
function httpApi(
  id: string,
  address: string,
  status: string,
  message: string,
  causes: readonly string[],
): FieldCase {
  return {
    id,
    situation: `a public HTTP API answers ${status}`,
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html',
    args: ['diagnose', `https://${API}/orders`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [API]: [address] },
    web: [
      web(
        address,
        API_CERTIFICATE,
        answer(
          status,
          { 'content-type': 'application/json', 'apigw-requestid': 'Vts2FFmArPEFh8g=' },
          JSON.stringify({ message }),
        ),
        { issuer: 'Amazon RSA 2048 M02' },
      ),
    ],
    peers: [curl(`https://${API}/orders`, status)],
    expected: { exitCodes: [16], causes, atMost: 'high', says: [/HTTP API/], never: NOT_PRIVATE_DNS },
  };
}

/** The status that curl prints for a URL. */
const curl = (url: string, status: string): Peer => ({
  argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--cacert', '{ca}', url],
  prints: new RegExp(`^${status.slice(0, 3)}`),
});

/** The answer that an Application Load Balancer gives itself. */
function loadBalancer(
  id: string,
  address: string,
  status: string,
  source: string,
  causes: readonly string[],
  says: readonly RegExp[],
): FieldCase {
  const name = `${id.toLowerCase()}.shop.test`;
  return {
    id,
    situation: `a load balancer answers ${status} itself`,
    source,
    args: ['diagnose', `https://${name}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [name]: [address] },
    web: [
      web(
        address,
        name,
        answer(
          status,
          { server: 'awselb/2.0', 'content-type': 'text/html' },
          `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n</body>\r\n</html>\r\n`,
        ),
      ),
    ],
    peers: [curl(`https://${name}/`, status)],
    expected: {
      exitCodes: [16],
      causes,
      atMost: 'high',
      says: [/load balancer/i, ...says],
      never: [/API Gateway/, /the network works/i, /network is fine/i],
    },
  };
}

/** A service of AWS other than API Gateway. */
function awsService(
  id: string,
  service: string,
  address: string,
  status: string,
  headers: Record<string, string>,
  body: string,
): FieldCase {
  const name = `${service}.us-east-1.amazonaws.com`;
  return {
    id,
    situation: `${service} answers ${status}`,
    source: 'https://docs.aws.amazon.com/general/latest/gr/rande.html',
    args: ['diagnose', `https://${name}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [name]: [address] },
    web: [web(address, name, answer(status, headers, body), { issuer: 'Amazon RSA 2048 M02' })],
    peers: [curl(`https://${name}/`, status)],
    expected: {
      exitCodes: [16],
      says: [new RegExp(service, 'i')],
      never: [/API Gateway answered/, /\bstage\b/i, /resource policy/i],
    },
  };
}

/** A proxy or another server that names itself. */
function other(
  id: string,
  situation: string,
  source: string,
  address: string,
  text: string,
  expected: FieldCase['expected'],
): FieldCase {
  const name = `${id.toLowerCase()}.shop.test`;
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${name}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [name]: [address] },
    web: [web(address, name, text)],
    peers: [curl(`https://${name}/`, text.slice('HTTP/1.1 '.length))],
    expected,
  };
}

export const answerCases: readonly FieldCase[] = [
  httpApi('E1', '3.211.10.20', '404 Not Found', 'Not Found', [
    'api.path-unknown',
    'api.not-matched',
    'http.error',
  ]),
  httpApi('E1-401', '3.211.10.21', '401 Unauthorized', 'Unauthorized', ['api.authentication']),
  httpApi('E1-403', '3.211.10.22', '403 Forbidden', 'Forbidden', [
    'api.not-matched',
    'api.authentication',
    'policy.denied',
    'http.error',
  ]),
  httpApi('E1-500', '3.211.10.23', '500 Internal Server Error', 'Internal Server Error', [
    'backend.error',
    'backend.network',
  ]),
  loadBalancer(
    'E2',
    '10.64.2.1',
    '504 Gateway Time-out',
    'https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1276',
    ['backend.timeout', 'backend.network'],
    [/target/i, /security group/i],
  ),
  loadBalancer(
    'E2-502',
    '10.64.2.2',
    '502 Bad Gateway',
    'https://github.com/PublicMapping/districtbuilder/pull/448',
    ['backend.error', 'backend.network'],
    [/target/i, /clos|reset|malformed|HTTPS/i],
  ),
  loadBalancer(
    'E2-503',
    '10.64.2.3',
    '503 Service Temporarily Unavailable',
    'https://github.com/aws-samples/eks-workshop-greater-china/issues/16',
    ['backend.error', 'backend.network'],
    [/target/i, /regist|health/i],
  ),
  loadBalancer(
    'E2-464',
    '10.64.2.4',
    '464',
    'https://github.com/Cloud-Foundations/keymaster/issues/185',
    ['backend.error', 'http.error'],
    [/protocol/i, /HTTP\/2|gRPC/i],
  ),
  loadBalancer(
    'E2-561',
    '10.64.2.5',
    '561 Unauthorized',
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html',
    ['backend.error', 'api.authentication', 'http.error'],
    [/identity provider|OIDC|authenticat/i],
  ),
  awsService(
    'E3',
    'lambda',
    '52.94.20.3',
    '403 Forbidden',
    {
      'content-type': 'application/json',
      'x-amzn-requestid': '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
      'x-amzn-errortype': 'MissingAuthenticationTokenException',
    },
    '{"message":"Missing Authentication Token"}',
  ),
  awsService(
    'E3-kinesis',
    'kinesis',
    '52.94.20.4',
    '400 Bad Request',
    {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': 'd5a2f6a0-39db-11e9-9c2e-5bd7c2de5998',
      'x-amz-id-2': 'abc',
      'x-amzn-errortype': 'AccessDeniedException',
    },
    '{"__type":"AccessDeniedException","Message":"Unable to determine service/operation name to be authorized"}',
  ),
  {
    id: 'E4',
    situation: 'a server that is not of AWS takes the request and sends nothing',
    source: 'https://github.com/psf/requests/issues/3070',
    args: [
      'diagnose',
      'https://e4.shop.test/report',
      '--ca-file',
      '{ca}',
      '--no-trace',
      '--timeout',
      '1500ms',
    ],
    zone: { 'e4.shop.test': ['10.64.4.1'] },
    web: [web('10.64.4.1', 'e4.shop.test', null)],
    expected: {
      exitCodes: [16],
      causes: ['backend.timeout', 'http.error'],
      never: [/API Gateway/, /29 s/, /execution log/i, /\bLambda\b/, /integration/i],
    },
  },
  other(
    'E5',
    'a service mesh cannot reach what is behind it',
    'https://github.com/envoyproxy/gateway/issues/4114',
    '10.64.5.1',
    answer(
      '503 Service Unavailable',
      { server: 'envoy', 'content-type': 'text/plain' },
      'upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    ),
    {
      exitCodes: [16],
      causes: ['backend.network', 'backend.timeout', 'backend.error'],
      atMost: 'high',
      says: [/envoy/i, /behind|upstream/i],
      never: [/API Gateway/, /the network works, and the server itself/],
    },
  ),
  other(
    'E6',
    'a proxy that is not configured here answers instead of the server',
    'https://github.com/sipgate/sipgate.io/issues/35',
    '10.64.6.1',
    answer(
      '403 Forbidden',
      {
        server: 'squid/3.1.20',
        'x-squid-error': 'ERR_ACCESS_DENIED 0',
        via: '1.0 localhost (squid/3.1.20)',
        'x-cache': 'MISS from localhost',
        'content-type': 'text/html',
      },
      '<html>Access Denied.</html>',
    ),
    {
      exitCodes: [12],
      causes: ['policy.proxy'],
      atMost: 'high',
      says: [/squid/i, /proxy/i],
      never: [/API Gateway/],
    },
  ),
  other(
    'E7',
    'CloudFront cannot reach its origin',
    'https://github.com/dyatko/arkit/issues/848',
    '10.64.7.1',
    answer(
      '504 Gateway Timeout',
      {
        server: 'CloudFront',
        'x-cache': 'Error from cloudfront',
        via: '1.1 abc.cloudfront.net (CloudFront)',
        'x-amz-cf-id': 'LC2jGUzfii2k',
        'content-type': 'text/html',
      },
      '<H1>504 ERROR</H1><H2>The request could not be satisfied.</H2>',
    ),
    {
      exitCodes: [16],
      causes: ['backend.timeout', 'backend.network', 'backend.error', 'http.error'],
      atMost: 'high',
      says: [/CloudFront/, /origin|behind/i],
      never: [/API Gateway/, /the network works, and the server itself/],
    },
  ),
  other(
    'E8',
    'nginx cannot reach what is behind it',
    'https://github.com/kubernetes/ingress-nginx/issues/6178',
    '10.64.8.1',
    answer(
      '504 Gateway Time-out',
      { server: 'nginx', 'content-type': 'text/html' },
      '<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center><hr><center>nginx</center></body></html>',
    ),
    {
      exitCodes: [16],
      causes: ['backend.timeout', 'http.error'],
      atMost: 'high',
      says: [/nginx/i, /behind|upstream/i],
      never: [/API Gateway/, /the network works, and the server itself/],
    },
  ),
  other(
    'E9',
    'the origin answers 500 through CloudFront, which adds its header to every error',
    'https://github.com/chanzuckerberg/single-cell-data-portal/issues/1250',
    '10.64.9.9',
    answer(
      '500 Internal Server Error',
      {
        server: 'gunicorn',
        'x-cache': 'Error from cloudfront',
        via: '1.1 abc.cloudfront.net (CloudFront)',
        'x-amz-cf-id': 'LC2jGUzfii2k',
        'content-type': 'application/json',
      },
      '{"error":"KeyError"}',
    ),
    {
      exitCodes: [16],
      says: [/gunicorn|CloudFront/],
      never: [/CloudFront (cannot|could not) (reach|connect)/i, /API Gateway/],
    },
  ),
  other(
    'E10',
    'the application answers 503 through a service mesh, which puts its name on every answer',
    'https://github.com/istio/istio/issues/9906',
    '10.64.9.10',
    answer(
      '503 Service Unavailable',
      { server: 'istio-envoy', 'x-envoy-upstream-service-time': '12', 'content-type': 'application/json' },
      '{"message":"database is locked"}',
    ),
    {
      exitCodes: [16],
      never: [
        /(cannot|could not|does not|did not) (reach|connect to) (its|the|what is) ?(upstream|behind)/i,
        /API Gateway/,
      ],
    },
  ),
  {
    ...loadBalancer(
      'E11',
      '10.64.9.11',
      '503 Service Unavailable',
      'https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2966',
      ['backend.error', 'backend.network', 'http.error'],
      [/fixed.response|listener rule/i],
    ),
    situation: 'a rule of the load balancer gives a fixed answer during maintenance',
    web: [
      web(
        '10.64.9.11',
        'e11.shop.test',
        answer(
          '503 Service Unavailable',
          { server: 'awselb/2.0', 'content-type': 'text/plain' },
          'down for maintenance',
        ),
      ),
    ],
  },
  other(
    'E15',
    'a rule of Cloudflare rejects the request, under a status that origins send too',
    'https://github.com/HypixelDev/PublicAPI/issues/393',
    '10.64.9.15',
    answer(
      '403 Forbidden',
      { server: 'cloudflare', 'cf-ray': '8f1c2d3e4f5a6b7c-FRA', 'content-type': 'text/plain; charset=UTF-8' },
      'error code: 1020',
    ),
    {
      exitCodes: [16],
      causes: ['http.error'],
      says: [/Cloudflare in front of e15\.shop\.test answers by itself/, /one of its rules/],
      never: [/logs of the server at/],
    },
  ),
  other(
    'E16',
    'HAProxy has no server that works, and no header with its name',
    'https://github.com/openshift/installer/issues/4643',
    '10.64.9.16',
    answer(
      '503 Service Unavailable',
      { 'cache-control': 'no-cache', 'content-type': 'text/html' },
      '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>',
    ),
    {
      exitCodes: [16],
      says: [/HAProxy in front of/, /no server behind it/],
      never: [/server at 10\.64\.9\.16/],
    },
  ),
  other(
    'E17',
    'HAProxy waits in vain for the server behind it',
    'https://github.com/openshift/origin/issues/23223',
    '10.64.9.17',
    answer(
      '504 Gateway Time-out',
      { 'cache-control': 'no-cache', 'content-type': 'text/html' },
      "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>",
    ),
    { exitCodes: [16], causes: ['backend.timeout'], says: [/HAProxy in front of/, /did not answer/] },
  ),
  other(
    'E18',
    'a proxy that is not configured here wants a login',
    'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8',
    '10.64.9.18',
    answer(
      '407 Proxy Authentication Required',
      { 'proxy-authenticate': 'Basic realm="proxy"', via: '1.1 proxy.corp.test' },
      '',
    ),
    { exitCodes: [12], causes: ['policy.proxy'], says: [/requires a login/] },
  ),
];
