import { list } from '../../core/text.js';
import { type AwsName, awsNameOf } from '../../documents/aws-name.js';
import { controls } from '../../documents/observed/control.js';
import { addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { scopeOf } from '../../net/address/scope.js';
import { hostPort } from '../../target/host-port.js';
import { type Advice, reworded } from './advice.js';
import { pprobeAgain, subject } from './again.js';
import { DOCS } from './docs.js';
import { regionOption } from './gateway.js';
import { allowOutbound, endsOf } from './network.js';

/**
 * Remedies for silent addresses that lie in no VPC: public ones, and those that DNS64 makes of an IPv4 address. The
 * reader owns no interface, subnet or security group there. What can be missing is this host's own way to them.
 */

/** The prefix that DNS64 of a VPC puts before an IPv4 address (RFC 6052). */
const NAT64 = '64:ff9b::/96';

/** null where an address can belong to an interface of a VPC of the reader. */
export function outsideRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] | null {
  if (addresses.length === 0) return null;
  if (isTailnet(evidence, addresses)) return tailnetRemedies(evidence);
  if (addresses.every(isTranslated)) return translatedRemedies(evidence, addresses);
  if (!addresses.every((address) => isTranslated(address) || isOutside(evidence, address))) return null;
  return publicRemedies(evidence, addresses);
}

/** Tailscale gives its hosts names in ts.net and addresses of 100.64.0.0/10 and fd7a:115c:a1e0::/48. */
function isTailnet({ target }: Evidence, addresses: readonly string[]): boolean {
  return (
    /\.ts\.net\.?$/i.test(target.host) &&
    addresses.every((each) => familyOf(each) !== null && ['shared', 'unique-local'].includes(scopeOf(each)))
  );
}

function tailnetRemedies({ target }: Evidence): Advice[] {
  return [
    {
      text: `${target.host} is a host of a Tailscale network: check that this host is connected to it, that the other one is online, and how packets go to it`,
      command: ['tailscale', 'ping', target.host],
    },
    {
      text: `In the access rules of the Tailscale network, allow TCP ${target.port} from this host to ${target.host}; no security group or route of AWS decides over packets in the tunnel`,
    },
  ];
}

function isTranslated(address: string): boolean {
  const [own, prefix] = [parseRange(address), parseRange(NAT64)];
  return own !== null && prefix !== null && inRange(own, prefix);
}

/** Addresses of IPv6 are public inside a VPC, too: one in the same /56 as this host is a neighbour (the length of a VPC's block). */
function isOutside({ vantage }: Evidence, address: string): boolean {
  if (familyOf(address) === null || scopeOf(address) !== 'public') return false;
  const asked = parseRange(address);
  return !vantage.addresses.some((own) => {
    const block = familyOf(own) === 6 ? parseRange(`${own}/56`) : null;
    return asked !== null && block !== null && inRange(asked, block);
  });
}

function translatedRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] {
  return [
    {
      text: `${list(addresses, 4)} ${addresses.length === 1 ? 'is' : 'are'} made by DNS64 from IPv4 addresses, and only a NAT gateway translates them back: in the route table of this host's subnet, send ${NAT64} to a NAT gateway`,
      command: routeTables(evidence),
      docs: DOCS.dns64,
    },
    {
      text: "Or, if this host has IPv4, switch DNS64 of its subnet off, so that names without AAAA records resolve to IPv4 (SUBNET_OF_THIS_HOST is the subnet's id)",
      command: [
        ...['aws', 'ec2', 'modify-subnet-attribute', ...regionOption(regionOf(evidence))],
        ...['--subnet-id', 'SUBNET_OF_THIS_HOST', '--no-enable-dns64'],
      ],
      docs: DOCS.dns64,
    },
    allowOutbound(endsOf(evidence, addresses)),
  ];
}

function publicRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] {
  if (isWebsite(evidence)) return [callWebsite(evidence)];
  const outbound = allowOutbound(endsOf(evidence, addresses));
  const answering = controls(evidence).find(
    ({ result, doc }) =>
      result === 'answers' &&
      doc.tcp.attempts.some(({ address }) => familyOf(address) !== null && scopeOf(address) === 'public'),
  );
  const andAcl = ', and in the network ACL of its subnet, where TCP 1024-65535 must come back in';
  const sibling = openPublic(evidence);
  if (answering === undefined && sibling !== null)
    return [
      {
        text: `Call ${sibling} for now: it answers, so this host reaches public addresses, and the fault is at ${list(addresses, 4)} or on the way there`,
        command: pprobeAgain(evidence.target, { command: 'tcp', address: sibling }),
      },
      {
        text: `On a firewall or proxy between this subnet and the Internet, allow ${list(addresses, 4)} too; if it does, tell the operator of ${evidence.target.host}`,
      },
    ];
  const smtp = evidence.target.port === 25 ? [throttledPort] : [];
  if (answering !== undefined) {
    return [
      ...smtp,
      reworded(
        outbound,
        (text) =>
          `${text}${andAcl}: ${hostPort(answering.doc.host, answering.doc.port)} answers, so this host reaches public addresses, and a rule for this destination is missing`,
      ),
      {
        text: `On a firewall or proxy between this subnet and the Internet, allow ${evidence.target.host} and ${list(addresses, 4)}`,
      },
      ...endpointAdvice(evidence),
    ];
  }
  return [
    ...smtp,
    checkDefaultRoutes(evidence, addresses),
    ...endpointAdvice(evidence),
    reworded(outbound, (text) => `${text}${andAcl}`),
  ];
}

