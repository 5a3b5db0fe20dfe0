import { command } from '../../core/shell-command.js';
import { list } from '../../core/text.js';
import { asBlock, clientAddress } from '../../documents/observed/tcp.js';
import type { Evidence, Remedy } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { regionOption } from './api.js';
import { DOCS } from './docs.js';

/** Both ends of a connection as the rules of a security group or network ACL name them. */
export interface Ends {
  client: string | null;
  addresses: readonly string[];
  port: number;
  /** null where it is not known. */
  region: string | null;
}

/** The ends of the connections to `addresses`, seen from this host. */
export function endsOf(evidence: Evidence, addresses: readonly string[]): Ends {
  const { port, privateApi } = evidence.target;
  const family = addresses.some((address) => familyOf(address) === 4) ? 4 : 6;
  return { client: clientAddress(evidence, family), addresses, port, region: privateApi?.region ?? null };
}

/** The network interfaces behind the addresses, with their subnets and groups: where every other step begins. */
export function findInterfaces(evidence: Evidence, addresses: readonly string[]): Remedy {
  const region = evidence.target.privateApi?.region ?? null;
  const v6 = addresses.every((address) => familyOf(address) === 6);
  const filter = v6 ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
  const values = addresses.filter((address) => familyOf(address) === (v6 ? 6 : 4));
  return {
    text: `Find the interfaces behind ${list(addresses, 4)}: their subnets and security groups`,
    command: command(
      ...['aws', 'ec2', 'describe-network-interfaces', ...regionOption(region)],
      ...['--filters', `Name=${filter},Values=${values.join(',')}`, '--query'],
      'NetworkInterfaces[].[PrivateIpAddress,SubnetId,Groups[].GroupId,Description]',
    ),
  };
}

/** Inbound on the target's group. */
export function allowInbound({ client, addresses, port, region }: Ends): Remedy {
  const allow = ['aws', 'ec2', 'authorize-security-group-ingress', ...regionOption(region)];
  const block = client === null ? 'CLIENT_CIDR' : asBlock(client);
  // The short form of the command knows IPv4 blocks only.
  const v6 = client !== null && familyOf(client) === 6;
  const rule = v6
    ? ['--ip-permissions', `IpProtocol=tcp,FromPort=${port},ToPort=${port},Ipv6Ranges=[{CidrIpv6=${block}}]`]
    : ['--protocol', 'tcp', '--port', String(port), '--cidr', block];
  return {
    text: `Allow inbound TCP ${port} from ${client ?? 'this host'} in the security group of ${list(addresses, 4)}`,
    command: command(...allow, '--group-id', 'SG_OF_TARGET', ...rule),
    docs: DOCS.securityGroups,
  };
}

/** Outbound on this host's own group: default groups allow all, narrowed ones are forgotten. */
export function allowOutbound({ client, addresses, port, region }: Ends): Remedy {
  const ranges = [['IpRanges', 'CidrIp', 4] as const, ['Ipv6Ranges', 'CidrIpv6', 6] as const].flatMap(
    ([name, key, family]) => {
      const blocks = addresses.filter((address) => familyOf(address) === family).map(asBlock);
      return blocks.length === 0 ? [] : [`${name}=[${blocks.map((block) => `{${key}=${block}}`).join(',')}]`];
    },
  );
  return {
    text: `Allow outbound TCP ${port} to ${list(addresses, 4)} in the security group of this host${client === null ? '' : ` (${client})`}`,
    command: command(
      ...['aws', 'ec2', 'authorize-security-group-egress', ...regionOption(region)],
      ...['--group-id', 'SG_OF_THIS_HOST', '--ip-permissions'],
      ['IpProtocol=tcp', `FromPort=${port}`, `ToPort=${port}`, ...ranges].join(','),
    ),
    docs: DOCS.securityGroups,
  };
}

/** Both subnets' network ACLs, both directions: they are stateless. */
export function checkAcl({ client, addresses, port }: Ends): Remedy {
  const from = client ?? 'this host';
  return {
    text: `In the network ACL of the subnet of ${list(addresses, 4)}, allow TCP ${port} in from ${from} and TCP 1024-65535 back out to it; in this host's subnet the reverse`,
    docs: DOCS.networkAcls,
  };
}

export function checkRoutes({ client, addresses }: Ends): Remedy {
  const back = client === null ? 'this host' : client;
  return {
    text: `Check the route tables both ways: this host's subnet towards ${list(addresses, 4)} (peering, transit gateway, VPN), and theirs back to ${back}; no route in state blackhole`,
    docs: DOCS.routeTables,
  };
}
