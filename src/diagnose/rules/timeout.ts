import { shellLine } from '../../core/shell-line.js';
import { duration, list } from '../../core/text.js';
import { controls, silenceOf } from '../../documents/observed/control.js';
import { endpointAnswer } from '../../documents/observed/dns.js';
import { isOwnAddress, isRouted, linkOf } from '../../documents/observed/link.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  silentOutcomes,
  withStatus,
} from '../../documents/observed/tcp.js';
import {
  blackhole,
  deadHostToldMs,
  explainingTraces,
  lastAnswer,
  targetTraces,
} from '../../documents/observed/trace.js';
import type {
  Alternative,
  Confidence,
  ControlMeasurement,
  Evidence,
  EvidenceItem,
} from '../../documents/report.js';
import type { AddressTrace } from '../../documents/trace.js';
import { familyOf } from '../../net/address/address.js';
import { hostPort } from '../../target/host-port.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places, short } from '../headline.js';
import { type Advice, reworded } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { linkLocalRemedies } from '../remedies/link-local.js';
import { checkTunnel, listRuleset, routeGet } from '../remedies/local.js';
import {
  allowInbound,
  allowOutbound,
  checkAcl,
  checkRoutes,
  endpointState,
  endsOf,
  findInterfaces,
} from '../remedies/network.js';
import { outsideRemedies } from '../remedies/public-address.js';
import { connectWithoutEcn } from '../remedies/syn-form.js';

/** All addresses are silent. A security group belongs to the endpoint and drops at each of them, so it comes first. */
const timeoutAll = rule(
  'tcp.timeout-all',
  { needs: ['tcp'], docs: DOCS.securityGroups },
  (evidence): Judgement | null => {
    const outcomes = addressOutcomes(evidence);
    const silent = silentOutcomes(evidence);
    if (silent.length === 0 || silent.length < outcomes.length) return null;
    const addresses = addressesOf(silent);
    const [address = ''] = addresses;
    if (addresses.every((each) => isOwnAddress(evidence, each))) return null;
    return {
      phase: 'connect',
      confidence: confidenceOfAll(evidence, addresses),
      summary: `${noneOf(evidence.target.host, addresses)} on TCP ${evidence.target.port}${controlSummary(evidence)}.`,
      evidence: [silence(silent), ...pathEvidence(evidence), ...controlEvidence(evidence)],
      remedies: remediesOfAll(evidence, addresses),
      alternatives: [
        ...wrongAddress(evidence),
        ...deadHost(evidence, silent),
        ...deadGateway(evidence, addresses),
        ...ecnDrop(evidence),
        ...localDrop(evidence),
      ],
      claims: [
        ...ofEach('silent', address, addresses),
        ...(silenceOf(evidence) === 'everywhere' ? [{ says: 'nothing-comes-back' as const }] : []),
      ],
      check: `the security groups and routes between ${clientOf(evidence, addresses)} and ${list(addresses, 4)}, in both directions`,
    };
  },
);

/** Some addresses are silent. A network ACL or route table belongs to one subnet, so those of that subnet come first. */
const timeoutSome = rule(
  'tcp.timeout-some',
  { needs: ['tcp'], docs: DOCS.networkAcls },
  (evidence): Judgement | null => {
    const outcomes = addressOutcomes(evidence);
    const silent = silentOutcomes(evidence);
    if (silent.length === 0 || silent.length === outcomes.length) return null;
    const addresses = addressesOf(silent);
    const [address = ''] = addresses;
    const others = outcomes.filter(({ address }) => !addresses.includes(address));
    const opening = withStatus(outcomes, 'open');
    const ends = endsOf(evidence, addresses);
    const v6Only =
      addresses.every((address) => familyOf(address) === 6) &&
      others.every(({ address }) => familyOf(address) === 4);
    return {
      phase: 'connect',
      confidence: opening.length > 0 ? 'high' : 'medium',
      summary: `${places(addresses)} ${addresses.length === 1 ? 'does' : 'do'} not answer on TCP ${evidence.target.port}, while ${places(addressesOf(others))} ${verbOf(others)}${v6Only ? ': only IPv6 gets no answer' : ''}.`,
      evidence: [
        silence(silent),
        ...opening.map(answered),
        ...others.filter(({ status }) => status !== 'open').map(answeredOtherwise),
        ...pathEvidence(evidence),
      ],
      remedies: elsewhereRemedies(evidence, addresses) ?? [
        ...findInterfaces(evidence, addresses),
        checkAcl(ends),
        checkRoutes(ends),
      ],
      alternatives:
        outsideRemedies(evidence, addresses) !== null
          ? []
          : [
              possible(
                'tcp.timeout-all',
                'compare the security groups of the interfaces: all interfaces of an endpoint have the same ones, those of other services can differ',
                'low',
                'the silent addresses have another security group',
              ),
            ],
      claims: ofEach('silent', address, addresses),
      check: `the network ACL and routes of the subnet of ${list(addresses, 4)}`,
    };
  },
);