function checkDefaultRoutes(evidence: Evidence, addresses: readonly string[]): Advice {
  return {
    text: `${list(addresses, 4)} ${addresses.length === 1 ? 'is a public address' : 'are public addresses'}: in the route table of this host's subnet, check for ${defaultRoutes(addresses)}`,
    command: routeTables(evidence),
    docs: DOCS.routeTables,
    opens: 'routes',
    // The route back is not the reader's.
    about: { addresses, only: (some, { client }) => (client ? [checkDefaultRoutes(evidence, some)] : []) },
  };
}

/** The website endpoint of a bucket answers on TCP 80 alone, and drops what is sent to 443. */
function isWebsite({ target }: Evidence): boolean {
  return target.port === 443 && /\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i.test(target.host);
}

function callWebsite({ target }: Evidence): Advice {
  return {
    text: 'Call it with http: the website endpoints of S3 do not speak HTTPS, and drop packets to TCP 443. For HTTPS put CloudFront in front of the bucket, or use its REST endpoint (BUCKET.s3.REGION.amazonaws.com)',
    command: ['curl', '-v', `http://${target.host}/`],
    docs: DOCS.websites,
  };
}

/** https://repost.aws/knowledge-center/ec2-port-25-throttle */
const throttledPort: Advice = {
  text: 'AWS blocks TCP 25 to the Internet for instances and Lambda functions unless it was asked to lift the restriction: send over port 587 or 465 with TLS, or ask for it',
  docs: DOCS.port25,
};

/** A public address of the target that opened, or null. */
function openPublic(evidence: Evidence): string | null {
  const open = withStatus(addressOutcomes(evidence), 'open').map(({ address }) => address);
  return open.find((address) => isOutside(evidence, address)) ?? null;
}

function defaultRoutes(addresses: readonly string[]): string {
  const routes = [
    [4, '0.0.0.0/0 to a NAT gateway, or to an internet gateway where this host has a public address'],
    [6, '::/0 to an egress-only internet gateway, or to an internet gateway'],
  ] as const;
  return routes
    .filter(([family]) => addresses.some((address) => familyOf(address) === family))
    .map(([, words]) => words)
    .join('; and for ');
}

function routeTables(evidence: Evidence): string[] {
  return [
    ...['aws', 'ec2', 'describe-route-tables', ...regionOption(regionOf(evidence))],
    ...[
      '--filters',
      'Name=association.subnet-id,Values=SUBNET_OF_THIS_HOST',
      '--query',
      'RouteTables[].Routes',
    ],
  ];
}

/** Services that have gateway endpoints: entries of a route table, without private DNS. */
const BY_ROUTE: ReadonlySet<string> = new Set(['s3', 'dynamodb']);

function regionOf({ target }: Evidence): string | null {
  return target.privateApi?.region ?? awsName(target.host)?.region ?? null;
}

function awsName(host: string): AwsName | null {
  return awsNameOf(host.toLowerCase());
}

/** The server of a customer under a name of AWS: no endpoint leads to it, but it may have private addresses of its own. */
function ownServerAdvice({ kind, service, region }: AwsName, host: string): Advice[] {
  if (kind === 'load-balancer')
    return [
      {
        text: 'In the security group of the load balancer, allow the public address under which this host leaves (that of its NAT gateway, or its own): its private one does not arrive there',
        docs: DOCS.securityGroups,
      },
      {
        text: 'Or reach it without the Internet: an internet-facing load balancer has public addresses only; clients in VPCs need an internal one',
        docs: DOCS.loadBalancer,
      },
    ];
  if (service !== 'eks')
    return [
      {
        text: `If the server is in this VPC or in a connected one, its name should give private addresses here: ask the resolver of the VPC, and for a peering connection let it resolve names of the other VPC`,
        command: ['pprobe', 'dns', ...subject([host], ['--server', '169.254.169.253'])],
      },
      {
        text: 'In the security group of the server, allow the public address under which this host leaves (that of its NAT gateway, or its own): its private one does not arrive there. A database also has to be publicly accessible',
        docs: DOCS.securityGroups,
      },
    ];
  return [
    {
      text: "Or switch on the private access of the cluster's endpoint, so that its name resolves to private addresses in its VPC (CLUSTER is the name of the cluster)",
      command: [
        ...['aws', 'eks', 'update-cluster-config', ...regionOption(region), '--name', 'CLUSTER'],
        ...['--resources-vpc-config', 'endpointPrivateAccess=true'],
      ],
    },
  ];
}

/** A VPC endpoint in place of the way to public addresses, for a service of AWS. */
function endpointAdvice(evidence: Evidence): Advice[] {
  const name = awsName(evidence.target.host);
  if (name === null) return [];
  if (name.kind !== 'service') return ownServerAdvice(name, evidence.target.host);
  const { service, region } = name;
  const place = region ?? 'REGION';
  const isByRoute = BY_ROUTE.has(service);
  const find = [
    ...['aws', 'ec2', 'describe-vpc-endpoint-services', ...regionOption(region)],
    ...[
      '--query',
      `ServiceDetails[?contains(PrivateDnsName || ServiceName, '${service}')].[ServiceName,PrivateDnsName]`,
    ],
  ];
  const regional: Advice[] =
    region === null
      ? [
          {
            text: `${evidence.target.host} is the global name, and the private DNS of an interface endpoint is for regional names: let the client call ${service}.REGION.amazonaws.com (for SDKs, AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION)`,
          },
        ]
      : [];
  return [
    {
      text: isByRoute
        ? `Or reach it without the Internet: a gateway endpoint for com.amazonaws.${place}.${service} in the route table of this host's subnet (for IPv4 it costs nothing)`
        : `Or reach it without the Internet: an interface endpoint for this service with private DNS, so that ${region === null ? 'its regional name' : evidence.target.host} resolves to private addresses; this lists its service name`,
      command: find,
      docs: isByRoute ? DOCS.gatewayEndpoints : DOCS.interfaceEndpoints,
    },
    ...regional,
  ];
}
