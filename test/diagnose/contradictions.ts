import { type Examination, examine } from '../../src/diagnose/classify.js';
import { withoutUnsendable } from '../../src/documents/observed/tcp.js';
import type { Evidence, Verdict } from '../../src/documents/report.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import type { TraceProbe } from '../../src/documents/trace.js';
import { runs } from '../runs.js';
import { randomEvidence } from './random-evidence.js';

/**
 * Sentences of findings and warnings, and what may not be in the same report. Written from the documents alone, without the
 * table of `src/diagnose/claims.ts`, so that a claim which that table lacks is found.
 */

/** What a report shows, independent of the rules. */
class Shown {
  constructor(readonly given: Evidence) {}

  get #tls(): TlsDocument[] {
    return this.given.observations.tls.filter(({ port }) => port === this.given.target.port);
  }

  #attempts(address: string) {
    const { target, observations } = this.given;
    return observations.tcp
      .filter(({ host, port }) => host === target.host && port === target.port)
      .flatMap(({ attempts }) => attempts)
      .filter((attempt) => attempt.address === address);
  }

  #probes(address: string): TraceProbe[] {
    const { target, observations } = this.given;
    return observations.trace
      .filter((doc) => doc.host === target.host && doc.port === target.port && doc.address === address)
      .flatMap(({ hops }) => hops.flatMap(({ probes }) => probes));
  }

  /** A connection to the address opened, in any measurement. */
  opened(address: string): boolean {
    return (
      this.#attempts(address).some(({ status }) => status === 'open') ||
      this.#probes(address).some(({ reply }) => reply === 'syn-ack') ||
      this.#tls.some((doc) => doc.address === address && doc.connectMs !== null) ||
      this.given.observations.http.some((doc) => doc.address === address && doc.status !== null)
    );
  }

  /** A connection to the address was of use. */
  stays(address: string): boolean {
    return (
      this.#attempts(address).some(
        ({ status, afterOpen }) => status === 'open' && afterOpen?.end !== 'closed',
      ) || this.given.observations.http.some((doc) => doc.address === address && doc.status !== null)
    );
  }

  /** The address itself sent something. */
  spoke(address: string): boolean {
    return (
      this.opened(address) ||
      this.#attempts(address).some(({ cause }) => cause === 'rst' || cause === 'rst-after-syn-ack') ||
      this.#probes(address).some(({ reply }) => reply === 'rst')
    );
  }

  /** Some router, or the target, answered a probe of the trace. */
  hopAnswered(address: string): boolean {
    const own = this.given.vantage.addresses;
    return this.#probes(address).some(({ from }) => from !== null && !own.includes(from));
  }

  /** A handshake under the target's own name came so far. */
  heard(address: string, ...progress: string[]): boolean {
    return this.#tls.some(
      (doc) =>
        doc.address === address &&
        (doc.purpose ?? 'target') === 'target' &&
        progress.includes(doc.progress?.heard ?? ''),
    );
  }

  acknowledged(address: string): boolean {
    return this.#tls.some(
      (doc) => doc.address === address && doc.purpose === 'target' && doc.progress?.acknowledged === true,
    );
  }

  smallFailed(address: string): boolean {
    return this.#tls.some(
      (doc) =>
        doc.address === address && doc.purpose === 'small-segments' && doc.progress?.heard === 'nothing',
    );
  }

  smallPassed(address: string): boolean {
    return this.#tls.some(
      (doc) =>
        doc.address === address && doc.purpose === 'small-segments' && doc.progress?.heard !== 'nothing',
    );
  }

  /** The server replied to a query of one of the types for the target's name. */
  replied(server: string, name: string | null, type: string | null): boolean {
    return this.given.observations.dns.some(({ attempts }) =>
      attempts.some(
        (each) =>
          each.server === server &&
          (name === null || each.name === name) &&
          (type === null || each.type === type) &&
          (each.rcode !== null || each.outcome === 'truncated'),
      ),
    );
  }

  tcpAnsweredAnywhere(): boolean {
    const { tcp, http, control = [], dns } = this.given.observations;
    const attempts = [...tcp, ...control.map((each) => each.tcp)].flatMap((doc) => doc.attempts);
    return (
      attempts.some(({ status, address }) => status === 'open' && address !== '127.0.0.53') ||
      http.some(({ status }) => status !== null) ||
      this.#tls.some(({ connectMs }) => connectMs !== null) ||
      dns.some((doc) => doc.attempts.some(({ transport, rcode }) => transport === 'tcp' && rcode !== null))
    );
  }
}

