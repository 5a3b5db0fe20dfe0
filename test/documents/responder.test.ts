import fc from 'fast-check';
import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { awsNameOf } from '../../src/documents/aws-name.js';
import { causeOf } from '../../src/documents/gateway-answer.js';
import type { HttpDocument } from '../../src/documents/http.js';
import { responderOf } from '../../src/documents/responder.js';
import { dns, evidence, HOST, http, tcp, tls } from '../diagnose/evidence.js';

const bare = (status: number, changes: Partial<HttpDocument> = {}): HttpDocument =>
  http(status, { requestId: null, gatewayId: null, ...changes });
const plain = 'https://shop.example.com/';

test('who answered', (t) => {
  const rows: [string, HttpDocument, string][] = [
    ['rest-api', http(403), 'API Gateway'],
    ['http-api', bare(404, { httpApiRequestId: 'JKLxyz' }), 'an HTTP API of API Gateway'],
    ['load-balancer', bare(504, { server: 'awselb/2.0', url: plain }), 'an Application Load Balancer'],
    [
      'aws-service',
      http(403, {
        gatewayId: null,
        errorType: 'MissingAuthenticationTokenException',
        url: 'https://lambda.us-east-1.amazonaws.com/',
      }),
      'the AWS service lambda',
    ],
    [
      'aws-service',
      bare(403, { headers: { 'x-amz-request-id': 'A', 'x-amz-id-2': 'B' }, server: 'AmazonS3', url: plain }),
      'the AWS service s3',
    ],
    ['proxy', bare(511, { url: plain }), 'the login page of this network'],
    ['proxy', bare(503, { headers: { 'x-squid-error': 'ERR_DNS_FAIL 0' }, url: plain }), 'Squid'],
    ['proxy', bare(403, { server: 'Zscaler/6.2', url: plain }), 'Zscaler'],
    ['proxy', bare(403, { title: 'Web Page Blocked - FortiGuard Web Filtering', url: plain }), 'FortiGate'],
    [
      'proxy',
      bare(302, { location: 'http://captive.airport.example/login' }),
      'a filter or portal of this network',
    ],
    ['cdn', bare(502, { server: 'CloudFront', url: plain }), 'CloudFront'],
    ['cdn', bare(522, { server: 'cloudflare', url: plain }), 'Cloudflare'],
    ['reverse-proxy', bare(503, { title: 'no healthy upstream', url: plain }), 'Envoy'],
    [
      'reverse-proxy',
      bare(503, { headers: { 'x-varnish': '32770' }, title: '503 Backend fetch failed', url: plain }),
      'Varnish',
    ],
    // https://github.com/kubernetes/ingress-nginx/issues/6178
    ['reverse-proxy', bare(502, { server: 'nginx/1.24.0', title: '502 Bad Gateway', url: plain }), 'nginx'],
    // Software in front writes its name over the server's, also on the server's own errors.
    // https://github.com/istio/istio/issues/9906
    [
      'server',
      bare(503, { server: 'istio-envoy', message: 'database is locked', url: plain }),
      'istio-envoy',
    ],
    ['server', bare(504, { server: 'nginx', message: 'no answer of the shop', url: plain }), 'nginx'],
    ['server', bare(500, { server: 'cloudflare', headers: { 'cf-ray': 'a' }, url: plain }), 'cloudflare'],
    // https://github.com/chanzuckerberg/single-cell-data-portal/issues/1250
    [
      'server',
      bare(500, {
        server: 'gunicorn',
        viaCloudFront: true,
        headers: { 'x-cache': 'Error from cloudfront' },
        url: plain,
      }),
      'gunicorn',
    ],
    // https://stackoverflow.com/questions/20664018/cloudfront-custom-origin-distribution-returns-502-error-the-request-could-not-b
    [
      'cdn',
      bare(502, { server: 'CloudFront', title: 'ERROR: The request could not be satisfied', url: plain }),
      'CloudFront',
    ],
    [
      'cdn',
      bare(504, { server: 'cloudflare', title: 'shop.example.com | 504: Gateway time-out', url: plain }),
      'Cloudflare',
    ],
    ['server', bare(500, { server: 'Apache', url: plain }), 'Apache'],
  ];
  for (const [kind, doc, name] of rows)
    t.match(responderOf({ doc, certificate: null }), { kind, name }, `${kind} ${name}`);
  t.end();
});