/**
 * Several silent addresses make a fault of one subnet unlikely. Two observations agree with the silence: a router that
 * forwarded the packets, and another place that answers. A path without answers adds nothing to them.
 */
function confidenceOfAll(evidence: Evidence, addresses: readonly string[]): Confidence {
  const leaves =
    silenceOf(evidence) === 'this-endpoint' ||
    explainingTraces(evidence).some(({ doc }) => addresses.includes(doc.address) && blackhole(doc) !== null);
  if (addresses.length > 1) return leaves ? 'high' : 'medium';
  return leaves ? 'medium' : 'low';
}

/** What the comparison with other places says. "Nothing comes back" is for a host to which not even a router answers. */
function controlSummary(evidence: Evidence): string {
  const reach = silenceOf(evidence);
  if (reach === null) return '';
  const wanted = reach === 'everywhere' ? 'silent' : 'answers';
  const [first] = controls(evidence).filter(({ result }) => result === wanted);
  const place = first === undefined ? 'another place' : placeOf(first.doc);
  if (reach === 'this-endpoint') return `, while ${place} answers`;
  return targetTraces(evidence).some(({ doc }) => isHeardBy(evidence, doc))
    ? `, nor does ${place}`
    : ', and no answer comes back to this host from anywhere';
}

/** `the resolver 10.0.0.2`, `example.com:443`. */
function placeOf({ role, host, port }: ControlMeasurement): string {
  return role === 'resolver' ? `the resolver ${host}` : short(hostPort(host, port), 'the control', 44);
}

function isHeardBy({ vantage }: Evidence, { hops, source }: AddressTrace): boolean {
  return hops.some(({ probes }) =>
    probes.some(({ from }) => from !== null && from !== source && !vantage.addresses.includes(from)),
  );
}

function controlEvidence(evidence: Evidence): EvidenceItem[] {
  return controls(evidence).map(({ ref, doc: { role, host, port }, result }) => ({
    observation: ref,
    text: `${role === 'resolver' ? 'the resolver' : 'the control'} ${hostPort(host, port)} ${result === 'answers' ? 'answers: TCP packets leave this host and answers come back' : 'does not answer either'}`,
  }));
}

function noneOf(host: string, addresses: readonly string[]): string {
  const [first] = addresses;
  const name = short(host, 'the target');
  if (addresses.length === 1)
    return `${first} ${host === first || name !== host ? '' : `(${host}) `}does not answer`;
  return `${addresses.length === 2 ? 'Neither address' : `None of the ${addresses.length} addresses`} of ${name} answers`;
}

function clientOf(evidence: Evidence, addresses: readonly string[]): string {
  return endsOf(evidence, addresses).client ?? 'this host';
}

function silence(silent: readonly AddressOutcome[]): EvidenceItem {
  const wait = Math.max(...silent.map(({ durationMs }) => durationMs));
  return {
    observation: silent[0]?.ref ?? 'tcp[0]',
    text: `no answer within ${duration(wait)} from ${list(addressesOf(silent))}: no SYN-ACK, no RST, no ICMP error`,
  };
}

function answered({ ref, address, durationMs }: AddressOutcome): EvidenceItem {
  return { observation: ref, text: `${address} opened in ${duration(durationMs)}` };
}