interface Sentence {
  /** What a text says; its groups are what it says it of. */
  says: RegExp;
  refuted: (shown: Shown, addresses: readonly string[], text: string) => boolean;
}

const any =
  (test: (shown: Shown, address: string) => boolean): Sentence['refuted'] =>
  (shown, addresses) =>
    addresses.some((address) => test(shown, address));

const opened = any((shown, address) => shown.opened(address));
const spoke = any((shown, address) => shown.spoke(address));
const SERVER = /(?<=resolvers? |^The nameserver |, the nameserver |^| from | and |, )(?:\d+\.){3}\d+/g;

function serversIn(text: string): string[] {
  return text.match(SERVER) ?? [];
}

const SENTENCES: readonly Sentence[] = [
  {
    says: /^This host has no route|^This host cannot send to|on this host (?:rejects|discards) all packets|^This host has no address of its own/,
    refuted: any((shown, address) => shown.spoke(address) || shown.hopAnswered(address)),
  },
  { says: /^The firewall of this host blocks|^This host forbids the connection/, refuted: spoke },
  {
    says: /^The firewall of this host lets no probe/,
    refuted: any((shown, address) => shown.opened(address) || shown.hopAnswered(address)),
  },
  {
    says: /does not answer on TCP|^Neither address|^None of the \d+ addresses|do not answer on TCP|^no answer within/,
    refuted: (shown, addresses, text) =>
      !/lost on the way/.test(text) && addresses.some((each) => shown.spoke(each)),
  },
  {
    says: /no answer comes back to this host from anywhere/,
    refuted: (shown) => shown.tcpAnsweredAnywhere(),
  },
  { says: /no host on this link answers/, refuted: spoke },
  {
    says: /reports that it cannot deliver to|cannot be reached: a router|and never arrive|loop between routers/,
    refuted: opened,
  },
  { says: /rejects TCP \d+ to/, refuted: opened },
  { says: /closes? them without a word/, refuted: any((shown, address) => shown.stays(address)) },
  {
    says: /^The first SYN to/,
    refuted: (shown, addresses) => addresses.some((each) => !shown.opened(each)),
  },
  {
    says: /nothing listens|^A firewall on the path, .* resets TCP|^The firewall of this host, or the gateway/,
    refuted: (shown, addresses, text) =>
      addresses
        .filter((each) => !/ (?:is|are) open/.test(text) || text.indexOf(each) < text.indexOf('refuse'))
        .some((each) => shown.opened(each)),
  },
  {
    says: /^No hop after .* answers/,
    refuted: (shown, addresses) => addresses.some((each) => shown.spoke(each)),
  },
  {
    says: /none of the \d+ hops probed answers|the only hop probed does not answer/,
    refuted: any((shown, address) => shown.hopAnswered(address)),
  },
  {
    says: /no TLS version or cipher in common/,
    refuted: any((shown, address) => shown.heard(address, 'certificate', 'done')),
  },
  {
    says: /does not speak TLS/,
    refuted: any((shown, address) => shown.heard(address, 'server-hello', 'certificate', 'done', 'alert')),
  },
  {
    says: /but does not answer the TLS handshake/,
    refuted: any((shown, address) => shown.heard(address, 'alert', 'server-hello', 'certificate', 'done')),
  },
  {
    says: /nothing that this host sends on it is acknowledged/,
    refuted: any((shown, address) => shown.acknowledged(address)),
  },
  {
    says: /are lost without an ICMP error/,
    refuted: any((shown, address) => shown.smallFailed(address) && !shown.smallPassed(address)),
  },
  {
    says: /filters by server name/,
    refuted: any((shown, address) => shown.heard(address, 'alert', 'server-hello', 'certificate', 'done')),
  },
  {
    says: /does not answer the query for|^None of the \d+ resolvers/,
    refuted: (shown, _, text) =>
      serversIn(text).some((server) => shown.replied(server, shown.given.target.host, null)),
  },
  {
    says: /cannot be reached, so .* cannot be resolved/,
    refuted: (shown, _, text) => serversIn(text).some((server) => shown.replied(server, null, null)),
  },
  {
    says: /never answers the query for (?:A|AAAA),/,
    refuted: (shown, _, text) =>
      shown.replied(
        text.split(' ')[0] ?? '',
        shown.given.target.host,
        / for (A|AAAA),/.exec(text)?.[1] ?? '',
      ),
  },
  { says: /^This host has no free/, refuted: spoke },
  {
    says: /^IPv[46] to \S+ does not work/,
    refuted: (shown, _, text) =>
      (/: (\S+?)(?:,| and| gives?)/.exec(text)?.slice(1) ?? []).some((each) => shown.opened(each)),
  },
];

