import { shellLine } from '../../core/shell-line.js';
import { excerpt } from '../../core/text.js';
import { wafAction } from '../../documents/firewall-answer.js';
import type { HttpDocument } from '../../documents/http.js';
import { askedAws, isFixedResponse, type Responder } from '../../documents/responder.js';
import type { Target } from '../../documents/target.js';
import type { Advice } from './advice.js';
import { pprobeAgain } from './again.js';
import { DOCS } from './docs.js';
import { regionOption } from './gateway.js';

/** What an answer means, and what to do, where something other than API Gateway sent it. */

interface Meaning {
  /** Completes "NAME answered HTTP 504: …". */
  what: string;
  remedies: string[];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html, "The load balancer generates an HTTP error". */
const LOAD_BALANCER: Readonly<Record<number, Meaning>> = {
  400: {
    what: 'it does not accept the request as HTTP, or as an allowed one',
    remedies: ['Compare the request line and its headers with what the load balancer accepts'],
  },
  401: {
    what: 'an authentication rule of its listener wants a login',
    remedies: ['Send the session cookie that the authentication rule expects'],
  },
  403: {
    what: 'a web ACL (AWS WAF) on it, or a rule with a fixed response, rejects the request',
    remedies: [
      "Look for the request in the logs of the load balancer's web ACL, and at the rules of the listener",
    ],
  },
  405: { what: 'it does not allow this method', remedies: ['Use another method: TRACE is not allowed'] },
  408: {
    what: 'the client sent no data before its idle timeout',
    remedies: ['Raise the idle timeout of the load balancer, or let the client send sooner'],
  },
  413: {
    what: 'the body of the request is too large',
    remedies: ['Send a body of at most 1 MB to a Lambda target'],
  },
  414: { what: 'the URL is too long', remedies: ['Shorten the URL: the request line may have 16 KB'] },
  460: {
    what: 'the client closed the connection before its idle timeout, or something between did',
    remedies: ["Let the client wait longer than the load balancer's idle timeout, or answer faster"],
  },
  463: {
    what: 'the header X-Forwarded-For has more than 30 addresses',
    remedies: ['Find the proxies that add addresses to X-Forwarded-For: it is often a loop'],
  },
  464: {
    what: 'the protocol version of the request does not fit that of the target group',
    remedies: [
      'Let the client speak the version of the target group: HTTP/1.1, HTTP/2 or gRPC. A gRPC target group takes POST over HTTP/2 alone',
    ],
  },
  500: {
    what: 'it could not process the request: a web ACL, an authentication step or a Lambda target failed',
    remedies: ['Read error_reason in the access log of the load balancer'],
  },
  501: {
    what: 'it does not know the transfer encoding of the request',
    remedies: ['Use chunked or identity as Transfer-Encoding'],
  },
  502: {
    what: 'its target refused or closed the connection, or sent something that is not a valid answer',
    remedies: [
      'Check on the target that the service listens on the port and with the protocol (HTTP or HTTPS) of the target group, and that it keeps idle connections open longer than the load balancer does',
      'Read error_reason and target_status_code in the access log of the load balancer',
    ],
  },
  503: {
    what: 'no target is registered, or none can be used, in the target group of the rule',
    remedies: [
      'Register targets in the target group that the rule of the listener of the load balancer at ADDRESS names, in an Availability Zone that is enabled',
      'Look at the rules of the listener: a fixed response can also say 503',
    ],
  },
  504: {
    what: 'its target did not answer: there is a network fault behind the load balancer, or a slow target',
    remedies: [
      "Check the way from the load balancer to its targets: the targets' security group must allow the security group of the load balancer, and the network ACLs of both subnets must allow the port and 1024-65535 back",
      'If the connection to the target works, compare the time that the target needs with the idle timeout of the load balancer',
    ],
  },
  505: { what: 'it does not know the version of HTTP', remedies: ['Use HTTP/1.1 or HTTP/2'] },
  561: {
    what: 'the identity provider did not accept its authentication',
    remedies: [
      'Check the client id, the secret and the endpoints of the authentication rule at the identity provider',
    ],
  },
};

const GATEWAY_STATUS: Readonly<Record<number, string>> = {
  502: 'the server behind it refused or closed the connection, or sent no valid answer',
  503: 'no server behind it can be used',
  504: 'the server behind it did not answer: look for a network fault, or a slow server, behind it',
};

/** What a cache says of the server behind it, beside the general meanings (the pages are beside `causeOf`). */
const CDN_STATUS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  CloudFront: {
    403: 'its web ACL, its geographic restriction or its signed URLs reject the request, or no distribution has this name as an alternate domain name',
    421: 'no distribution serves the name in Host on this connection',
    502: 'it cannot connect to its origin, agrees with it on no TLS, or gets no valid answer',
    503: 'it is over its capacity here, or a function of the distribution failed',
    504: 'its origin did not answer: its firewall or security group does not let CloudFront in, or it is slow',
  },
  Cloudflare: {
    403: 'one of its rules or its protection against bots rejects the request',
    429: 'its limit of requests is exceeded',
    503: 'it wants a browser to pass a check, or is over its capacity',
    520: 'its origin sends no valid answer',
    521: 'its origin refuses the connection',
    522: 'its origin does not answer on TCP',
    523: 'it has no route to its origin',
    524: 'its origin took the connection and did not answer in time',
    525: 'it cannot complete a TLS handshake with its origin',
    526: 'the certificate of its origin is not valid',
  },
};

