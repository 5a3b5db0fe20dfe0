import { existsSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { CapabilityError } from '../core/errors.js';
import { canonicalAddress } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { localInterfaces } from '../net/libc/interfaces.js';
import { readResolvConf } from './resolv-conf.js';

/** A network that one of this host's interfaces is in, so that its addresses are reached without a router. */
export interface OwnNetwork {
  /** @minLength 1 @maxLength 255 */
  interface: string;
  /** The interface's own address with the length of the prefix: `172.17.0.1/16`. @minLength 1 @maxLength 255 */
  network: string;
  /** The interface is a bridge of this host, such as docker0, and its network is one inside this host. */
  bridge: boolean;
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
  /** System, kernel release and architecture: `linux 6.1.0 x64`. @minLength 1 */
  platform: string;
}

/**
 * Describes this host. Loopback addresses are left out: they do not identify it. The list of nameservers is empty if
 * resolv.conf cannot be read; the DNS probe reports that error.
 */
export async function readVantage(): Promise<Vantage> {
  return {
    hostname: hostname(),
    addresses: ownAddresses(),
    nameservers: await nameservers(),
    networks: ownNetworks(),
    platform: `${process.platform} ${release()} ${process.arch}`,
  };
}

function ownAddresses(): string[] {
  const addresses = Object.values(localInterfaces()).flatMap((interfaces) =>
    (interfaces ?? []).map((each) => canonicalAddress(each.address)),
  );
  return [...new Set(addresses.filter((address) => scopeOf(address) !== 'loopback'))];
}

/** Networks of one address have no neighbours and are left out. */
function ownNetworks(): OwnNetwork[] {
  return Object.entries(localInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ internal, cidr, family }) =>
      internal || cidr === null || cidr.endsWith(family === 'IPv6' ? '/128' : '/32')
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

async function nameservers(): Promise<string[]> {
  try {
    return (await readResolvConf()).nameservers;
  } catch (error) {
    if (error instanceof CapabilityError) return [];
    throw error;
  }
}