function answeredOtherwise({ ref, address, status, durationMs }: AddressOutcome): EvidenceItem {
  return {
    observation: ref,
    text: `${address} gave another result, ${status}, after ${duration(durationMs)}`,
  };
}

function verbOf(others: readonly AddressOutcome[]): string {
  const plural = others.length > 1;
  if (others.every(({ status }) => status === 'open')) return plural ? 'are open' : 'is open';
  // An error of a router, or of this host, is no answer of the address.
  const isAnswered = others.every(({ status }) => ['open', 'refused', 'reset'].includes(status));
  if (isAnswered) return plural ? 'answer' : 'answers';
  return plural ? 'have another result' : 'has another result';
}

/** What the traces add to a silent connection; addresses whose paths look the same share a line. */
function pathEvidence(evidence: Evidence): EvidenceItem[] {
  const lines = new Map<string, { ref: string; addresses: string[] }>();
  // Another trace to the same address may have heard what this one did not.
  const heard = new Set(
    targetTraces(evidence)
      .filter(({ doc }) => doc.hops.some(({ probes }) => probes.some(({ from }) => from !== null)))
      .map(({ doc }) => doc.address),
  );
  for (const { ref, doc } of explainingTraces(evidence)) {
    const text = describePath(doc);
    if (text === null || (lastAnswer(doc) === null && heard.has(doc.address))) continue;
    const same = lines.get(text);
    if (same === undefined) lines.set(text, { ref, addresses: [doc.address] });
    else same.addresses.push(doc.address);
  }
  return [...lines].map(([text, { ref, addresses }]) => ({
    observation: ref,
    text: `on the path to ${list(addresses, 4)}, ${text}`,
  }));
}

function describePath(doc: AddressTrace): string | null {
  if (doc.outcome !== 'filtered') return null;
  if (doc.loop !== null)
    return `the packets loop between ${list(doc.loop.members, 4)} from hop ${doc.loop.firstTtl} on`;
  const last = lastAnswer(doc);
  if (last === null) {
    const isHeard = doc.hops.some(({ probes }) => probes.some(({ from }) => from !== null));
    if (isHeard || doc.hops.length === 0) return null;
    return doc.hops.length === 1
      ? 'the only hop probed does not answer'
      : `none of the ${doc.hops.length} hops probed answers, as is usual inside a VPC`;
  }
  const next = last.silent === 1 ? 'the next one does' : `the next ${last.silent} do`;
  return last.silent === 0
    ? `${last.from} still answers at hop ${last.ttl}, the last one probed`
    : `${last.from} at hop ${last.ttl} is the last hop to answer; ${next} not`;
}

/** Where nothing at all comes back, the side of this host comes first. */
function remediesOfAll(evidence: Evidence, addresses: readonly string[]): Advice[] {
  const tunnel = checkTunnel(evidence, addresses);
  const elsewhere = elsewhereRemedies(evidence, addresses);
  if (elsewhere !== null) return [...tunnel, ...elsewhere];
  const ends = endsOf(evidence, addresses);
  const there = [...endpointState(evidence), ...findInterfaces(evidence, addresses), allowInbound(ends)];
  const here = [allowOutbound(ends), checkAcl(ends), checkRoutes(ends)];
  return [...tunnel, ...(silenceOf(evidence) === 'everywhere' ? [...here, ...there] : [...there, ...here])];
}

/** The remedies for addresses that are in no subnet of a VPC, or in this host's own; null for all others. */
function elsewhereRemedies(evidence: Evidence, addresses: readonly string[]): Advice[] | null {
  const onLink = linkLocalRemedies(evidence, addresses);
  if (onLink !== null) return onLink;
  if (addresses.every((address) => isRouted(evidence, address) === false)) {
    return [
      allowOnLink(evidence, addresses),
      ...findInterfaces(evidence, addresses),
      reworded(allowOutbound(endsOf(evidence, addresses)), (text) => `${text}, and in its own firewall`),
    ];
  }
  return evidence.target.privateApi === null ? outsideRemedies(evidence, addresses) : null;
}

