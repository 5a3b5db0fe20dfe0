import { type AwsName, awsNameOf } from './aws-name.js';
import { isBigIps } from './firewall-answer.js';
import { BLOCK_PAGE, forwardProxy, PORTAL } from './forward-proxy.js';
import { isOwnPage, softwareOf } from './front-software.js';
import { type HttpDocument, headerOf } from './http.js';
import { isPublicIssuer } from './public-issuer.js';
import type { TlsCertificate } from './tls.js';

/**
 * What sent an HTTP answer. `rest-api`, `http-api`: API Gateway, or an API behind it; `load-balancer`: an Application Load
 * Balancer itself, not its targets; `aws-service`: another service of AWS; `cdn`: the cache itself, not the origin; `proxy`: a
 * proxy, a filter or a portal between this host and the target; `reverse-proxy`: software in front of the server, which the
 * owner of the target runs; `server`: none of these.
 */
export type ResponderKind =
  | 'rest-api'
  | 'http-api'
  | 'load-balancer'
  | 'aws-service'
  | 'cdn'
  | 'proxy'
  | 'reverse-proxy'
  | 'server';

/** Who answered, and by which signs this is known. */
export interface Responder {
  kind: ResponderKind;
  /** For a sentence: `API Gateway`, `the AWS service kinesis`, `Squid`. */
  name: string;
  /** What shows it, each part for a sentence: `the header apigw-requestid`. */
  signs: string[];
}

/** The headers beside `x-amzn-requestid`, `server` and `via` that tell who answered. None of them carries a secret. */
export const RESPONDER_HEADERS: readonly string[] = [
  ...['x-amz-request-id', 'x-amz-id-2', 'x-amzn-waf-action', 'x-amzn-remapped-server', 'x-amzn-trace-id'],
  ...['x-amz-cf-pop', 'x-cache', 'x-squid-error', 'proxy-agent', 'proxy-status', 'x-bluecoat-via'],
  ...[
    'x-envoy-upstream-service-time',
    'x-varnish',
    'x-served-by',
    'cf-ray',
    'cf-mitigated',
    'x-akamai-request-id',
  ],
  ...['x-azure-ref', 'x-iinfo', 'x-kong-response-latency', 'content-type'],
];

/** What is known of one answer. */
export interface Answered {
  doc: HttpDocument;
  /** The certificate of the connection, or null. */
  certificate: TlsCertificate | null;
}

/**
 * Whether the certificate is one of a public authority. What answers on such a connection has the key of the target: it belongs
 * to the target's owner, whatever product it is, and no filter on the way can have made it.
 */
function isOfOwner({ doc, certificate }: Answered): boolean {
  // Behind names of AWS there is none of these products.
  return certificate !== null && isPublicIssuer(certificate.issuer) && !isAmazons(askedAws(doc));
}

type Test = (answered: Answered) => { kind: ResponderKind; name: string; signs: string[] } | null;

/** Who sent an answer, from all its headers, its page and the certificate of the connection. Pure. */
export function responderOf(answered: Answered): Responder {
  for (const test of TESTS) {
    const found = test(answered);
    if (found !== null) return found;
  }
  const { server } = answered.doc;
  return server === null
    ? { kind: 'server', name: 'the server', signs: [] }
    : { kind: 'server', name: server, signs: [`the header server: ${server}`] };
}

/** The header `apigw-requestid`, which the HTTP APIs of API Gateway send, and REST APIs do not. */
export function isHttpApi({ httpApiRequestId = null, gatewayId }: HttpDocument): boolean {
  return httpApiRequestId !== null && gatewayId === null;
}

/** What the name in the URL of a request says, or null. */
export function askedAws({ url }: Pick<HttpDocument, 'url'>): AwsName | null {
  return URL.canParse(url) ? awsNameOf(new URL(url).hostname.toLowerCase()) : null;
}

/**
 * The exceptions of API Gateway's own front end ("Gateway response types" of the developer guide). Other services of AWS have
 * some of them too.
 */
const GATEWAY_EXCEPTIONS: ReadonlySet<string> = new Set([
  ...['ForbiddenException', 'MissingAuthenticationTokenException', 'AccessDeniedException'],
  ...['UnauthorizedException', 'InvalidSignatureException', 'IncompleteSignatureException'],
  ...['ExpiredTokenException', 'UnrecognizedClientException', 'TooManyRequestsException'],
  ...['LimitExceededException', 'ThrottlingException', 'InternalServerErrorException'],
  ...['BadRequestException', 'RequestTooLargeException', 'UnsupportedMediaTypeException'],
  ...['NotFoundException', 'InternalFailureException'],
  ...['AuthorizerConfigurationException', 'AuthorizerFailureException'],
]);

