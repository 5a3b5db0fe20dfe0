import { shellLine } from '../../core/shell-line.js';
import { count, duration, excerpt, list } from '../../core/text.js';
import {
  type AddressOutcome,
  acceptedHere,
  addressesOf,
  addressOutcomes,
  openingBeside,
} from '../../documents/observed/tcp.js';
import { handshakes, trustWords } from '../../documents/observed/tls.js';
import type { Evidence } from '../../documents/report.js';
import type { TlsDocument } from '../../documents/tls.js';
import { familyOf } from '../../net/address/address.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { countAgain, pprobeAgain } from '../remedies/again.js';
import { listRuleset } from '../remedies/local.js';
import { connectWithoutEcn } from '../remedies/syn-form.js';
import { aboutProxy, openssl, trustEverywhere } from '../remedies/tls.js';
import { acceptance } from '../rules/accepted-here.js';
import type { WarningRule } from './warning.js';

/** The variables that send programs to a proxy, which pprobe ignores. They concern https alone. */
const proxyInUse: WarningRule = {
  id: 'proxy.environment',
  saidBy: ['policy.proxy'],
  judge: (evidence) => {
    const { target, observations } = evidence;
    const used = observations.environment?.forTarget ?? null;
    if (used === null || (target.url === null && target.port !== 443)) return null;
    const value = excerpt(used.value, 80);
    const covering = rangeOf(evidence);
    return {
      text: `Programs that honour ${used.name} reach ${target.host} through the proxy ${value}; pprobe connected directly.`,
      evidence: [
        {
          observation: 'environment',
          text: `${used.name} is ${value}, and NO_PROXY does not name ${target.host}`,
        },
        ...(covering === null
          ? []
          : [
              {
                observation: 'environment',
                text: `NO_PROXY has ${covering}, which programs compare with an address in the URL and not with what a name resolves to`,
              },
            ]),
      ],
      remedies: [aboutProxy(evidence)],
    };
  },
};

/** An entry of NO_PROXY that is a range with an address of the target in it. */
function rangeOf(evidence: Evidence): string | null {
  const { variables = [] } = evidence.observations.environment ?? {};
  const entries = variables
    .filter(({ name }) => name.toLowerCase() === 'no_proxy')
    .flatMap(({ value }) => value.split(/[\s,]+/));
  const addresses = addressesOf(addressOutcomes(evidence));
  const covers = (entry: string, address: string): boolean => {
    const range = entry.includes('/') ? parseRange(entry) : null;
    const own = parseRange(address);
    const isSameFamily = familyOf(entry.replace(/\/.*$/, '')) === familyOf(address);
    return range !== null && own !== null && isSameFamily && inRange(own, range);
  };
  return entries.find((entry) => addresses.some((address) => covers(entry, address))) ?? null;
}

/** One family of addresses fails while the other one opens: a program that tries it first waits, or fails. */
const familyDead: WarningRule = {
  id: 'tcp.family-dead',
  saidBy: ['policy.icmp-prohibited'],
  judge: (evidence) => {
    const outcomes = addressOutcomes(evidence);
    for (const [family, other] of [
      [6, 4],
      [4, 6],
    ] as const) {
      const failed = outcomes.filter(({ address }) => familyOf(address) === family);
      const isOpened = failed.some(({ address }) => openingBeside(evidence, address) !== null);
      const opening = outcomes.filter(
        ({ address, status }) => familyOf(address) === other && status === 'open',
      );
      const [first] = failed;
      const [open] = opening;
      if (first === undefined || open === undefined || isOpened || !failed.every(isLost)) continue;
      const waited = Math.max(...failed.map(({ durationMs }) => durationMs));
      const addresses = list(addressesOf(failed), 4);
      return {
        text: `IPv${family} to ${evidence.target.host} does not work: ${addresses} ${failed.length === 1 ? 'gives' : 'give'} no connection, while IPv${other} opens. ${whoWaits(evidence, family)}`,
        evidence: [
          {
            observation: first.ref,
            text: `${addresses}: ${first.status}${first.errno === null ? '' : ` (${first.errno})`} after ${duration(waited)}`,
          },
          { observation: open.ref, text: `${list(addressesOf(opening), 4)} opened` },
        ],
        remedies: [
          {
            text: `Repair IPv${family} between this host and ${addresses}, or remove the ${family === 6 ? 'AAAA' : 'A'} records`,
            command: pprobeAgain(evidence.target, { command: 'trace', address: first.address }),
          },
        ],
      };
    }
    return null;
  },
};

