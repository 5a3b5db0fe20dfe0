import type { KnownEnds } from '../known-ends.js';
import type { Evidence } from '../report.js';

/** The ends of the connections of a report: the addresses tried, or else those that the name gave, and the client's own. */
export function endsOfReport({
  observations,
  target,
  vantage,
}: Pick<Evidence, 'observations' | 'target' | 'vantage'>): KnownEnds {
  const attempts = observations.tcp
    .filter(({ host, port }) => host === target.host && port === target.port)
    .flatMap(({ attempts }) => attempts);
  const named =
    observations.origin?.addresses ?? observations.dns[0]?.addresses.map(({ address }) => address) ?? [];
  const used = [
    ...attempts.map(({ localAddress }) => localAddress),
    ...observations.trace.map(({ source }) => source),
  ].filter((each) => each != null);
  return {
    addresses: attempts.length > 0 ? [...new Set(attempts.map(({ address }) => address))] : named,
    own: used.length > 0 ? [...new Set(used)] : vantage.addresses,
    identities: vantage.ec2 === undefined ? [] : [vantage.ec2],
  };
}
