import { controls } from '../../documents/observed/control.js';
import { isReply } from '../../documents/observed/dns.js';
import { openingAt } from '../../documents/observed/tcp.js';
import { isPortUnreachable } from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { TcpAttempt } from '../../documents/tcp.js';

/** Observations of packets that refute what is said about an address, or about the network of this host. */

/** Something that came from the address itself: a SYN-ACK, an RST, anything on a connection. */
export function spokenBy(evidence: Evidence, address: string): EvidenceItem | null {
  return openingAt(evidence, address) ?? resetBy(evidence, address);
}

function resetBy({ target, observations }: Evidence, address: string): EvidenceItem | null {
  const closes = (attempt: TcpAttempt): boolean =>
    attempt.address === address &&
    (attempt.status === 'reset' || attempt.status === 'refused') &&
    // A port unreachable can come from anywhere on the way.
    !(attempt.icmp != null && attempt.from !== address && isPortUnreachable(address, attempt.icmp));
  const attempted = observations.tcp.findIndex(
    ({ host, port, attempts }) => host === target.host && port === target.port && attempts.some(closes),
  );
  if (attempted >= 0)
    return { observation: `tcp[${attempted}]`, text: `${address} answered the SYN with RST` };
  return resetTraced({ target, observations }, address);
}

function resetTraced(
  evidence: Pick<Evidence, 'target' | 'observations'>,
  address: string,
): EvidenceItem | null {
  const traced = tracesTo(evidence, address).find(({ doc: { hops } }) =>
    hops.some(({ probes }) => probes.some(({ reply }) => reply === 'rst')),
  );
  return traced === undefined
    ? null
    : { observation: traced.ref, text: `an RST with the address ${address} came back to the trace` };
}

/** A RST of the address, as the kernel or a trace saw it: ECONNREFUSED alone can also come of an ICMP error on the way. */
export function resetSeen(evidence: Evidence, address: string): EvidenceItem | null {
  const { target, observations } = evidence;
  const attempted = observations.tcp.findIndex(
    ({ host, port, attempts }) =>
      host === target.host &&
      port === target.port &&
      attempts.some(
        (each) => each.address === address && (each.cause === 'rst' || each.cause === 'rst-after-syn-ack'),
      ),
  );
  if (attempted >= 0)
    return { observation: `tcp[${attempted}]`, text: `a RST with the address ${address} came back` };
  return resetTraced(evidence, address);
}

/** This host's own firewall let no probe to the address leave. A rule that rejects with RST answers connections in the same way. */
export function keptBack(evidence: Evidence, address: string): EvidenceItem | null {
  const traced = tracesTo(evidence, address).find(({ doc }) => doc.unsent === 'local-firewall');
  return traced === undefined
    ? null
    : { observation: traced.ref, text: `the firewall of this host let no probe to ${address} leave` };
}

function tracesTo({ target, observations }: Pick<Evidence, 'target' | 'observations'>, address: string) {
  return observations.trace
    .map((doc, index) => ({ doc, ref: `trace[${index}]` }))
    .filter(({ doc }) => doc.address === address && doc.host === target.host && doc.port === target.port);
}

/** Anything that came back to a connection to the address: connect() had all that it needs. */
export function connectedTo(evidence: Evidence, address: string): EvidenceItem | null {
  const { tcp, tls, http } = evidence.observations;
  const started = tcp.findIndex(({ attempts }) =>
    attempts.some((each) => each.address === address && each.status !== 'error' && !each.local),
  );
  if (started >= 0) return { observation: `tcp[${started}]`, text: `a connection to ${address} was started` };
  const shaken = tls.findIndex((doc) => doc.address === address && doc.connectMs !== null);
  if (shaken >= 0)
    return { observation: `tls[${shaken}]`, text: `a connection to ${address} for the handshake opened` };
  const asked = http.findIndex((doc) => doc.address === address && doc.status !== null);
  if (asked >= 0) return { observation: `http[${asked}]`, text: `${address} answered a request` };
  // Each probe of this method is a connect() of its own.
  const traced = tracesTo(evidence, address).find(
    ({ doc: { method, hops } }) =>
      method === 'connect' && hops.some(({ probes }) => probes.some(({ from }) => from !== null)),
  );
  return traced === undefined
    ? null
    : { observation: traced.ref, text: `connections of the trace to ${address} were started` };
}

/** The ICMP error of another host about a SYN to the address, which had left this one. */
export function reportedOnTheWay(
  { target, observations, vantage }: Evidence,
  address: string,
): EvidenceItem | null {
  const isReported = ({ address: to, icmp, from, localAddress }: TcpAttempt): boolean =>
    to === address &&
    icmp != null &&
    from != null &&
    from !== localAddress &&
    !vantage.addresses.includes(from);
  const index = observations.tcp.findIndex(
    ({ host, port, attempts }) => host === target.host && port === target.port && attempts.some(isReported),
  );
  const by = observations.tcp[index]?.attempts.find(isReported)?.from;
  return by == null
    ? null
    : { observation: `tcp[${index}]`, text: `${by} reported a SYN to ${address}, which had left this host` };
}

/** A reply of any hop of a trace to the address, apart from this host itself. */
export function heardOnTheWay(evidence: Evidence, address: string): EvidenceItem | null {
  const own = new Set(evidence.vantage.addresses);
  for (const { doc, ref } of tracesTo(evidence, address)) {
    for (const { ttl, probes } of doc.hops) {
      const heard = probes.find(({ from }) => from !== null && from !== doc.source && !own.has(from));
      if (heard !== undefined) return { observation: ref, text: `${heard.from} answered at hop ${ttl}` };
    }
  }
  return null;
}

/** Anything that came back to this host over TCP. */
export function anyTcpAnswer(evidence: Evidence): EvidenceItem | null {
  const { tcp, http, dns } = evidence.observations;
  for (const [index, { attempts }] of tcp.entries()) {
    const answered = attempts.find(({ status }) => status === 'open' || status === 'reset');
    if (answered !== undefined)
      return { observation: `tcp[${index}]`, text: `${answered.address} answered: ${answered.status}` };
  }
  const control = controls(evidence).find(({ result }) => result === 'answers');
  if (control !== undefined) return { observation: control.ref, text: `${control.doc.host} answers` };
  const addresses = [...evidence.observations.trace, ...evidence.observations.tls].map(
    ({ address }) => address,
  );
  for (const address of new Set(addresses)) {
    const spoken = spokenBy(evidence, address);
    if (spoken !== null) return spoken;
  }
  const named = dns.findIndex(({ attempts }) =>
    attempts.some((attempt) => attempt.transport === 'tcp' && isReply(attempt)),
  );
  if (named >= 0) return { observation: `dns[${named}]`, text: 'a DNS server answered over TCP' };
  const asked = http.findIndex(({ status }) => status !== null);
  return asked < 0 ? null : { observation: `http[${asked}]`, text: 'an HTTP response came' };
}

/** Addresses that mean "this host" when connected to: whatever answers there is not the target (RFC 1122 section 3.2.1.3). */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export function notATarget({ observations, target }: Evidence): EvidenceItem | null {
  const index = observations.tcp.findIndex(
    ({ host, port, attempts }) =>
      host === target.host &&
      port === target.port &&
      attempts.some(({ address }) => UNSPECIFIED.has(address)),
  );
  return index < 0
    ? null
    : {
        observation: `tcp[${index}]`,
        text: 'a connection to an unspecified address arrives at this host itself',
      };
}
