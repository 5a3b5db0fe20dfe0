import type { ControlMeasurement, Observations } from '../documents/report.js';
import { familyOf } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import { parseServer } from '../target/server.js';
import { addressesOf } from './addresses-of.js';
import type { Signals } from './branches.js';
import { type ControlTarget, connectTimeoutMs, type ObserveOptions } from './options.js';

/**
 * Connects to other places than the target, so that "nothing leaves this host" is told from "this endpoint only": what
 * the caller named, and TCP 53 of each configured resolver that is not this host itself.
 */
export async function observeControls(
  nameservers: readonly string[],
  options: ObserveOptions,
  signals: Signals,
  observations: Observations,
): Promise<void> {
  const { control, family } = options;
  const resolvers = (options.dns?.servers ?? nameservers)
    .map((server) => parseServer(server))
    .filter(({ address }) => isElsewhere(address) && (family === undefined || familyOf(address) === family))
    .map(({ address, port }) => connectTo('resolver', { host: address, port }, options, signals));
  const given = control === undefined ? [] : [connectTo('given', control, options, signals)];
  observations.control = await Promise.all([...given, ...resolvers]);
}

async function connectTo(
  role: ControlMeasurement['role'],
  { host, port }: ControlTarget,
  options: ObserveOptions,
  signals: Signals,
): Promise<ControlMeasurement> {
  const { family, dns, source, timeoutMs = connectTimeoutMs } = options;
  const { addresses, resolution } = await addressesOf(host, { family, dns, ...signals });
  const reachable = addresses.filter((each) => source === undefined || familyOf(each) === familyOf(source));
  const usable = reachable.length > 0 ? { source } : {};
  const tcp = await connectAddresses(
    { host, port, addresses: reachable, resolution },
    { timeoutMs, ...usable, ...signals },
  );
  return { role, host, port, tcp };
}

/** A stub on this host answers whatever becomes of the packets that leave it. */
function isElsewhere(address: string): boolean {
  return familyOf(address) !== null && scopeOf(address) !== 'loopback';
}