/**
 * What programs notice of a family that does not work: getaddrinfo(3) puts the addresses into the order of RFC 6724, and most
 * programs try them in that order, one after the other.
 */
function whoWaits(evidence: Evidence, family: 4 | 6): string {
  const order = evidence.observations.system?.addresses.map(familyOf) ?? [];
  if (!order.includes(family) || new Set(order).size < 2) return `Programs that try IPv${family} first wait.`;
  return order[0] === family
    ? `getaddrinfo puts IPv${family} first here, so programs that try one address after the other wait until they give it up.`
    : `getaddrinfo puts IPv${order[0]} first here (RFC 6724), so most programs do not notice it; those that try IPv${family} first wait.`;
}

/** Nothing usable came back. Where this host has no route of the family, programs skip the address without a wait. */
function isLost({ status, local }: AddressOutcome): boolean {
  return status === 'timeout' || (status === 'unreachable' && !local);
}

/** The connection opened, and its first SYN or the answer to it was lost: the kernel sent another one a second later. */
const synLost: WarningRule = {
  id: 'tcp.syn-lost',
  saidBy: ['tcp.packet-loss'],
  judge: (evidence) => {
    const lossy = addressOutcomes(evidence).filter(
      ({ status, firstSynLost }) => status === 'open' && firstSynLost === true,
    );
    const [first] = lossy;
    if (first === undefined) return null;
    const addresses = list(addressesOf(lossy), 4);
    const sent = (first.retransmits ?? 1) + 1;
    const isEcn = evidence.vantage.ecn?.fallsBack === true;
    const why = isEcn
      ? 'connections of this host ask for ECN (net.ipv4.tcp_ecn), and a SYN that is sent again does not, so that something on the way may drop SYNs that ask for it; or packets are lost'
      : 'packets are lost, or the target drops SYNs';
    return {
      text: `The first SYN to ${addresses} got no answer, and the connection opened after ${duration(first.durationMs)}: ${why}. Programs on this host wait as long each time that happens.`,
      evidence: [
        {
          observation: first.ref,
          text: `${first.address} was sent ${count(sent, 'SYN')}, and did not answer the first one`,
        },
      ],
      remedies: [
        ...(isEcn ? [connectWithoutEcn] : []),
        {
          text: 'Find out how many are lost: two ways to the target of which one loses packets, or a limit on new connections, look like this',
          command: countAgain(evidence.target, first.address),
        },
      ],
    };
  },
};

/** The port opens, and only this host is known to have opened it. */
const openedHere: WarningRule = {
  id: 'tcp.accepted-here',
  saidBy: ['policy.proxy'],
  judge: (evidence) => {
    const [first] = acceptedHere(evidence).filter(
      ({ address, banner }) =>
        banner == null &&
        !handshakes(evidence).some(({ doc }) => doc.address === address && doc.status === 'ok'),
    );
    if (first === undefined) return null;
    return {
      text: `This host itself accepts connections to ${first.address}: a rule of it redirects them to a program here, such as the sidecar of a service mesh, or the server runs here. That the port is open says nothing about another host.`,
      evidence: [acceptance(first)],
      remedies: [{ text: 'Find the rule that redirects them', command: listRuleset }],
    };
  },
};

/** A handshake that takes longer exceeds the limits of many clients. */
const SLOW_HANDSHAKE_MS = 3000;

