import { command } from '../../core/shell-command.js';
import { duration } from '../../core/text.js';
import type { Seen } from '../../documents/observed/dns.js';
import { contrast, handshakes, spokeTls } from '../../documents/observed/tls.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { PathMtu, TlsDocument } from '../../documents/tls.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { openssl } from './tls-rule.js';

type Handshake = Seen<TlsDocument>;

/** The same address, the same moment, another server name: only the name differs, so the name decides. */
const sniFiltered = rule('policy.sni-filtered', { needs: ['tls'] }, (evidence): Judgement | null => {
  const pair = cured(evidence, 'other-name', ['timeout', 'reset', 'closed']);
  if (pair === null) return null;
  const { failed, other } = pair;
  const { address, serverName, status, durationMs } = failed.doc;
  return {
    phase: 'tls',
    confidence: 'high',
    summary: `A firewall before ${address} filters on the server name: a TLS handshake for ${serverName} ${ENDS[status] ?? 'fails'}, one for ${other.doc.serverName} is answered.`,
    evidence: [
      { observation: failed.ref, text: `asked as ${serverName}: ${status} after ${duration(durationMs)}` },
      {
        observation: other.ref,
        text: `asked as ${other.doc.serverName}: ${other.doc.status === 'ok' ? 'the handshake ends well' : 'TLS answers'}${other.doc.certificate === null ? '' : ', with a certificate'}`,
      },
    ],
    remedies: [
      {
        text: `Allow ${serverName} on the firewall or proxy that inspects TLS on the way (AWS Network Firewall: a rule group of domain names, tls.sni)`,
        docs: DOCS.networkFirewall,
      },
    ],
    alternatives: [
      possible(
        'tls.closed',
        `the log of the server at ${address}: does it see the handshake for ${serverName}?`,
        'low',
        'the server itself drops names that it does not know, without an alert',
      ),
    ],
    check: openssl(failed.doc, other.doc.serverName),
  };
});

const ENDS: Readonly<Partial<Record<TlsDocument['status'], string>>> = {
  timeout: 'gets no answer',
  reset: 'is reset',
  closed: 'is cut off',
};

/** The same name, the same address, small segments: only the size of the packets differs, so large ones vanish. */
const mtuBlackHole = rule(
  'tls.silent',
  {
    id: 'tls.silent/path-mtu',
    words: 'large packets vanish on the path (MTU black hole)',
    needs: ['tls'],
    docs: DOCS.pathMtu,
  },
  (evidence): Judgement | null => {
    const pair = cured(evidence, 'small-segments', ['timeout']);
    const sized = pair === null ? lostBySize(evidence) : null;
    const failed = pair?.failed ?? sized?.failed;
    if (failed === undefined) return null;
    const { address } = failed.doc;
    const size = pair?.other.doc.maxSegment;
    return {
      phase: 'tls',
      confidence: pair === null ? 'medium' : 'high',
      summary: `Large packets between here and ${address} vanish without a word (an MTU black hole): the connection opens, the TLS handshake is silent${pair === null ? '' : ` and passes ${size === undefined ? 'in small segments' : `in segments of ${size} octets`}`}.`,
      evidence: [
        {
          observation: failed.ref,
          text: `no answer from ${address} to the handshake in ${duration(failed.doc.durationMs)}`,
        },
        ...(pair === null
          ? []
          : [
              {
                observation: pair.other.ref,
                text: `with${size === undefined ? ' small segments' : ` segments of at most ${size} octets`}, ${address} answers`,
              },
            ]),
        ...sizes(evidence, address),
      ],
      remedies: [
        {
          text: "Clamp the MSS where the path narrows (VPN, tunnel, transit gateway), or lower the MTU of this host's route",
          command: command('sudo', 'ip', 'route', 'change', 'DESTINATION', 'via', 'GATEWAY', 'mtu', '1400'),
          docs: DOCS.pathMtu,
        },
        {
          text: 'Let ICMP "fragmentation needed" (type 3 code 4) and ICMPv6 "packet too big" (type 2) through network ACLs, security groups and firewalls in both directions: without them neither side learns the size',
          docs: DOCS.pathMtu,
        },
      ],
      alternatives:
        pair === null ? [possible('policy.sni-filtered', openssl(failed.doc, 'example.com'))] : [],
      check: command('ping', '-c', '3', '-M', 'do', '-s', '1472', address),
    };
  },
);

/** A packet was never acknowledged although a smaller one was, on a connection that opened: size is the likely reason. */
function lostBySize(evidence: Evidence): { failed: Handshake } | null {
  const silent = handshakes(evidence).filter(({ doc }) => doc.status === 'timeout');
  const failed = silent.find(({ doc }) => {
    const measured = mtuOf(evidence, doc.address)?.doc;
    const lost = measured?.smallestUnacknowledged ?? null;
    const passed = measured?.largestAcknowledged ?? null;
    return lost !== null && passed !== null && passed < lost;
  });
  return failed === undefined || contrast(evidence, failed.doc.address, 'small-segments') !== null
    ? null
    : { failed };
}

function cured(
  evidence: Evidence,
  purpose: 'other-name' | 'small-segments',
  statuses: readonly TlsDocument['status'][],
): { failed: Handshake; other: Handshake } | null {
  for (const failed of handshakes(evidence)) {
    const heard = failed.doc.progress?.heard ?? 'nothing';
    // Once the peer has shown its certificate it knows the name, and nobody filtered it; a flight cut short has other sizes.
    if (!statuses.includes(failed.doc.status) || (purpose === 'other-name' && heard !== 'nothing')) continue;
    const other = contrast(evidence, failed.doc.address, purpose);
    if (other !== null && spokeTls(other.doc)) return { failed, other };
  }
  return null;
}

function mtuOf({ observations }: Evidence, address: string): Seen<PathMtu> | null {
  const index = observations.pathMtu?.findIndex((each) => each.address === address) ?? -1;
  const doc = observations.pathMtu?.[index];
  return doc === undefined ? null : { ref: `pathMtu[${index}]`, doc };
}

function sizes(evidence: Evidence, address: string): EvidenceItem[] {
  const found = mtuOf(evidence, address);
  if (found === null) return [];
  const { interfaceMtu, kernelMtu, largestAcknowledged, smallestUnacknowledged, announced, peerMss } =
    found.doc;
  const told = [
    interfaceMtu === null ? null : `this host's link takes ${interfaceMtu} octets`,
    peerMss === null ? null : `a segment towards the peer holds ${peerMss} at most`,
    largestAcknowledged === null ? null : `a packet of ${largestAcknowledged} octets arrived`,
    smallestUnacknowledged === null ? null : `one of ${smallestUnacknowledged} never did`,
    whoSaidSo(announced, kernelMtu, interfaceMtu),
  ].filter((each) => each !== null);
  return [{ observation: found.ref, text: told.join('; ') }];
}

function whoSaidSo(
  announced: PathMtu['announced'],
  kernelMtu: number | null,
  interfaceMtu: number | null,
): string | null {
  if (announced !== null) return `${announced.from} says that ${announced.mtu} would pass`;
  if (kernelMtu === null || interfaceMtu === null) return null;
  return kernelMtu < interfaceMtu
    ? `a router has told this host that ${kernelMtu} would pass`
    : 'no router said which size would pass';
}

export const tlsContrastRules: readonly Rule[] = [sniFiltered, mtuBlackHole];
