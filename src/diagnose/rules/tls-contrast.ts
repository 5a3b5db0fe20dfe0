import { shellLine } from '../../core/shell-line.js';
import { duration } from '../../core/text.js';
import { awsNameOf } from '../../documents/aws-name.js';
import type { Seen } from '../../documents/observed/dns.js';
import { contrast, handshakes, spokeTls } from '../../documents/observed/tls.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { PathMtu, TlsDocument, TlsPurpose } from '../../documents/tls.js';
import { nameKey } from '../../target/dns-name.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { allowServerName, lowerPacketSize, openssl, pingFullSize } from '../remedies/tls.js';

type Handshake = Seen<TlsDocument>;

/** The same address at the same time answers for another server name: only the name differs, so a filter looks at it. */
const sniFiltered = rule('policy.sni-filtered', { needs: ['tls'] }, (evidence): Judgement | null => {
  const pair = cured(evidence, 'other-name', ['timeout', 'reset', 'closed']);
  if (pair === null) return null;
  const { failed, other } = pair;
  const { address, serverName, status, durationMs } = failed.doc;
  // A server that took the ClientHello and is slow once looks the same.
  const canBeSlow = status === 'timeout' && failed.doc.progress?.acknowledged === true;
  // So does a proxy that routes by server name and has no working server for this one; AWS has none in front of its names.
  const canBeRouted = status !== 'timeout' && awsNameOf(nameKey(serverName)) === null;
  return {
    phase: 'tls',
    confidence: canBeSlow || canBeRouted ? 'medium' : 'high',
    summary: `A firewall in front of ${address} filters by server name: the handshake for ${short(serverName, 'the target')} ${ENDS[status] ?? 'fails'}.`,
    evidence: [
      {
        observation: failed.ref,
        text: `handshake for ${serverName}: ${status} after ${duration(durationMs)}`,
      },
      {
        observation: other.ref,
        text: `handshake for ${other.doc.serverName}: ${other.doc.status === 'ok' ? 'it succeeds' : 'the server answers'}${other.doc.certificate === null ? '' : ', with a certificate'}`,
      },
    ],
    remedies: [allowServerName(serverName)],
    alternatives: [
      ...(canBeRouted
        ? [
            possible(
              'backend.network',
              `look at what answers on ${address}: a proxy or ingress that routes by server name needs a working server for ${serverName}`,
              'medium',
              'a proxy that routes by server name has no working server for this one',
            ),
          ]
        : []),
      possible(
        'tls.closed',
        `check in the log of the server at ${address} whether the handshake for ${serverName} arrives`,
        'low',
        'the server itself drops handshakes for names that it does not know, without an alert',
      ),
    ],
    claims: ofEach('name-matters', address),
    check: shellLine(openssl(failed.doc, other.doc.serverName)),
  };
});

const ENDS: Readonly<Partial<Record<TlsDocument['status'], string>>> = {
  timeout: 'gets no answer',
  reset: 'is reset',
  closed: 'ends without an alert',
};