/** The server completes the handshake, but takes seconds for it. */
const handshakeSlow: WarningRule = {
  id: 'tls.slow',
  saidBy: ['tls.silent'],
  judge: (evidence) => {
    // While this process was stopped, the answer may have waited here.
    const takenMs = ({ durationMs, pausedMs = 0 }: TlsDocument) => durationMs - pausedMs;
    const slow = handshakes(evidence).find(
      ({ doc }) => doc.status === 'ok' && takenMs(doc) >= SLOW_HANDSHAKE_MS,
    );
    if (slow === undefined) return null;
    const { ref, doc } = slow;
    return {
      text: `${doc.address} takes ${duration(takenMs(doc))} for the TLS handshake${doc.connectMs === null ? '' : `, and its port opened in ${duration(doc.connectMs)}`}: programs on this host wait as long for each new connection.`,
      evidence: [{ observation: ref, text: `the handshake ended after ${duration(doc.durationMs)}` }],
      remedies: [
        {
          text: `Look on the server at ${doc.address} what the handshake waits for: its load, its key store, a lookup of the client's name, the proxy behind a port forward`,
          command: openssl(doc),
        },
      ],
    };
  },
};

/** Automatic renewal happens a month before the end; less than two weeks before it, the renewal probably fails. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** The certificate is valid now and expires soon, by the clock of the measurement. */
const expiresSoon: WarningRule = {
  id: 'tls.expires-soon',
  saidBy: ['tls.expired', 'tls.untrusted', 'tls.name-mismatch'],
  judge: (evidence) => {
    for (const { ref, doc } of handshakes(evidence)) {
      const end = doc.certificate?.validTo ?? null;
      if (doc.status !== 'ok' || end === null) continue;
      const leftMs = Date.parse(end) - Date.parse(doc.startedAt);
      if (!(leftMs >= 0 && leftMs <= SOON_DAYS * DAY_MS)) continue;
      const days = Math.floor(leftMs / DAY_MS);
      const left = days === 0 ? 'in less than a day' : `in ${count(days, 'day')}`;
      return {
        text: `The certificate of ${doc.serverName} at ${doc.address} expires ${left}.`,
        evidence: [{ observation: ref, text: `the certificate is valid until ${end}` }],
        remedies: [
          {
            text: `Renew it, and check that the server at ${doc.address} loads the new one: ${shellLine(openssl(doc))} shows the one in use`,
          },
        ],
      };
    }
    return null;
  },
};

/** The certificate is accepted here, but not by every program: their lists of authorities differ. */
const trustDiffers: WarningRule = {
  id: 'tls.trust-differs',
  saidBy: ['tls.expired', 'tls.untrusted'],
  judge: (evidence) => {
    const differing = handshakes(evidence).find(
      ({ doc }) => doc.status !== 'untrusted' && doc.trust?.some(({ trusts }) => trusts !== true) === true,
    );
    const words = differing === undefined ? null : trustWords(differing.doc);
    if (differing === undefined || words === null) return null;
    const { ref, doc } = differing;
    const issuer = doc.certificate === null ? '' : ` (issuer ${excerpt(doc.certificate.issuer, 80)})`;
    return {
      text: `${isRejected(doc) ? 'Programs on this host differ in whether they trust' : 'It is not known whether all programs on this host trust'} the certificate of ${doc.serverName}${issuer}: ${words}.`,
      evidence: [{ observation: ref, text: words }],
      remedies: trustEverywhere(doc),
    };
  },
};

/** Whether a list of authorities of this host does not vouch for the chain; others may only be unreadable. */
function isRejected({ trust = [] }: TlsDocument): boolean {
  return trust.some(({ trusts }) => trusts === false);
}

export const connectionWarnings: readonly WarningRule[] = [
  proxyInUse,
  familyDead,
  synLost,
  openedHere,
  handshakeSlow,
  expiresSoon,
  trustDiffers,
];
