import { answer, type FieldCase, type WebServer, web } from './case.js';

/** Whose answer and whose certificate it is: what belongs to the owner of the target is no filter on the way. */

/** A request to a name, with what answers it. */
function asked(
  id: string,
  situation: string,
  source: string,
  text: string,
  expected: FieldCase['expected'],
  more: Partial<WebServer> & { name?: string; ip?: string } = {},
): FieldCase {
  const {
    name = `${id.toLowerCase()}.shop.test`,
    ip = `10.64.15.${id.replace(/\D/g, '')}`,
    ...server
  } = more;
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${name}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [name]: [ip] },
    web: [web(ip, name, text, server)],
    expected,
  };
}

const html = { 'content-type': 'text/html' };
const amazons = { issuer: 'Amazon RSA 2048 M02' } as const;
const noProxy = [/policy\.proxy/, /answers instead of/];

/** A certificate that software made for itself. */
function madeByItself(
  id: string,
  situation: string,
  source: string,
  name: string,
  says: readonly RegExp[],
): FieldCase {
  const host = `${id.toLowerCase()}.shop.test`;
  const ip = `10.64.15.${id.replace(/\D/g, '')}`;
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${host}/`, '--ca-file', '{ca}', '--no-trace'],
    zone: { [host]: [ip] },
    web: [web(ip, name, answer('200 OK', {}, 'ok'), { certificate: 'self' })],
    expected: {
      exitCodes: [15],
      causes: ['tls.untrusted', 'tls.name-mismatch'],
      says,
      never: [/NODE_EXTRA_CA_CERTS/, /update-ca-certificates/],
    },
  };
}

export const ownerCases: readonly FieldCase[] = [
  asked(
    'E30',
    'AWS WAF answers 202 with a challenge that only a browser can pass',
    'https://github.com/germondai/trawl/pull/65',
    answer('202 Accepted', { server: 'awselb/2.0', 'x-amzn-waf-action': 'challenge' }),
    {
      exitCodes: [16],
      causes: ['api.waf'],
      says: [/AWS WAF/, /only browsers pass|only a browser/],
      never: [/REACHABLE/, /API Gateway/],
    },
  ),
  asked(
    'E31',
    'the firewall of BIG-IP rejects the request with a page and the status 200',
    'https://github.com/ariya/phantomjs/issues/14601',
    answer(
      '200 OK',
      html,
      '<html><head><title>Request Rejected</title></head><body>The requested URL was rejected.</body></html>',
    ),
    {
      exitCodes: [16],
      causes: ['http.error'],
      says: [/BIG-IP/, /firewall/],
      never: [/REACHABLE/],
    },
  ),
  asked(
    'E32',
    "an application behind the owner's own Squid answers 404",
    'https://github.com/langgenius/dify/pull/41441',
    answer('404 Not Found', {
      ...html,
      server: 'Apache/2.4.57',
      via: '1.1 cache (squid/5.7)',
      'x-cache': 'MISS from cache',
    }),
    { exitCodes: [16], causes: ['http.error'], says: [/404/], never: noProxy },
    { issuer: 'R11' },
  ),
  asked(
    'E33',
    'a partner portal denies access with a page of its own',
    'https://github.com/uPortal-Attic/uportal-app-framework/pull/63',
    answer('403 Forbidden', html, '<html><head><title>Access Denied - Partner Portal</title></head></html>'),
    { exitCodes: [16], causes: ['http.error'], says: [/403/], never: noProxy },
  ),
  asked(
    'E34',
    'the registry of ECR wants a login, and sends no request id',
    'https://github.com/mayflower/docker-ls/issues/28',
    answer('401 Unauthorized', {
      'docker-distribution-api-version': 'registry/2.0',
      'www-authenticate':
        'Basic realm="https://123456789012.dkr.ecr.us-east-1.amazonaws.com/",service="ecr.amazonaws.com"',
    }),
    {
      exitCodes: [16],
      says: [/the AWS service ecr/i, /SDK or CLI/],
      never: [/logs of the server/],
    },
    { name: '123456789012.dkr.ecr.us-east-1.amazonaws.com', ip: '52.94.20.34', ...amazons },
  ),
  asked(
    'E35',
    'S3 has no such bucket',
    'https://github.com/awslabs/amazon-pollexy/issues/7',
    answer(
      '404 Not Found',
      {
        'content-type': 'application/xml',
        server: 'AmazonS3',
        'x-amz-request-id': 'TX1',
        'x-amz-id-2': 'abc',
      },
      '<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>',
    ),
    {
      exitCodes: [16],
      says: [/NoSuchBucket/, /name of the bucket/],
      never: [/which sign it/],
    },
    { name: 'gone.s3.us-east-1.amazonaws.com', ip: '52.94.20.35', ...amazons },
  ),
  asked(
    'E36',
    'S3 behind CloudFront denies access to an object that does not exist',
    'https://github.com/aws/aws-pdk/issues/69',
    answer(
      '403 Forbidden',
      {
        'content-type': 'application/xml',
        server: 'AmazonS3',
        'x-amz-request-id': 'TX1',
        'x-amz-id-2': 'abc',
        'x-cache': 'Error from cloudfront',
        via: '1.1 abc.cloudfront.net (CloudFront)',
        'x-amz-cf-id': 'LC2jGUzfii2k',
      },
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    ),
    {
      exitCodes: [16],
      says: [/object exists/, /origin access control/],
      never: [/which sign it/],
    },
  ),
  asked(
    'E37',
    'the URL of a Lambda function is public, and its policy lacks a permission',
    'https://github.com/awsdocs/aws-lambda-developer-guide/issues/494',
    answer(
      '403 Forbidden',
      {
        'content-type': 'application/json',
        'x-amzn-requestid': 'd5a2f6a0-39db-11e9-9c2e-5bd7c2de5998',
        'x-amzn-errortype': 'AccessDeniedException',
      },
      '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
    ),
    {
      exitCodes: [16],
      says: [/lambda:InvokeFunctionUrl/, /lambda:InvokeFunction\b/],
      never: [/policy of the VPC endpoint/],
    },
    { name: 'abcdefghij.lambda-url.us-east-1.on.aws', ip: '52.94.20.37', ...amazons },
  ),
  asked(
    'E38',
    'Traefik has no server behind it that is healthy',
    'https://github.com/traefik/traefik/pull/8170',
    answer(
      '503 Service Unavailable',
      { 'content-type': 'text/plain; charset=utf-8' },
      'no available server\n',
    ),
    { exitCodes: [16], says: [/Traefik in front of/, /no server behind it/] },
  ),
  madeByItself(
    'H15',
    'Traefik shows its default certificate',
    'https://github.com/traefik/traefik/issues/9945',
    'TRAEFIK DEFAULT CERT',
    [/Traefik shows its default certificate/, /Host rule/],
  ),
  madeByItself(
    'H16',
    'the ingress controller shows its fake certificate',
    'https://github.com/MicrosoftDocs/azure-docs/issues/64792',
    'Kubernetes Ingress Controller Fake Certificate',
    [/ingress controller shows its default certificate/, /same namespace/],
  ),
  {
    id: 'H17',
    situation: 'the authority of the system may certify names of one domain, and the name is one of them',
    source: 'https://github.com/debops/debops/pull/728',
    args: ['diagnose', 'https://h17.shop.test/', '--no-trace'],
    zone: { 'h17.shop.test': ['10.64.15.117'] },
    files: { '/etc/ssl/certs/ca-certificates.crt': '{bound}' },
    web: [web('10.64.15.117', 'h17.shop.test', answer('200 OK', {}, 'ok'), { issuer: 'shop.test alone' })],
    peers: [
      {
        argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{exitcode}', 'https://h17.shop.test/'],
        prints: /200 0/,
      },
    ],
    expected: { exitCodes: [0], causes: ['none'], says: [/accepted by curl/] },
  },
  {
    id: 'H18',
    situation: 'the authority of the system may certify names of one domain, and the name is of another',
    source: 'https://github.com/chris2511/xca/issues/239',
    args: ['diagnose', 'https://h18.other.test/', '--no-trace'],
    zone: { 'h18.other.test': ['10.64.15.118'] },
    files: { '/etc/ssl/certs/ca-certificates.crt': '{bound}' },
    web: [web('10.64.15.118', 'h18.other.test', answer('200 OK', {}, 'ok'), { issuer: 'shop.test alone' })],
    peers: [
      {
        argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{exitcode}', 'https://h18.other.test/'],
        prints: /000 60/,
      },
    ],
    expected: { exitCodes: [15], causes: ['tls.untrusted'], atMost: 'high' },
  },
  {
    id: 'H19',
    situation: 'the authority was put in place, and the list of the system was not made anew',
    source: 'https://github.com/prometheus-community/fortigate_exporter/issues/14',
    args: ['diagnose', 'https://h19.shop.test/', '--no-trace'],
    zone: { 'h19.shop.test': ['10.64.15.119'] },
    files: { '/etc/pki/ca-trust/source/anchors/company.pem': '{pem}' },
    web: [web('10.64.15.119', 'h19.shop.test', answer('200 OK', {}, 'ok'))],
    expected: {
      exitCodes: [15],
      causes: ['tls.untrusted'],
      says: [/source\/anchors\/company\.pem has the authority/, /run update-ca-trust/],
    },
  },
  {
    id: 'H21',
    situation: 'the target is an appliance that inspects TLS for others, and shows its own certificate',
    source: 'https://github.com/prometheus-community/fortigate_exporter/issues/148',
    args: ['diagnose', 'https://h21.shop.test/', '--no-trace', '--ca-file', '{ca}'],
    zone: { 'h21.shop.test': ['10.64.15.121'] },
    web: [web('10.64.15.121', 'FortiGate', answer('200 OK', {}, 'ok'), { certificate: 'self' })],
    expected: {
      exitCodes: [15],
      causes: ['tls.untrusted', 'tls.name-mismatch'],
      never: [/A proxy that inspects TLS is in front/],
    },
  },
  {
    id: 'F30',
    situation: 'the website endpoint of a bucket is called with https',
    source: 'https://github.com/sagidM/s3-resizer/issues/7',
    args: ['diagnose', 'https://pages.s3-website.us-east-1.amazonaws.com/', '--timeout', '1s'],
    zone: { 'pages.s3-website.us-east-1.amazonaws.com': ['52.94.10.130'] },
    silent: ['52.94.10.130'],
    expected: {
      exitCodes: [11],
      says: [/do not speak HTTPS/, /curl -v http:\/\/pages/],
      never: [/NAT gateway/, /gateway endpoint/],
    },
  },
  {
    id: 'F31',
    situation: 'the API of RDS has public addresses that a private subnet cannot reach',
    source: 'https://github.com/hortonworks/cloudbreak/pull/10060',
    args: ['diagnose', 'https://rds.us-east-1.amazonaws.com/', '--timeout', '1s'],
    zone: { 'rds.us-east-1.amazonaws.com': ['52.94.10.131'] },
    silent: ['52.94.10.131'],
    expected: {
      exitCodes: [11],
      says: [/interface endpoint/],
      never: [/publicly accessible/, /security group of the server/],
    },
  },
];