/** The same handshake succeeds with small segments: only the size of the packets differs, so large ones are lost. */
const mtuBlackHole = rule(
  'tls.silent',
  {
    id: 'tls.silent/path-mtu',
    words: 'large packets are lost on the path (MTU black hole)',
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
      confidence: pair !== null && failsAtFullSize(evidence, address) ? 'high' : 'medium',
      summary: `Large packets between this host and ${address} are lost without an ICMP error: an MTU black hole.`,
      evidence: [
        {
          observation: failed.ref,
          text: `no answer from ${address} to the handshake within ${duration(failed.doc.durationMs)}`,
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
      remedies: lowerPacketSize(address),
      alternatives:
        pair === null ? [possible('policy.sni-filtered', shellLine(openssl(failed.doc, 'example.com')))] : [],
      claims: ofEach('size-matters', address),
      check: shellLine(pingFullSize(address)),
    };
  },
);

/**
 * The request gets no answer, and the same request over a connection with small segments does: large packets are lost. The cause
 * is that of the same fault during the handshake, which the size of the certificate decides. A cause of class `service` would
 * say that the network needs no change.
 */
const mtuAfterHandshake = rule(
  'tls.silent',
  {
    id: 'tls.silent/path-mtu-after-handshake',
    words: 'large packets are lost on the path after the handshake (MTU black hole)',
    needs: ['http'],
    docs: DOCS.pathMtu,
  },
  (evidence): Judgement | null => {
    for (const [index, doc] of evidence.observations.http.entries()) {
      if (doc.variant !== 'plain' || doc.failure !== 'timeout') continue;
      const { address } = doc;
      const small = contrast(evidence, address, 'small-segments');
      const status = small?.doc.answerStatus ?? null;
      if (small === null || status === null) continue;
      const size = small.doc.maxSegment;
      const segments = size === undefined ? 'small segments' : `segments of at most ${size} octets`;
      return {
        phase: 'http',
        confidence: isLostBySize(evidence, address) ? 'high' : 'medium',
        summary: `Large packets between this host and ${address} are lost without an ICMP error: an MTU black hole.`,
        evidence: [
          {
            observation: `http[${index}]`,
            text: `the TLS handshake succeeded; ${doc.status === null ? 'no answer' : `HTTP ${doc.status}, and then nothing`} within ${duration(doc.durationMs)}`,
          },
          { observation: small.ref, text: `with ${segments}, the same request is answered: HTTP ${status}` },
          ...sizes(evidence, address),
        ],
        remedies: lowerPacketSize(address),
        alternatives: [
          possible(
            'backend.timeout',
            `${shellLine(pprobeAgain(evidence.target, { command: 'diagnose', options: [] }))} again: a slow backend gives other results`,
          ),
        ],
        claims: [{ says: 'every-request-fails' }, ...ofEach('size-matters', address)],
        check: shellLine(pingFullSize(address)),
      };
    }
    return null;
  },
);

/** The server, or a device before it, answers a ClientHello of one segment and none of two. */
const largeHello = rule(
  'tls.silent',
  {
    id: 'tls.silent/large-hello',
    words: 'a ClientHello of two segments gets no answer (post-quantum key share)',
    needs: ['tls'],
  },
  (evidence): Judgement | null => {
    const pair = cured(evidence, 'small-hello', ['timeout', 'reset', 'closed']);
    if (pair === null) return null;
    const { failed, other } = pair;
    const { address, serverName, status, durationMs } = failed.doc;
    const cut = contrast(evidence, address, 'small-segments');
    // With small segments the large ClientHello takes more segments: if that one is answered, the size of packets decides.
    if (cut !== null && spokeTls(cut.doc)) return null;
    const [large, small] = [failed.doc.progress?.sentBytes ?? null, other.doc.progress?.sentBytes ?? null];
    return {
      phase: 'tls',
      confidence: cut === null ? 'medium' : 'high',
      summary: `${address}, or a firewall before it, does not answer a ClientHello that takes two segments.`,
      evidence: [
        {
          observation: failed.ref,
          text: `handshake for ${serverName}${large === null ? '' : ` with a ClientHello in two segments (${large} octets)`}: ${status} after ${duration(durationMs)}`,
        },
        {
          observation: other.ref,
          text: `without the key share of a post-quantum group, with a ClientHello in one segment${small === null ? '' : ` (it and all else sent: ${small} octets)`}, ${address} answers`,
        },
        ...(cut === null
          ? []
          : [
              {
                observation: cut.ref,
                text: 'in small segments the large one gets no answer either, so that the MTU does not matter',
              },
            ]),
      ],
      remedies: [
        {
          text: 'Update the server, load balancer or firewall that reads only the first segment of a ClientHello',
        },
        {
          text: 'Until then, let clients offer no post-quantum group: in OpenSSL 3.5 with the line below in openssl.cnf, in Node with tls.DEFAULT_ECDH_CURVE',
          snippet: 'Groups = X25519:P-256',
        },
      ],
      alternatives: [],
      claims: ofEach('hello-too-large', address),
      check: `${shellLine(openssl(failed.doc))} -groups X25519`,
    };
  },
);

function isLostBySize(evidence: Evidence, address: string): boolean {
  const measured = mtuOf(evidence, address)?.doc;
  const lost = measured?.smallestUnacknowledged ?? null;
  const passed = measured?.largestAcknowledged ?? null;
  return lost !== null && passed !== null && passed < lost;
}

/**
 * More than one thing of full size was lost. One handshake that is slow beside a quick one in small segments is chance, too: a
 * server under load, or packets that are lost.
 */
function failsAtFullSize(evidence: Evidence, address: string): boolean {
  const other = contrast(evidence, address, 'other-name');
  return isLostBySize(evidence, address) || (other !== null && !spokeTls(other.doc));
}

/** On a connection that opened, a packet was never acknowledged although a smaller one was. */
function lostBySize(evidence: Evidence): { failed: Handshake } | null {
  const silent = handshakes(evidence).filter(({ doc }) => doc.status === 'timeout');
  const failed = silent.find(({ doc }) => isLostBySize(evidence, doc.address));
  return failed === undefined || contrast(evidence, failed.doc.address, 'small-segments') !== null
    ? null
    : { failed };
}

function cured(
  evidence: Evidence,
  purpose: Exclude<TlsPurpose, 'target'>,
  statuses: readonly TlsDocument['status'][],
): { failed: Handshake; other: Handshake } | null {
  for (const failed of handshakes(evidence)) {
    const heard = failed.doc.progress?.heard ?? 'nothing';
    // A peer that sent its certificate has read the server name, so no filter dropped it.
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
  const facts = [
    interfaceMtu === null ? null : `the link of this host has an MTU of ${interfaceMtu} octets`,
    peerMss === null ? null : `a segment to the peer holds at most ${peerMss} octets`,
    largestAcknowledged === null ? null : `a packet of ${largestAcknowledged} octets was acknowledged`,
    smallestUnacknowledged === null ? null : `one of ${smallestUnacknowledged} was not`,
    announcement(announced, kernelMtu, interfaceMtu),
  ].filter((each) => each !== null);
  return [{ observation: found.ref, text: facts.join('; ') }];
}

function announcement(
  announced: PathMtu['announced'],
  kernelMtu: number | null,
  interfaceMtu: number | null,
): string | null {
  if (announced !== null) return `${announced.from} reports that its next link takes ${announced.mtu}`;
  if (kernelMtu === null || interfaceMtu === null) return null;
  return kernelMtu < interfaceMtu
    ? `a router reported to this host that its next link takes ${kernelMtu}`
    : 'no router reported the size that its next link takes';
}

/**
 * Nothing that this host sent after the SYN was acknowledged, whatever its size: a firewall on the path lets SYNs pass and drops
 * what follows, because it saw only one direction of the connection.
 */
const neverAcknowledged = rule(
  'tls.silent',
  {
    id: 'tls.silent/never-acknowledged',
    words: 'nothing after the SYN is acknowledged (asymmetric routing)',
    needs: ['tls'],
    docs: DOCS.routeTables,
  },
  (evidence): Judgement | null => {
    const failed = handshakes(evidence).find(
      ({ doc }) =>
        doc.status === 'timeout' &&
        doc.progress?.acknowledged === false &&
        doc.progress.heard === 'nothing' &&
        isLostAtAnySize(evidence, doc.address),
    );
    if (failed === undefined) return null;
    const { address, serverName, durationMs } = failed.doc;
    const other = contrast(evidence, address, 'other-name');
    const small = contrast(evidence, address, 'small-segments');
    const isLost = (doc: TlsDocument | undefined): boolean => doc?.progress?.acknowledged === false;
    return {
      phase: 'tls',
      confidence: isLost(other?.doc) && isLost(small?.doc) ? 'high' : 'medium',
      summary: `${address} accepts the connection, but nothing that this host sends on it is acknowledged.`,
      evidence: [
        {
          observation: failed.ref,
          text: `the ClientHello for ${serverName} was not acknowledged within ${duration(durationMs)}`,
        },
        ...[other, small].flatMap((each) =>
          each === null
            ? []
            : [
                {
                  observation: each.ref,
                  text: `nor was ${each.doc.purpose === 'small-segments' ? 'one in small segments' : `one for ${each.doc.serverName}`} (${each.doc.status})`,
                },
              ],
        ),
        ...sizes(evidence, address),
      ],
      remedies: [
        {
          text: `Look for a firewall that sees only one direction of the connection: compare the routes between this host and ${address} in both directions, and set appliance mode on the attachment of a transit gateway that leads to firewalls in several zones`,
          docs: DOCS.routeTables,
        },
        {
          text: 'Look in the connection table of each firewall and NAT on the path for connections that never leave the state SYN',
        },
      ],
      claims: ofEach('never-acknowledged', address),
      alternatives:
        other === null
          ? [possible('policy.sni-filtered', shellLine(openssl(failed.doc, 'example.com')))]
          : [],
      check: shellLine(pprobeAgain(evidence.target, { command: 'trace', address })),
    };
  },
);

/** Small segments were lost too: in a further handshake, or as single packets. */
function isLostAtAnySize(evidence: Evidence, address: string): boolean {
  const small = contrast(evidence, address, 'small-segments');
  const sized = mtuOf(evidence, address)?.doc;
  const isMeasured = sized !== undefined && sized.smallestUnacknowledged !== null;
  if (isMeasured && sized.largestAcknowledged !== null) return false;
  return small === null ? isMeasured : !spokeTls(small.doc) && small.doc.progress?.acknowledged !== true;
}

export const tlsContrastRules: readonly Rule[] = [
  sniFiltered,
  neverAcknowledged,
  mtuBlackHole,
  largeHello,
  mtuAfterHandshake,
];