/** What an answer of this responder means: completes "NAME answered HTTP 502: …"; null where the status says no more. */
export function meaningOf({ kind, name }: Responder, doc: HttpDocument): string | null {
  const { status } = doc;
  if (status === null) return null;
  const action = wafAction(doc);
  if (action !== null)
    return `a rule of AWS WAF has the action ${excerpt(action, 20)}: only a browser that runs its script, or a person, passes`;
  if (name === 'BIG-IP' && status < 500) return 'a rule of its web application firewall rejects the request';
  if (kind === 'load-balancer')
    return isFixedResponse(doc)
      ? 'a rule of its listener has this as a fixed response'
      : (LOAD_BALANCER[status]?.what ?? null);
  const known = kind === 'cdn' ? CDN_STATUS[name]?.[status] : undefined;
  if (name === 'Fastly' && /unknown domain/i.test(doc.title ?? ''))
    return 'no service of it has this domain name';
  if (known !== undefined) return known;
  if (kind !== 'reverse-proxy' && kind !== 'cdn') return null;
  if (name === 'Envoy' && status === 403)
    return 'an RBAC or authorization policy of the mesh rejects the request';
  if (status === 404 && (name === 'Envoy' || name === 'Kong'))
    return 'no route of its configuration fits this host and path';
  if (name === 'the router of Heroku')
    return status === 404 ? 'no app has this name as a domain' : 'the app does not run, or does not answer';
  if (wantsClientCertificate(doc)) return 'it wants a certificate from the client, and got none';
  return GATEWAY_STATUS[status] ?? null;
}

/** nginx and its relatives complete the handshake and then answer 400 with this text (ngx_http_special_response.c). */
function wantsClientCertificate({ status, title = null }: HttpDocument): boolean {
  return status === 400 && /(?:no required )?SSL certificate (?:was sent|error)/i.test(title ?? '');
}

/** What a status means that the server gives for the request, wherever it runs (RFC 9110 section 15.5). */
const REQUEST_STATUS: Readonly<Record<number, string>> = {
  401: "it wants credentials: give pprobe those of your client with -H 'Authorization: VALUE', and compare",
  403: 'it does not allow this request: compare the credentials, the source address and the path with what it allows',
  404: 'it has nothing at this path, or does not serve this host name: compare both with what is configured there',
  421: 'it does not serve this host name on this connection: compare the server name and Host with what is configured there',
  429: 'it gets too many requests from this client: send fewer, or ask for a higher limit',
};

/** What to do about an error that this responder sent; the general remedies of the cause where it is API Gateway. */
export function responderRemedies(responder: Responder, doc: HttpDocument, target: Target): Advice[] {
  const { kind, name } = responder;
  const { status, address } = doc;
  if (status === null) return silentServer(doc, target);
  if (wafAction(doc) !== null) return [passFirewall];
  switch (kind) {
    case 'load-balancer':
      if (isFixedResponse(doc))
        return [
          {
            text: 'Look at the rules of the listener: one has this text as a fixed response, as for maintenance; no target was asked',
            docs: DOCS.loadBalancer,
          },
        ];
      return [
        ...(
          LOAD_BALANCER[status]?.remedies ?? ['Look at the rules of the listener, and at the access log']
        ).map((text) => ({ text: text.replace('ADDRESS', address), docs: DOCS.loadBalancer })),
        ...(status >= 502 && status <= 504 ? [targetHealth] : []),
      ];
    case 'aws-service':
      return serviceAdvice(name, doc, status);
    case 'cdn':
      return [
        {
          text: `Look for the request in the logs of ${name}: ${
            meaningOf(responder, doc) ?? 'it answered by itself, and did not pass on an answer of the origin'
          }`,
        },
        ...(status >= 502
          ? [
              {
                text: `Send the request to the origin itself; then look whether its firewall lets the addresses of ${name} in, and whether its certificate has the name that ${name} asks for`,
                ...(name === 'CloudFront' ? { docs: DOCS.cloudFront } : {}),
              },
            ]
          : []),
      ];
    case 'reverse-proxy':
      return [
        ...(wantsClientCertificate(doc) ? [sendCertificate(doc)] : []),
        {
          text: `Look for the request in the log of ${name} at ${address}${
            meaningOf(responder, doc) === null ? '' : `: ${meaningOf(responder, doc)}`
          }`,
        },
      ];
    default:
      return [
        {
          text: `Look for the request in the logs of the server at ${address}: the network to it works, and ${
            GATEWAY_STATUS[status] !== undefined
              ? `it, or a server behind it, answers ${status}`
              : (REQUEST_STATUS[status] ?? `the server itself answers ${status}`)
          }`,
        },
      ];
  }
}

