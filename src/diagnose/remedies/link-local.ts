import { list } from '../../core/text.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf, withoutZone } from '../../net/address/address.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Advice } from './advice.js';
import { DOCS } from './docs.js';
import { listRuleset, routeGet } from './local.js';
import { allowOutbound, endsOf } from './network.js';

/**
 * Remedies for silent link-local addresses. Some belong to services of AWS: the host of the instance answers for them, or the
 * VPC, and no other host does.
 */

/** VPC Lattice ("Link-local addresses" of its security groups page): its services have these addresses in every VPC. */
const LATTICE = ['169.254.171.0/24', 'fd00:ec2:80::/64'] as const;

/** The metadata service of EC2, and that of credentials for ECS tasks and EKS pods. */
const METADATA: Readonly<Record<string, string>> = {
  '169.254.169.254': 'the instance metadata service',
  'fd00:ec2::254': 'the instance metadata service',
  '169.254.170.2': 'the credentials of an ECS task',
  '169.254.170.23': 'the EKS Pod Identity agent',
  'fd00:ec2::23': 'the EKS Pod Identity agent',
};

/** null where an address is another one. */
export function linkLocalRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] | null {
  if (addresses.length === 0) return null;
  if (addresses.every(isLattice)) return latticeRemedies(evidence, addresses);
  const [own] = addresses;
  const service = own === undefined ? undefined : METADATA[withoutZone(own)];
  if (service !== undefined && addresses.every((address) => withoutZone(address) in METADATA))
    return metadataRemedies(own ?? '', service);
  if (!addresses.every((address) => familyOf(address) !== null && scopeOf(address) === 'link-local'))
    return null;
  return [
    {
      text: `On ${list(addresses, 4)}, check that its own firewall allows TCP ${evidence.target.port} from this link; link-local packets pass no router, security group or network ACL of another subnet`,
      command: listRuleset,
    },
  ];
}

function isLattice(address: string): boolean {
  const own = parseRange(withoutZone(address));
  return LATTICE.some((block) => {
    const range = parseRange(block);
    return own !== null && range !== null && inRange(own, range);
  });
}

function latticeRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] {
  return [
    {
      text: `${list(addresses, 4)} ${addresses.length === 1 ? 'is an address' : 'are addresses'} of VPC Lattice, which this VPC reaches only while it is associated with a service network that has the service: look for an association in the state ACTIVE`,
      command: [
        'aws',
        'vpc-lattice',
        'list-service-network-vpc-associations',
        '--vpc-identifier',
        'VPC_OF_THIS_HOST',
      ],
      docs: DOCS.lattice,
    },
    {
      text: `In the security group of that association, allow inbound TCP ${evidence.target.port} from this host`,
      docs: DOCS.lattice,
    },
    allowOutbound(endsOf(evidence, addresses)),
  ];
}

function metadataRemedies(address: string, service: string): Advice[] {
  return [
    {
      text: `${address} is ${service}, which answers on AWS alone: look where this host sends packets for it. A route of a VPN, a container network or a proxy leads them away`,
      command: routeGet(address),
    },
    {
      text: 'Look for a rule of this host or of its container network that drops it: network policies and firewalls often block metadata',
      command: listRuleset,
    },
    ...(address === '169.254.169.254' || address === 'fd00:ec2::254'
      ? [
          {
            text: 'In a container, raise the hop limit of the metadata service to 2, and check that it is enabled (INSTANCE_ID is the id of this instance)',
            command: [
              ...['aws', 'ec2', 'modify-instance-metadata-options', '--instance-id', 'INSTANCE_ID'],
              ...['--http-endpoint', 'enabled', '--http-put-response-hop-limit', '2'],
            ],
            docs: DOCS.metadata,
          },
        ]
      : []),
  ];
}
