import { release } from 'node:os';
import { abortSignal, checkOptions, type OptionChecks, string } from '../core/check-options.js';
import { CapabilityError } from '../core/errors.js';
import { checkRuntime } from '../core/runtime.js';
import type { DoctorDocument, DoctorProblem } from '../documents/doctor.js';
import { startDocument } from '../documents/header.js';
import { readCompiledCode } from '../host/compiled-code.js';
import { isEc2Instance, possibleVpcRanges } from '../host/ec2.js';
import { readPrivileges } from '../host/privileges.js';
import { readResolvConf } from '../host/resolv-conf.js';
import { isVpcResolver } from '../net/address/scope.js';
import { atLeast, parseKernelRelease } from '../net/libc/kernel.js';
import { type EngineStatus, engineStatus } from '../net/wire/engines.js';
import {
  nodeProblem,
  readAuthorities,
  readLimits,
  readNetlink,
  readSockets,
  socketsOfLibc,
} from './doctor-host.js';

/** The files to read; the host's own when left out. */
export interface DoctorOptions {
  /** The resolver's configuration. Default /etc/resolv.conf. */
  resolvConf?: string | undefined;
  /** The file with the vendor's name from the machine's firmware. Default /sys/class/dmi/id/sys_vendor. */
  vendorFile?: string | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const doctorChecks: OptionChecks<DoctorOptions> = {
  resolvConf: string('give the path of a file'),
  vendorFile: string('give the path of a file'),
  signal: abortSignal,
};

/**
 * What this host can do for pprobe and what it lacks, with the command that adds it. Sends no packet, so it also works
 * without a network. Rejects with InvalidInputError or the signal's reason.
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorDocument> {
  checkRuntime();
  checkOptions(doctorChecks, options);
  options.signal?.throwIfAborted();
  const header = startDocument('doctor');
  const [engines, privileges, resolvers, netlink, openSocket] = await Promise.all([
    engineStatus(),
    readPrivileges(),
    readNameservers(options),
    readNetlink(),
    socketsOfLibc(),
  ]);
  const [authorities, limits, sockets] = [readAuthorities(), readLimits(), readSockets(openSocket)];
  options.signal?.throwIfAborted();
  const { uid, capNetRaw, capNetAdmin } = privileges;
  return {
    ...header(),
    engines,
    privileges: { uid, capNetRaw, capNetAdmin },
    kernel: { release: release(), supported: isKernelSupported() },
    node: { version: process.versions.node, platform: process.platform, arch: process.arch },
    nameservers: resolvers.nameservers,
    authorities: authorities.found,
    netlink: netlink.found,
    ...(sockets.problems.length === 0 ? {} : { refusedSockets: sockets.found }),
    limits: limits.found,
    compiledCode: readCompiledCode(),
    problems: [
      ...resolvers.problems,
      ...engines.flatMap(engineProblem),
      ...[nodeProblem(process.versions.node)].filter((problem) => problem !== null),
      ...authorities.problems,
      ...netlink.problems,
      ...sockets.problems,
      ...limits.problems,
      ...hiddenProc(privileges.capNetRaw),
    ],
  };
}

/** ICMP errors reach a TCP socket that is connecting since Linux 5.8. */
function isKernelSupported(): boolean | null {
  if (process.platform !== 'linux') return false;
  const kernel = parseKernelRelease(release());
  return kernel === null ? null : atLeast(kernel, 5, 8);
}

function engineProblem({ method, available, reason, remedy }: EngineStatus): DoctorProblem[] {
  return available ? [] : [{ text: `trace --method ${method}: ${reason ?? 'not available'}`, remedy }];
}

function hiddenProc(capNetRaw: boolean | null): DoctorProblem[] {
  if (process.platform !== 'linux' || capNetRaw !== null) return [];
  const text =
    '/proc/self/status cannot be read, so the privileges of this process are unknown: is proc(5) mounted here?';
  return [{ text, remedy: null }];
}

interface Resolvers {
  nameservers: DoctorDocument['nameservers'];
  problems: DoctorProblem[];
}

async function readNameservers(options: DoctorOptions): Promise<Resolvers> {
  const { resolvConf = '/etc/resolv.conf', vendorFile } = options;
  try {
    const { nameservers, ignoredNameservers } = await readResolvConf(resolvConf);
    const vpcRanges = (await isEc2Instance(vendorFile)) ? possibleVpcRanges() : [];
    const problems: DoctorProblem[] = [];
    if (nameservers.length === 0) {
      const text = `${resolvConf} names no nameserver, so names cannot be resolved here; name one with --server ADDR`;
      problems.push({ text, remedy: null });
    }
    if (ignoredNameservers.length > 0) {
      const ignored = ignoredNameservers.map((value) => JSON.stringify(value)).join(', ');
      problems.push({
        text: `${resolvConf}: the C library ignores the nameserver ${ignored}`,
        remedy: null,
      });
    }
    return {
      nameservers: nameservers.map((address) => ({
        address,
        vpcResolver: isVpcResolver(address, vpcRanges),
      })),
      problems,
    };
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    return { nameservers: [], problems: [{ text: error.message, remedy: error.remedy }] };
  }
}
