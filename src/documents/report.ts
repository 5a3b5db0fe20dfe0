import type { ProxyEnvironment } from '../host/proxy.js';
import type { Vantage } from '../host/vantage.js';
import type { Cause, VerdictClass } from './causes.js';
import type { DnsDocument, SystemLookup } from './dns.js';
import type { FactsDocument, Gate } from './facts.js';
import type { DocumentHeader, Stopped } from './header.js';
import type { HttpDocument } from './http.js';
import type { Hostname, IpAddresses, Ordinal, Port, Text } from './scalars.js';
import type { Target } from './target.js';
import type { TcpDocument } from './tcp.js';
import type { PathMtu, TlsDocument } from './tls.js';
import type { AddressTrace } from './trace.js';

export type { Ec2Identity, OwnNetwork, Vantage } from '../host/vantage.js';
export type { VerdictClass } from './causes.js';
export type { DnsPurpose } from './dns.js';

/** A lookup made for a report; `asked` says why. */
export type ObservedDns = DnsDocument;

/** Where the addresses came from that were connected to. */
export interface AddressOrigin {
  /**
   * `literal`: the target is an address. `hosts-file`: the hosts file of this host names it, which is read before DNS. `system`:
   * getaddrinfo(3) gave addresses, from a source of nsswitch.conf such as mDNS, and DNS has none.
   */
  source: 'literal' | 'hosts-file' | 'dns' | 'system';
  addresses: IpAddresses;
  /** The lines of the hosts file that name the target; null for the other sources, and where the lines are not known. */
  hostsFile: { path: Text; lines: Ordinal[] } | null;
}

/** What getaddrinfo(3) answers for a name, which is what other programs on this host get. */
export interface ObservedSystem extends SystemLookup {
  name: Hostname;
}

/**
 * Connections to another host for contrast: they tell a fault of this host's network from a fault of the target. `given`: the
 * host of `--control`; `resolver`: TCP port 53 of a configured resolver.
 */
export interface ControlMeasurement {
  role: 'given' | 'resolver';
  host: Hostname;
  port: Port;
  /** One attempt per address; none when the name has no address. */
  tcp: TcpDocument;
}

/** Packets that this host itself dropped during the measurement; those of other programs are among them. */
export interface OwnDrops {
  /** Packets that arrived on another interface than the one that the route back leads to (`rp_filter`). */
  reversePath: Ordinal;
}

/**
 * Measurements with their times, without any judgement. The members after `trace` are absent in the first reports; absent means
 * not measured.
 */
export interface Observations {
  /** In the order asked. */
  dns: ObservedDns[];
  /** Connections to the target. */
  tcp: TcpDocument[];
  tls: TlsDocument[];
  http: HttpDocument[];
  trace: AddressTrace[];
  origin?: AddressOrigin;
  system?: ObservedSystem;
  control?: ControlMeasurement[];
  environment?: ProxyEnvironment;
  pathMtu?: PathMtu[];
  /** Absent where nothing was dropped, where it is not known, and in reports of versions before 0.2.0. */
  ownDrops?: OwnDrops;
  /** The configuration that somebody has read; null or absent where none was given. */
  configuration?: FactsDocument | null;
}

/** A step that was not measured. */
export interface SkippedStep {
  step: 'dns' | 'tcp' | 'tls' | 'http' | 'trace';
  /** Why, in words: "no engine on this host …". */
  reason: Text;
  /**
   * What this host lacks (`CapabilityError.missing`): `CAP_NET_RAW`, `/etc/resolv.conf`. Absent where the step was switched off
   * or had nothing to do.
   */
  missing?: Text;
  /** The command that adds it (`CapabilityError.remedy`). */
  remedy?: Text;
}

/** The input of `classify`. */
export interface Evidence {
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
  /** Present where the measurement was ended before its end: what is missing was not waited for. */
  stopped?: Stopped;
  /** What the configuration decides on the way to the target, in path order. Absent: not evaluated. */
  gates?: Gate[];
}

/**
 * `certain`: a text or a rule names the cause; `high`: a symptom and a fact that agrees; `medium`: the similar causes are ruled
 * out; `low`: several causes fit.
 */
export type Confidence = 'certain' | 'high' | 'medium' | 'low';

/** One observation that supports the verdict. */
export interface EvidenceItem {
  /**
   * The observation that shows it: `dns[0]`, `tcp[0]`.
   *
   * @pattern ^(?:(?:dns|tcp|tls|http|trace|control|pathMtu|skipped)\[\d+\]|target|origin|system|environment|configuration|ownDrops)$
   */
  observation: string;
  text: Text;
}

/** Something to do about the cause. */
export interface Remedy {
  text: Text;
  /** One shell command. @minLength 1 @maxLength 65536 */
  command?: string;
  /** Something to paste that is not a command: a policy statement in JSON. @minLength 1 @maxLength 65536 */
  snippet?: string;
  /** @format uri */
  docs?: string;
  /** The id of the resource to change, where the configuration is known: `sg-…`. */
  resource?: Text;
}

/** Another cause that would look the same, or another fault that was seen. */
export interface Alternative {
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  /** In words; of an observed fault, one short sentence. */
  text?: Text;
  /** A rule saw it in these observations. Absent: it would only look the same. */
  observed?: true;
  /** The check that tells it from the verdict. */
  check?: Text;
}

/**
 * Something that the measurement saw and that will hurt programs or people on this host, although it is not the verdict: a
 * nameserver that does not answer, a certificate that expires soon. A warning never changes the exit code.
 */
export interface Warning {
  /** Stable, for scripts: `dns.nameserver-passed-over`. @pattern ^[a-z0-9]+(?:[.-][a-z0-9]+)*$ */
  id: string;
  /** One sentence with the names and addresses seen. */
  text: Text;
  evidence: EvidenceItem[];
  remedies: Remedy[];
}

/** What is wrong with the target, on what evidence, and what to change. */
export interface Verdict {
  class: VerdictClass;
  /** `none` for the classes `reachable` and `inconclusive`, which name no fault. */
  cause: Cause;
  confidence: Confidence;
  /** What is wrong, in one short sentence, as a rule of less than 100 characters. Lists of addresses are in the evidence. */
  summary: Text;
  evidence: EvidenceItem[];
  remedies: Remedy[];
  alternatives: Alternative[];
  /** Beside the verdict, also beside `reachable`; empty where nothing was seen. The cause of the verdict is not repeated. */
  warnings: Warning[];
}

/**
 * Identifies one measurement: a random UUID (RFC 9562, version 4). Copies of a report have the same, and a masked report keeps it.
 *
 * @pattern ^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$
 */
export type ReportId = string;

/** A report as it is read from a file: without its verdict, because the rules of this version make a new one. */
export interface SavedReport extends DocumentHeader<'report'> {
  /** null where the report is of version 0.1.0 or older, which did not write it. */
  reportId?: ReportId | null;
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
  /**
   * What the configuration read decides on the way from this host to the target, in path order; empty without configuration, and
   * absent in reports of version 0.1.0 and older. @maxItems 1000
   */
  gates?: Gate[];
}

/** `pprobe diagnose --json` and the file of `--save`. */
export interface ReportDocument extends SavedReport {
  verdict: Verdict;
}
