import { existsSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { CapabilityError } from '../core/errors.js';
import { canonicalAddress } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { localInterfaces } from '../net/libc/interfaces.js';
import { readHostSources } from './nsswitch.js';
import { type EcnRequest, ecnRequest, type LocalPorts, localPortRange } from './proc.js';
import { type ResolvConf, readResolvConf } from './resolv-conf.js';
import { isTunnelInterface } from './tunnel.js';

/** A network that one of this host's interfaces is in, so that its addresses are reached without a router. */
export interface OwnNetwork {
  /** @minLength 1 @maxLength 255 */
  interface: string;
  /** The interface's own address with the length of the prefix: `172.17.0.1/16`. @minLength 1 @maxLength 255 */
  network: string;
  /** The interface is a bridge of this host, such as docker0, and its network is one inside this host. */
  bridge: boolean;
}

/** How programs on a host find the addresses of a name. */
export interface NameService {
  /**
   * The sources that getaddrinfo(3) asks in order, from nsswitch.conf: `files`, `mdns4_minimal`, `dns`. null where there is no
   * such file: the hosts file, then DNS. @maxItems 50 @items { type: 'string', minLength: 1, maxLength: 255 }
   */
  sources: string[] | null;
  /** Values of nameserver lines of resolv.conf that C libraries ignore. @maxItems 100 @items { type: 'string', minLength: 1, maxLength: 255 } */
  ignoredNameservers: string[];
}

/** What an EC2 instance's metadata service says of the network interface that measured. Unknown is null. */
export interface Ec2Identity {
  /** @minLength 1 @maxLength 255 */
  interfaceId: string | null;
  /** @minLength 1 @maxLength 255 */
  vpcId: string | null;
  /** @minLength 1 @maxLength 255 */
  subnetId: string | null;
  /** The ids of its security groups. @maxItems 100 @items { type: 'string', minLength: 1, maxLength: 255 } */
  groups: string[];
  /** @maxItems 1000 @items { $ref: '#/definitions/IpAddress' } */
  addresses: string[];
  /** The blocks of the VPC. @maxItems 100 @items { type: 'string', minLength: 1, maxLength: 255 } */
  vpcCidrs: string[];
  /** @minLength 1 @maxLength 255 */
  region: string | null;
  /** @minLength 1 @maxLength 255 */
  account: string | null;
}

/** The host from which measurements were made. */
export interface Vantage {
  /** @maxLength 255 */
  hostname: string;
  /** The host's addresses, canonical, without loopback. @maxItems 1000 @items { $ref: '#/definitions/IpAddress' } */
  addresses: string[];
  /** @items { type: 'string', minLength: 1, maxLength: 255 } */
  nameservers: string[];
  /** Absent in reports of version 0.1.0 and older. @maxItems 1000 */
  networks?: OwnNetwork[];
  /** Absent in reports of versions before 0.2.0. */
  nameService?: NameService;
  /** Absent on other hosts, and where the metadata service was not asked or did not answer. */
  ec2?: Ec2Identity;
  /** The range of source ports of this host's connections. Absent where it is not known, and in reports of versions before 0.2.0. */
  localPorts?: LocalPorts;
  /** Connections of this host ask for ECN. Absent where they do not, and in reports of versions before 0.2.0. */
  ecn?: EcnRequest;
  /** System, kernel release and architecture: `linux 6.1.0 x64`. @minLength 1 */
  platform: string;
}

/** The kernels of Amazon Linux and of Ubuntu's image for AWS name themselves: `6.1.0-1.amzn2023.x86_64`, `6.8.0-1021-aws`. */
const awsKernel = /amzn|-aws\b/;

/** Whether a kernel release, or a platform with it, is that of an image of AWS. */
export function isAwsKernel(platform: string): boolean {
  return awsKernel.test(platform);
}

/**
 * Describes this host. Loopback addresses are left out: they do not identify it. The list of nameservers is empty if
 * resolv.conf cannot be read; the DNS probe reports that error.
 */
export async function readVantage(): Promise<Vantage> {
  const [{ nameservers, ignoredNameservers }, sources] = await Promise.all([resolvers(), readHostSources()]);
  const ports = localPortRange();
  const ecn = ecnRequest();
  return {
    hostname: hostname(),
    addresses: ownAddresses(),
    nameservers,
    networks: ownNetworks(),
    nameService: {
      sources: sources?.map(shortened).slice(0, 50) ?? null,
      ignoredNameservers: ignoredNameservers.map(shortened).slice(0, 100),
    },
    ...(ports === null ? {} : { localPorts: ports }),
    ...(ecn === null ? {} : { ecn }),
    platform: `${process.platform} ${release()} ${process.arch}`,
  };
}

function ownAddresses(): string[] {
  const addresses = Object.values(localInterfaces()).flatMap((interfaces) =>
    (interfaces ?? []).map((each) => canonicalAddress(each.address)),
  );
  return [...new Set(addresses.filter((address) => scopeOf(address) !== 'loopback'))];
}

/** Networks of one address have no neighbours and are left out, except those of tunnels, whose names tell where packets go. */
function ownNetworks(): OwnNetwork[] {
  return Object.entries(localInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ internal, cidr, family }) =>
      internal ||
      cidr === null ||
      (cidr.endsWith(family === 'IPv6' ? '/128' : '/32') && !isTunnelInterface(name))
        ? []
        : [{ interface: name, network: cidr, bridge: isBridge(name) }],
    ),
  );
}

/** The names that Docker, libvirt, LXD, Podman and Kubernetes plugins give the networks inside a host. */
const BRIDGES =
  /^(?:docker\d+|docker_gwbridge|br-[0-9a-f]{12}|virbr\d+|lxcbr\d+|lxdbr\d+|podman\d+|cni(?:-podman)?\d+|cbr0)$/;

/**
 * Linux has this directory for bridges alone (Documentation/ABI/testing/sysfs-class-net). /sys may be missing, or may show the
 * interfaces of another network namespace: there the name decides.
 */
function isBridge(name: string): boolean {
  return existsSync(`/sys/class/net/${name}/bridge`) || BRIDGES.test(name);
}

function shortened(word: string): string {
  return word.slice(0, 255);
}

async function resolvers(): Promise<Pick<ResolvConf, 'nameservers' | 'ignoredNameservers'>> {
  try {
    return await readResolvConf();
  } catch (error) {
    if (error instanceof CapabilityError) return { nameservers: [], ignoredNameservers: [] };
    throw error;
  }
}
