import { networkInterfaces } from 'node:os';
import { rootCertificates } from 'node:tls';
import type { DoctorDocument, DoctorProblem, DoctorSocket } from '../documents/doctor.js';
import { readAuthorityLists } from '../host/authorities.js';
import { descriptorLimit, localPortRange } from '../host/proc.js';
import { unreadExtraFile } from '../host/trust-store.js';
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_STREAM } from '../net/libc/constants.js';
import { checked, loadLibc, SystemCallError } from '../net/libc/load.js';
import { routeTo } from '../net/libc/netlink.js';

/** What a part of the host is, and what is wrong with it. */
export interface Part<Name extends keyof DoctorDocument> {
  found: DoctorDocument[Name];
  problems: DoctorProblem[];
}

/** The system's certificate authorities, those that variables name, and Node's own. Never throws. */
export function readAuthorities(environment: NodeJS.ProcessEnv = process.env): Part<'authorities'> {
  const lists = readAuthorityLists(environment);
  const extra = unreadExtraFile(environment);
  const problems = lists.flatMap(({ store, path, problem }) =>
    problem === null
      ? []
      : [
          {
            text: [`${store} authorities`, path, problem].filter((part) => part !== null).join(': '),
            remedy: null,
          },
        ],
  );
  return {
    found: [
      ...lists.map(({ store, path, problem, authorities }) => ({
        store,
        path,
        count: authorities.size,
        problem,
      })),
      { store: 'Node', path: null, count: rootCertificates.length, problem: extra },
    ],
    problems: extra === null ? problems : [...problems, { text: extra, remedy: null }],
  };
}

/** Whether the kernel tells its routes and addresses over AF_NETLINK; null on systems that have none. Never throws. */
export async function readNetlink(): Promise<Part<'netlink'>> {
  if (process.platform !== 'linux') return { found: null, problems: [] };
  const libc = await loadLibc().catch(() => null);
  const found = hasInterfaces() && (libc === null || routeTo(libc, '127.0.0.1') !== null);
  const text =
    "The kernel's routes and addresses cannot be read, because AF_NETLINK is refused here, as systemd's RestrictAddressFamilies does: next hops, silent neighbours and this host's own addresses are unknown";
  return { found, problems: found ? [] : [{ text, remedy: null }] };
}

/** Node asks for the interfaces over AF_NETLINK, and throws where it is refused. */
function hasInterfaces(): boolean {
  try {
    networkInterfaces();
    return true;
  } catch {
    return false;
  }
}

/** Opens a socket of a kind and closes it. Returns the errno of socket(2), or null. */
type TrySocket = (kind: Omit<DoctorSocket, 'errno'>) => string | null;

/** How this process opens sockets; null where libc cannot be called. */
export async function socketsOfLibc(): Promise<TrySocket | null> {
  const libc = await loadLibc().catch(() => null);
  if (libc === null) return null;
  return ({ protocol, family }) => {
    const type = (protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
    try {
      libc.close(checked(libc, 'socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, 0)));
      return null;
    } catch (error) {
      if (error instanceof SystemCallError) return error.code;
      throw error;
    }
  };
}

/** What is said elsewhere: no descriptor or no memory is left. */
const scarce = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'];

/**
 * The kinds of sockets that socket(2) refuses to this process, as under a seccomp filter, systemd's RestrictAddressFamilies, or
 * where IPv6 is off.
 */
export function readSockets(attempt: TrySocket | null): Part<'refusedSockets'> {
  const found: DoctorSocket[] = [];
  for (const family of [4, 6] as const) {
    for (const protocol of ['udp', 'tcp'] as const) {
      const errno = attempt?.({ protocol, family }) ?? null;
      if (errno !== null && !scarce.includes(errno)) found.push({ protocol, family, errno });
    }
  }
  const problems = ([4, 6] as const).flatMap((family) => {
    const own = found.filter((each) => each.family === family);
    const [first] = own;
    if (first === undefined) return [];
    const kinds = own.map(({ protocol }) => protocol.toUpperCase()).join(' and ');
    const means = own.map(({ protocol }) => needs[protocol](family)).join(', and ');
    const why = family === 4 ? '' : ', or IPv6 is off in this kernel';
    const text = `Sockets for ${kinds} over IPv${family} are refused here (${first.errno}): ${means}. A seccomp filter or systemd's RestrictAddressFamilies forbids them${why}`;
    return [{ text, remedy: null }];
  });
  return { found, problems };
}

const needs = {
  udp: (family: 4 | 6) => `no nameserver at an IPv${family} address can be asked over UDP`,
  tcp: (family: 4 | 6) => `no IPv${family} address can be connected to`,
};

/** A lookup or connection takes a descriptor, and a diagnosis has some dozens at the same time. */
const fewDescriptors = 256;
/** A trace takes a port for each probe that is under way. */
const fewPorts = 1000;

/** The limits of this process and of this host. `proc` is where proc(5) is mounted. Never throws. */
export function readLimits(proc = '/proc'): Part<'limits'> {
  const descriptors = descriptorLimit(`${proc}/self/limits`);
  const ports = localPortRange(`${proc}/sys/net/ipv4/ip_local_port_range`);
  const problems: DoctorProblem[] = [];
  if (descriptors !== null && descriptors < fewDescriptors) {
    const text = `This process may have ${descriptors} open files: with many targets, fewer are measured at the same time`;
    problems.push({ text, remedy: 'ulimit -n 4096' });
  }
  if (ports !== null && ports.last - ports.first < fewPorts) {
    const text = `Connections of this host have the source ports ${ports.first} to ${ports.last} only: when other programs use them, no probe can be sent`;
    problems.push({ text, remedy: 'sysctl -w net.ipv4.ip_local_port_range="32768 60999"' });
  }
  return { found: { descriptors, ports }, problems };
}

/** The problem of a Node that is older than 20.19, or null. */
export function nodeProblem(version: string): DoctorProblem | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return null;
  return { text: `Node ${version} is too old: pprobe needs Node 20.19 or later`, remedy: null };
}