/** Whether a REST API or WebSocket API of API Gateway answered, or its front end. */
export function isRestApi(doc: HttpDocument): boolean {
  if (doc.gatewayId !== null) return true;
  const exception = doc.errorType?.split(/[:#,;\s]/, 1)[0] ?? '';
  if (doc.requestId === null || exception === '') return false;
  const asked = askedAws(doc);
  if (asked !== null) return asked.service === 'execute-api';
  return GATEWAY_EXCEPTIONS.has(exception);
}

const restApi: Test = ({ doc }) => {
  if (!isRestApi(doc)) return null;
  const sign = doc.gatewayId === null ? 'x-amzn-errortype' : 'x-amz-apigw-id';
  return { kind: 'rest-api', name: 'API Gateway', signs: [`the header ${sign}`] };
};

const httpApi: Test = ({ doc }) =>
  isHttpApi(doc)
    ? { kind: 'http-api', name: 'an HTTP API of API Gateway', signs: ['the header apigw-requestid'] }
    : null;

/** 407 (RFC 9110 section 15.5.8) is sent by proxies alone, and 511 (RFC 6585 section 6) by networks that want a login. */
const byStatus: Test = (answered) => {
  const { status, via, server } = answered.doc;
  if (isOfOwner(answered)) return null;
  if (status === 407) {
    const named = forwardProxy(answered.doc)?.name ?? via ?? server;
    return { kind: 'proxy', name: named ?? 'a proxy', signs: ['the status 407'] };
  }
  return status === 511
    ? { kind: 'proxy', name: 'the login page of this network', signs: ['the status 511'] }
    : null;
};

/** A proxy that names itself. A cache in front of the server can be Squid too, so an answer without an error proves nothing. */
const namedProxy: Test = (answered) => {
  const { doc } = answered;
  const found = forwardProxy(doc);
  if (found === null) return null;
  const isForwarded = /header (?:via|x-cache)$/.test(found.sign) && doc.server !== null;
  // An answer of another server that it only passed on.
  if (isForwarded && !isAmazons(askedAws(doc))) return null;
  if (isOfOwner(answered))
    return isForwarded ? null : { kind: 'reverse-proxy', name: found.name, signs: [found.sign] };
  const byPage = found.sign === 'the title of the page' || found.sign === 'the target of the redirect';
  if (!byPage && doc.status !== null && doc.status < 300 && !isAmazons(askedAws(doc))) return null;
  return { kind: 'proxy', name: found.name, signs: [found.sign] };
};

/** `awselb/2.0` is in answers that a load balancer makes itself; those of its targets keep the header of the target. */
const loadBalancer: Test = ({ doc }) =>
  /^awselb\//i.test(doc.server ?? '')
    ? {
        kind: 'load-balancer',
        name: 'an Application Load Balancer',
        signs: [`the header server: ${doc.server}`],
      }
    : null;

/**
 * Whether a load balancer's answer is the fixed response of a rule: its own error pages are HTML and have the status in their
 * title, and those of 46x and 561 are empty (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html).
 */
export function isFixedResponse(doc: HttpDocument): boolean {
  const title = doc.title ?? null;
  if (doc.message !== null) return true;
  return title !== null && !title.startsWith(String(doc.status));
}

/**
 * A cache itself, not its origin. CloudFront and Akamai leave the origin's `server` in what they pass on; `x-cache: Error from
 * cloudfront` is beside every error, also of the origin. Cloudflare writes its name over all answers; 520 to 530 are its own, as are
 * answers with cf-mitigated (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/), and so are pages that name it.
 */
const cdn: Test = ({ doc }) => {
  const { server, status } = doc;
  if (/^cloudfront$/i.test(server ?? ''))
    return { kind: 'cdn', name: 'CloudFront', signs: ['the header server: CloudFront'] };
  const isCloudflare = headerOf(doc, 'cf-ray') !== null || /^cloudflare/i.test(server ?? '');
  const isOwn =
    (status !== null && status >= 520 && status <= 530) ||
    headerOf(doc, 'cf-mitigated') !== null ||
    /cloudflare|\| 5\d\d:|^error code: \d{3,4}$/i.test(doc.title ?? '');
  if (isCloudflare && isOwn) return { kind: 'cdn', name: 'Cloudflare', signs: ['the headers of Cloudflare'] };
  if (/^fastly error:/i.test(doc.title ?? ''))
    return { kind: 'cdn', name: 'Fastly', signs: [`the text "${doc.title}"`] };
  if (/^akamaighost/i.test(server ?? ''))
    return { kind: 'cdn', name: 'Akamai', signs: [`the header server: ${server}`] };
  return null;
};

/** Services of AWS send `x-amzn-requestid`; S3 and some others `x-amz-request-id` with `x-amz-id-2`. */
const awsService: Test = (answered) => {
  const { doc } = answered;
  const asked = askedAws(doc);
  const id = doc.requestId ?? headerOf(doc, 'x-amz-request-id');
  if (id === null) return withoutRequestId(answered, asked);
  const isS3 = headerOf(doc, 'x-amz-id-2') !== null || /^amazons3$/i.test(doc.server ?? '');
  const service =
    asked?.kind === 'service' && asked.service !== 'execute-api' ? asked.service : isS3 ? 's3' : null;
  if (service === null && doc.errorType === null) return null;
  return {
    kind: 'aws-service',
    name: service === null ? 'a service of AWS' : `the AWS service ${service}`,
    signs: [
      `the header ${doc.requestId === null ? 'x-amz-request-id' : 'x-amzn-requestid'} without those of API Gateway`,
      ...(doc.errorType === null ? [] : [`x-amzn-errortype: ${doc.errorType}`]),
    ],
  };
};

/** Some services send no request id, as the registry of ECR does. Amazon's certificate for a name of AWS shows who answered. */
function withoutRequestId({ doc, certificate }: Answered, asked: AwsName | null): ReturnType<Test> {
  const isKnown = asked !== null && isAmazons(asked) && asked.service !== 'execute-api' && !asked.isEndpoint;
  if (!isKnown || certificate === null || !/\bAmazon\b/.test(certificate.issuer)) return null;
  if (doc.status === null || softwareOf(doc) !== null || forwardProxy(doc) !== null) return null;
  return {
    kind: 'aws-service',
    name: `the AWS service ${asked.service}`,
    signs: [`the certificate, by ${certificate.issuer}`],
  };
}

/** What is behind a function URL answered, and not Lambda itself, which names its exception. */
const functionOfUrl: Test = ({ doc }) =>
  askedAws(doc)?.service === 'lambda-url' && doc.requestId !== null && doc.errorType === null
    ? {
        kind: 'server',
        name: 'the Lambda function',
        signs: ['the header x-amzn-requestid without x-amzn-errortype'],
      }
    : null;

/** A web application firewall that names itself by its page. */
const bigIp: Test = ({ doc }) =>
  isBigIps(doc) ? { kind: 'reverse-proxy', name: 'BIG-IP', signs: [`the page "${doc.title}"`] } : null;

/**
 * Every answer of API Gateway and of the services of AWS has a request id, and Amazon's certificate. An answer for one of
 * their names with neither comes from something in between.
 */
const inPlaceOfAws: Test = ({ doc, certificate }) => {
  if (!isAmazons(askedAws(doc)) || doc.status === null) return null;
  const foreign = certificate !== null && !isAmazonsIssuer(certificate.issuer);
  if (!foreign) return null;
  // Software that a reverse proxy names, such as the load balancer of a private zone, is not a filter.
  if (softwareOf(doc) !== null && !BLOCK_PAGE.test(doc.title ?? '')) return null;
  return {
    kind: 'proxy',
    name: 'a proxy or filter',
    signs: [
      `the certificate is by ${certificate.issuer}, and not by Amazon`,
      'no header of AWS',
      ...(doc.title == null ? [] : [`the page "${doc.title}"`]),
      ...(doc.location === null ? [] : [`a redirect to ${doc.location}`]),
    ],
  };
};

/** A page that blocks, or a redirect to a portal, under any name. */
const blockPage: Test = (answered) => {
  const { doc } = answered;
  if (doc.status === null || isOfOwner(answered)) return null;
  const blocks =
    doc.status >= 400 &&
    BLOCK_PAGE.test(doc.title ?? '') &&
    /filter|blocked by|captive portal|hotspot|guest (?:access|network)/i.test(doc.title ?? '');
  const amazons = isAmazons(askedAws(doc)) && doc.requestId === null;
  const portal = amazons && doc.location !== null && PORTAL.test(doc.location);
  if (!blocks && !portal && !(amazons && BLOCK_PAGE.test(doc.title ?? ''))) return null;
  return {
    kind: 'proxy',
    name: 'a filter or portal of this network',
    signs: [portal ? `a redirect to ${doc.location}` : `the page "${doc.title}"`],
  };
};

const reverseProxy: Test = ({ doc }) => {
  const found = softwareOf(doc);
  if (found === null) return null;
  const kind = isOwnPage(doc, found.name) ? 'reverse-proxy' : 'server';
  return { kind, name: kind === 'server' ? (doc.server ?? found.name) : found.name, signs: [found.sign] };
};

/** The first test that fits decides. */
const TESTS: readonly Test[] = [
  byStatus,
  restApi,
  httpApi,
  loadBalancer,
  bigIp,
  functionOfUrl,
  awsService,
  namedProxy,
  blockPage,
  inPlaceOfAws,
  cdn,
  reverseProxy,
];

/** Whether AWS itself answers under a name: private APIs and the APIs of services. Function URLs have their own headers. */
function isAmazons(asked: AwsName | null): boolean {
  return asked !== null && asked.kind === 'service';
}

/** The authorities that sign for names of AWS: Amazon Trust Services, and those before it, in China also now. */
export function isAmazonsIssuer(issuer: string): boolean {
  return /\bAmazon\b|Starfield|DigiCert|GlobalSign|VeriSign|Symantec/i.test(issuer);
}