test('the cause of answers that are not from a REST API', (t) => {
  const httpApi = (status: number) => causeOf(bare(status, { httpApiRequestId: 'x', message: 'Forbidden' }));
  t.equal(httpApi(403), 'api.authentication');
  t.equal(httpApi(404), 'api.path-unknown');
  t.equal(httpApi(503), 'backend.network');
  t.equal(causeOf(bare(504, { server: 'awselb/2.0' })), 'backend.timeout');
  t.equal(causeOf(bare(561, { server: 'awselb/2.0' })), 'api.authentication');
  t.equal(causeOf(bare(504, { server: 'awselb/2.0', title: '504 Gateway Time-out' })), 'backend.timeout');
  t.equal(causeOf(bare(504, { server: 'awselb/2.0', title: 'closed for maintenance' })), 'http.error');
  t.equal(causeOf(bare(504, { server: 'CloudFront' })), 'backend.timeout');
  t.equal(causeOf(bare(502, { server: 'CloudFront' })), 'backend.network');
  t.equal(causeOf(bare(403, { server: 'CloudFront' })), 'http.error');
  t.equal(causeOf(bare(522, { server: 'cloudflare' })), 'backend.timeout');
  t.equal(causeOf(bare(525, { server: 'cloudflare' })), 'backend.network');
  t.equal(causeOf(bare(504, { server: 'nginx', title: '504 Gateway Time-out' })), 'backend.timeout');
  t.equal(causeOf(bare(504, { server: 'nginx', message: 'upstream' })), 'http.error');
  t.end();
});

test('a public HTTP API is not told to be a wrong DNS answer', (t) => {
  for (const status of [401, 403, 404, 500]) {
    const verdict = classify(
      evidence({
        dns: [dns(HOST, ['52.1.2.3'])],
        tcp: [tcp(HOST, { '52.1.2.3': 'open' })],
        tls: [tls('ok', { address: '52.1.2.3' })],
        http: [bare(status, { address: '52.1.2.3', httpApiRequestId: 'JKLxyz=', message: 'Forbidden' })],
      }),
    );
    t.equal(verdict.class, 'service', `${status} ${verdict.summary}`);
    t.match(JSON.stringify(verdict.evidence), /HTTP APIs are always public/);
    t.notMatch(JSON.stringify(verdict.remedies), /private DNS/);
  }
  t.end();
});

test('a block page with a certificate that is not of Amazon is a proxy, with every status', (t) => {
  for (const status of [200, 302, 403, 503]) {
    const given = evidence({
      dns: [dns(HOST, ['10.0.1.5'])],
      tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
      tls: [
        tls('ok', {
          certificate: {
            subject: HOST,
            issuer: 'Example Corp Root',
            names: [HOST],
            validFrom: null,
            validTo: null,
          },
        }),
      ],
      http: [bare(status)],
    });
    const verdict = classify(given);
    t.equal(verdict.cause, 'policy.proxy', verdict.summary);
    t.equal(verdict.confidence, 'high');
  }
  t.end();
});

test('advice for other servers does not speak of API Gateway', (t) => {
  for (const doc of [
    bare(504, { server: 'awselb/2.0', url: plain }),
    bare(503, { server: 'nginx', url: plain }),
    http(null, { failure: 'timeout', durationMs: 5000, url: plain }),
    http(404, {
      gatewayId: null,
      errorType: 'UnknownOperationException',
      url: 'https://kinesis.us-east-1.amazonaws.com/',
    }),
  ]) {
    const target = doc.url;
    const host = new URL(target).hostname;
    const verdict = classify(
      evidence({
        target,
        dns: [dns(host, ['10.0.1.5'])],
        tcp: [tcp(host, { '10.0.1.5': 'open' })],
        tls: [tls('ok', { serverName: host })],
        http: [doc],
      }),
    );
    t.equal(verdict.class, 'service', verdict.summary);
    t.notMatch(
      JSON.stringify([verdict.summary, verdict.remedies]),
      /API Gateway|29 s|stage/,
      verdict.summary,
    );
  }
  t.end();
});

test('names of AWS', (t) => {
  t.match(awsNameOf('kinesis.us-east-1.amazonaws.com'), {
    kind: 'service',
    endpointService: 'kinesis-streams',
    region: 'us-east-1',
  });
  t.match(awsNameOf('api.ecr.eu-west-1.amazonaws.com'), { endpointService: 'ecr.api' });
  t.match(awsNameOf('vpce-0a1b2c3d4e5f60718-abcd.sqs.us-east-1.vpce.amazonaws.com'), {
    service: 'sqs',
    isEndpoint: true,
  });
  t.match(awsNameOf('web-1.us-east-1.elb.amazonaws.com'), { kind: 'load-balancer', region: 'us-east-1' });
  t.match(awsNameOf('net.elb.us-east-1.amazonaws.com'), { kind: 'load-balancer', region: 'us-east-1' });
  t.match(awsNameOf('db.abc.us-east-1.rds.amazonaws.com'), { kind: 'resource' });
  t.equal(awsNameOf('shop.example.com'), null);
  fc.assert(fc.property(fc.domain(), (name) => awsNameOf(name) === null || name.includes('a')));
  t.end();
});
