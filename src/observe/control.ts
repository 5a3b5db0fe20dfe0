import type { ControlMeasurement } from '../documents/report.js';
import type { TcpAttempt } from '../documents/tcp.js';
import { familyOf } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import { checkHost } from '../target/host.js';
import type { HostAndPort } from '../target/host-port.js';
import { parseServer } from '../target/server.js';
import type { Branches, Outcome, Signals } from './branches.js';
import { findAddresses } from './host-addresses.js';
import { connectTimeoutMs, type ObserveOptions } from './options.js';
import { permittedOf } from './permitted.js';

/**
 * Connects to other hosts than the target, to tell a fault of this host's network from a fault of the target: first the host
 * that the caller named, then TCP 53 of each configured resolver except those on this host.
 */
export function observeControls(
  nameservers: readonly string[],
  options: ObserveOptions,
  branches: Branches,
  signals: Signals,
  onAttempt: (attempt: TcpAttempt) => void,
): Promise<Outcome<ControlMeasurement>[]> {
  const { control, family, dns } = options;
  const servers = dns?.servers?.map((server) => parseServer(server)) ?? nameservers.map(onPort53);
  const resolvers = servers
    .filter(({ address }) => isElsewhere(address) && (family === undefined || familyOf(address) === family))
    .map(({ address, port }) => ({ role: 'resolver' as const, host: address, port }));
  const given =
    control === undefined
      ? []
      : [{ role: 'given' as const, host: checkHost(control.host, 'control.host'), port: control.port }];
  return Promise.all(
    [...given, ...resolvers].map(({ role, ...place }) =>
      branches.run('tcp', () => connectTo(role, place, options, signals, onAttempt)),
    ),
  );
}

async function connectTo(
  role: ControlMeasurement['role'],
  { host, port }: HostAndPort,
  options: ObserveOptions,
  signals: Signals,
  onAttempt: (attempt: TcpAttempt) => void,
): Promise<ControlMeasurement> {
  const { family, dns, source, permit, timeoutMs = connectTimeoutMs } = options;
  const { addresses: found, resolution } = await findAddresses(host, { family, dns, ...signals });
  // A configured resolver gets queries anyway.
  const { addresses } = permittedOf(found, port, role === 'given' ? permit : undefined);
  const reachable = addresses.filter((each) => source === undefined || familyOf(each) === familyOf(source));
  const usable = reachable.length > 0 ? { source } : {};
  const tcp = await connectAddresses(
    { host, port, addresses: reachable, resolution },
    { timeoutMs, ...usable, ...signals, onAttempt },
  );
  return { role, host, port, tcp };
}

/** A nameserver of resolv.conf. It may be link-local without a zone, which the C library tries as well. */
function onPort53(address: string): { address: string; port: number } {
  return { address, port: 53 };
}

/** A stub resolver on this host answers even if no packet leaves the host. */
function isElsewhere(address: string): boolean {
  return familyOf(address) !== null && scopeOf(address) !== 'loopback';
}