const patterns = new Map<string, RegExp>();

function patternOf(address: string): RegExp {
  const known = patterns.get(address);
  if (known !== undefined) return known;
  const pattern = new RegExp(`(?<![\\d.:a-f])${address.replaceAll('.', '\\.')}(?![\\d:a-f]|\\.\\d)`);
  patterns.set(address, pattern);
  return pattern;
}

/** The addresses of the report that a text is about: those before its contrast, without routers and this host. */
function addressesIn(given: Evidence, text: string): string[] {
  const subject = text.split(', while ')[0] ?? text;
  const { tcp, trace, tls } = given.observations;
  const known = new Set([
    ...tcp.flatMap(({ attempts }) => attempts.map(({ address }) => address)),
    ...trace.map(({ address }) => address),
    ...tls.map(({ address }) => address),
  ]);
  return [...known].filter((address) => patternOf(address).test(subject));
}

/** Why the verdict on a report contradicts it; null where it does not. */
function contradiction(all: Evidence): string | null {
  const given = withoutUnsendable(all);
  const shown = new Shown(given);
  const examination = examine(all);
  const { findings, verdict } = examination;
  // Of what each text is said: a headline with a number of addresses or resolvers has them in its first line of evidence.
  const texts = new Map<string, string>();
  for (const { summary, evidence } of findings) {
    const isCounted = /\d+ (?:addresses|resolvers)|^Neither address/.test(summary);
    texts.set(summary, isCounted ? `${summary} ${evidence[0]?.text ?? ''}` : summary);
    for (const { text } of evidence) texts.set(text, text);
  }
  for (const { text } of verdict.warnings) texts.set(text, text);
  for (const [text, about] of texts) {
    for (const { says, refuted } of SENTENCES) {
      if (says.test(text) && refuted(shown, addressesIn(given, about), about)) return `"${text}" is refuted`;
    }
  }
  return unheard(examination) ?? unsound(given, verdict);
}

/** An observation that refuted a claim is not dropped in silence: the verdict cites it. */
function unheard({ verdict, refutations }: Examination): string | null {
  const lost = refutations.find(
    (shown) => !verdict.evidence.some(({ observation }) => observation === shown.observation),
  );
  return lost === undefined ? null : `${lost.observation} refutes a claim, and is not in the evidence`;
}

/** What `certain` and `reachable` may never stand beside. */
function unsound(
  given: Evidence,
  { class: verdictClass, cause, confidence, alternatives }: Verdict,
): string | null {
  const addresses = given.observations.tcp.flatMap(({ attempts }) => attempts.map(({ address }) => address));
  if (verdictClass === 'reachable' && addresses.some((each) => each === '0.0.0.0' || each === '::'))
    return 'reachable at an unspecified address';
  const rival = alternatives.find(
    (each) => each.observed === true && each.confidence === 'certain' && each.class === verdictClass,
  );
  return confidence === 'certain' && rival !== undefined && rival.cause === cause
    ? `${cause} is its own rival`
    : null;
}

/**
 * Two files run at the same time, with half of the reports each: 20,000 together, which take half a minute, or as many as the
 * variable PPROBE_REPORTS says; the fast tests take a tenth. `npm run fuzz` gives 100,000.
 */
export const contradictionsPerFile = Math.ceil(Number(process.env.PPROBE_REPORTS ?? runs(20_000)) / 2);

/** The first seed from `first` on whose report is contradicted, with the sentence; null where there is none. */
export function firstContradiction(first: number, count: number): string | null {
  for (let seed = first; seed < first + count; seed++) {
    const found = contradiction(randomEvidence(seed));
    if (found !== null) return `seed ${seed}: ${found}`;
  }
  return null;
}