/** For clients that are no browsers, a rule of AWS WAF must make an exception. */
const passFirewall: Advice = {
  text: 'Exempt this client or path from the rule of AWS WAF with the action Challenge or CAPTCHA, or let the client send the token of a browser (aws-waf-token); the logs of the web ACL name the rule',
  docs: DOCS.wafChallenge,
};

/** What to do about an answer of a service of AWS, whose logs the reader does not have. */
function serviceAdvice(name: string, doc: HttpDocument, status: number): Advice[] {
  const { address } = doc;
  const asked = askedAws(doc);
  const network = `The network needs no change: ${name} itself answered at ${address}`;
  if (asked?.service === 'lambda-url' && status === 403)
    return [
      {
        text: `${network}. Sign the request where the function URL has the type AWS_IAM; where it has NONE, the policy of the function must allow lambda:InvokeFunctionUrl and, for URLs since October 2025, lambda:InvokeFunction (FUNCTION is the name of the function)`,
        command: [
          'aws',
          'lambda',
          'get-policy',
          ...regionOption(asked.region),
          '--function-name',
          'FUNCTION',
        ],
        docs: DOCS.functionUrls,
      },
    ];
  if (status === 429 || status === 503)
    return [{ text: `${network}. Send fewer requests, with a growing delay between retries` }];
  if (status >= 500)
    return [
      {
        text: `${network}. Try again with a growing delay, and look at the state of the service`,
        docs: 'https://health.aws.amazon.com/health/status',
      },
    ];
  if (name.endsWith(' s3') && (asked === null || status === 404))
    return [
      {
        text: `${network}. Check that the object exists, under this path and with these capital letters, and the name of the bucket${status === 403 ? ': a reader who may not list the bucket gets 403 for one that does not exist' : ''}`,
      },
      ...(asked === null && doc.viaCloudFront
        ? [
            {
              text: 'Check the default root object of the distribution, and that the policy of the bucket allows the distribution (origin access control)',
              docs: DOCS.cloudFront,
            },
          ]
        : []),
    ];
  if (status === 404)
    return [
      { text: `${network}. What the URL names does not exist there: compare its name, Region and account` },
    ];
  return [
    { text: `${network}. Send the request with its SDK or CLI, which sign it` },
    ...(status === 403
      ? [
          {
            text: 'If a signed request is denied too, read the policy of the VPC endpoint and the permissions of the caller',
            docs: DOCS.accessDenied,
          },
        ]
      : []),
  ];
}

function sendCertificate({ url }: HttpDocument): Advice {
  return {
    text: 'Send a certificate that the server accepts: CERTIFICATE and KEY are files in PEM form',
    command: ['curl', '--cert', 'CERTIFICATE', '--key', 'KEY', url],
  };
}

/** The rule of the listener names the target group; without it, all of the Region are shown, each after its ARN. */
const targetHealth: Advice = {
  text: 'See which targets are healthy, and why others are not: this shows every target group of the Region',
  command: [
    ...['aws', 'elbv2', 'describe-target-groups', '--query', 'TargetGroups[].TargetGroupArn'],
    ...['--output', 'text'],
  ],
  pipe: ['xargs', '-t', '-n', '1', 'aws', 'elbv2', 'describe-target-health', '--target-group-arn'],
  docs: DOCS.loadBalancer,
};

/** A server that took the request and sent nothing. */
function silentServer({ address }: HttpDocument, target: Target): Advice[] {
  return [
    {
      text: `Look on the server at ${address} what the request waits for: its log, its threads, its own backends`,
    },
    {
      text: 'Wait longer for the answer',
      command: pprobeAgain(target, { command: 'diagnose', options: ['--timeout', '30s'] }),
    },
  ];
}

/** `wait longer for the answer: pprobe diagnose … --timeout 30s`. */
export function waitLonger(target: Target): string {
  return `wait longer for the answer: ${shellLine(pprobeAgain(target, { command: 'diagnose', options: ['--timeout', '30s'] }))}`;
}