function allowOnLink(evidence: Evidence, addresses: readonly string[]): Advice {
  const ends = endsOf(evidence, addresses);
  const link = linkOf(evidence, addresses[0] ?? '');
  return {
    ...allowInbound(ends),
    text: `Allow inbound TCP ${ends.port} from ${ends.client ?? 'this host'} on ${list(addresses, 4)} itself and in its security group: it is in the subnet of this host${link === null ? '' : ` (${link.interface})`}, and no router or network ACL is in between`,
    about: { addresses, only: (some) => [allowOnLink(evidence, some)] },
  };
}

/** A private answer does not prove that the endpoint exists: private DNS is a wildcard, and records outlive interfaces. */
function wrongAddress(evidence: Evidence): Alternative[] {
  const { target } = evidence;
  const api = target.privateApi;
  if (api === null || endpointAnswer(evidence) !== null) return [];
  const check =
    (api.form === 'vpce' || api.form === 'zonal') && api.vpceId !== null
      ? `${shellLine(['aws', 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', api.vpceId])}: State and NetworkInterfaceIds`
      : `${shellLine(pprobeAgain(target, { command: 'diagnose', options: ['--vpce', 'NAME'] }))} compares with the DNS name of the endpoint`;
  return [
    possible(
      'dns.endpoint-mismatch',
      check,
      'low',
      'the addresses do not belong to the endpoint, or no longer do',
    ),
  ];
}

/** The last router of a path looks for a host that is down, and reports it later than silence is told. The router of a VPC never does. */
function deadHost(evidence: Evidence, silent: readonly AddressOutcome[]): Alternative[] {
  const { target } = evidence;
  const early = silent.find(
    ({ address, durationMs }) =>
      durationMs < deadHostToldMs &&
      explainingTraces(evidence).some(
        ({ doc }) =>
          doc.address === address && lastAnswer(doc) !== null && (doc.target?.waitedMs ?? 0) < deadHostToldMs,
      ),
  );
  if (early === undefined || target.privateApi !== null) return [];
  if (elsewhereRemedies(evidence, addressesOf(silent)) !== null) return [];
  return [
    possible(
      'route.icmp-unreachable',
      `${shellLine(pprobeAgain(target, { command: 'trace', address: early.address, options: ['--wait', '5s'] }))}: !H says it`,
      'low',
      'the host is down: a router on its link reports that after 3 s, later than this measurement waited',
    ),
  ];
}

/** A router that was there a while ago: the kernel goes on sending to its link address until the entry is found stale. */
function deadGateway(evidence: Evidence, addresses: readonly string[]): Alternative[] {
  const isSilent =
    silenceOf(evidence) === 'everywhere' &&
    !targetTraces(evidence).some(({ doc }) => isHeardBy(evidence, doc)) &&
    addresses.every((address) => isRouted(evidence, address) !== false);
  if (!isSilent) return [];
  return [
    possible(
      'route.neighbour',
      `${shellLine(routeGet(addresses[0] ?? 'ADDRESS'))} names the gateway, and ip neighbour show has its entry: in the state DELAY, PROBE or FAILED it does not answer; in PERMANENT compare its link address`,
      'medium',
      'the gateway of this host is down, and its entry in the neighbour table is stale',
    ),
  ];
}

/** Every SYN of a connection asked for ECN, also those sent again, and no SYN without it was answered. */
function ecnDrop({ vantage, observations }: Evidence): Alternative[] {
  const isCompared = observations.trace.some(({ method }) => method === 'syn');
  if (vantage.ecn?.fallsBack !== false || isCompared) return [];
  return [
    possible(
      'tcp.packet-loss',
      `${shellLine(connectWithoutEcn.command ?? [])}, then try again`,
      'low',
      'every SYN of this host asks for ECN (net.ipv4.tcp_ecn is on, tcp_ecn_fallback is off), and something drops those that do',
    ),
  ];
}

/** A rule of this host that drops everything it sends also silences the controls. */
function localDrop(evidence: Evidence): Alternative[] {
  return [
    possible(
      'local.firewall',
      `${shellLine(listRuleset)}: a DROP on output, or of the answers on input, in this host or its container`,
      silenceOf(evidence) === 'everywhere' ? 'medium' : 'low',
    ),
  ];
}

export const timeoutRules: readonly Rule[] = [timeoutAll, timeoutSome];
