import { type AwsDescription, descriptionOf } from '../../aws-server/description.js';
import type { DescribedInstance } from '../../aws-server/metadata.js';
import { accountId, region } from '../facts.js';
import { ids, type LabConfiguration } from './vpc.js';

/** What the lab's servers of configuration answer. */

/** The account, for the fixture server. */
export function describedAccount(configuration: LabConfiguration): AwsDescription {
  return descriptionOf({ ...configuration, region, account: accountId });
}

/** The client, for its metadata service. The service knows the groups of the interface, and nothing of their rules. */
export function describedInstance({ ec2 }: LabConfiguration): DescribedInstance {
  const own = ec2.NetworkInterfaces?.find(({ NetworkInterfaceId }) => NetworkInterfaceId === ids.client.eni);
  const vpc = ec2.Vpcs?.find(({ VpcId }) => VpcId === own?.VpcId);
  return {
    account: accountId,
    region,
    interfaces: [
      {
        mac: '02:00:00:00:00:01',
        interfaceId: own?.NetworkInterfaceId ?? '',
        vpcId: own?.VpcId ?? '',
        subnetId: own?.SubnetId ?? '',
        groups: (own?.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
        ipv4: [own?.PrivateIpAddress ?? ''],
        ipv6: (own?.Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address ?? []),
        vpcCidrs: [
          ...(vpc?.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []),
          ...(vpc?.Ipv6CidrBlockAssociationSet ?? []).flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []),
        ],
      },
    ],
    role: { name: 'reader', accessKeyId: 'AKIALABEXAMPLE', secretAccessKey: 'lab', token: 'lab' },
  };
}

/**
 * A command as on an instance: the firmware of this machine says EC2, for that command only. The tmpfs hides the rest of
 * /sys/class, because a machine without firmware tables has no place for the file.
 */
export function asInstance(argv: readonly string[]): string[] {
  const script = `mount -t tmpfs tmpfs /sys/class
mkdir -p /sys/class/dmi/id
echo 'Amazon EC2' > /sys/class/dmi/id/sys_vendor
exec "$@"`;
  return ['unshare', '--mount', 'sh', '-euc', script, 'sh', ...argv];
}
