import type { ProxyEnvironment } from '../host/proxy.js';
import type { Vantage } from '../host/vantage.js';
import type { Cause, VerdictClass } from './causes.js';
import type { DnsDocument, SystemLookup } from './dns.js';
import type { DocumentHeader } from './header.js';
import type { HttpDocument } from './http.js';
import type { Target } from './target.js';
import type { TcpDocument } from './tcp.js';
import type { PathMtu, TlsDocument } from './tls.js';
import type { AddressTrace } from './trace.js';

export type { Vantage } from '../host/vantage.js';
export type { VerdictClass } from './causes.js';

/**
 * Why a question was asked. `host`: the target's name, asked as programs on this host would, of the configured
 * resolvers in order until one decides; `endpoint`: the endpoint's other name (`--vpce`), asked the same way;
 * `resolver`: the target's name put to one configured resolver alone; `vpc-resolver`: the target's name put to the VPC's
 * own resolver (169.254.169.253, fd00:ec2::253 or the VPC's base address plus two), which this host need not be
 * configured with.
 */
export type DnsPurpose = 'host' | 'endpoint' | 'resolver' | 'vpc-resolver';

/** An answer, and why it was asked for. */
export interface ObservedDns extends DnsDocument {
  asked?: {
    purpose: DnsPurpose;
    /** The one server asked, as `--server` takes it; null where the configured ones were asked in turn. */
    server: string | null;
  };
}

/** Where the addresses that were connected to came from. */
export interface AddressOrigin {
  /** `literal`: the target is an address. `hosts-file`: this host's file answers before DNS is asked. */
  source: 'literal' | 'hosts-file' | 'dns';
  addresses: string[];
  /** The lines of the hosts file that name the target, counted from 1; null for the other sources. */
  hostsFile: { path: string; lines: number[] } | null;
}

/** What getaddrinfo(3) says of a name, as every other program on this host is told: nsswitch, hosts file and caches included. */
export interface ObservedSystem extends SystemLookup {
  name: string;
}

/**
 * Another place, connected to for contrast, so that "nothing leaves this host" is told from "this endpoint only".
 * `given`: what `--control` named, in the same VPC; `resolver`: TCP 53 of a configured resolver.
 */
export interface ControlMeasurement {
  role: 'given' | 'resolver';
  host: string;
  port: number;
  /** Its attempts, one for each address. No attempts when its name gave no address. */
  tcp: TcpDocument;
}

/**
 * Facts with times; nothing here is interpreted. The members after `trace` are younger than the first reports: absent
 * means not measured, which is no sign of anything.
 */
export interface Observations {
  /**
   * In the order asked. Entries without `asked`, of older reports: the first about the target's own name is the one that
   * programs get.
   */
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
}

/** Why something was not measured, in words for a person: "trace: no engine on this host …". */
export interface SkippedStep {
  step: 'dns' | 'tcp' | 'tls' | 'http' | 'trace';
  reason: string;
  /**
   * Set where this host could not do it (`CapabilityError.missing`): `CAP_NET_RAW`, `/etc/resolv.conf`. Absent where it
   * was switched off or there was nothing to do.
   */
  missing?: string;
  /** The command that would add what is missing (`CapabilityError.remedy`). */
  remedy?: string;
}

/** All that `classify` judges from. */
export interface Evidence {
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
}

/** certain: a text or rule names the cause; high: a symptom and an agreeing fact; medium: siblings ruled out; low: several fit. */
export type Confidence = 'certain' | 'high' | 'medium' | 'low';

export interface EvidenceItem {
  /** Which observation says so: `dns[0]`, `tcp[0]`. */
  observation: string;
  text: string;
}

export interface Remedy {
  text: string;
  /** One shell command. */
  command?: string;
  /** Something to paste that is no command: a policy statement in JSON. */
  snippet?: string;
  docs?: string;
}

/** What else would look the same, or goes wrong besides. */
export interface Alternative {
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  /** In words; for what was observed, a sentence with the names and addresses seen. */
  text?: string;
  /** A rule saw it in these very observations. Absent: nothing speaks for it but that it would look the same. */
  observed?: true;
  /** What to look at to tell it from the verdict. */
  check?: string;
}

export interface Verdict {
  class: VerdictClass;
  /** `none` for the classes `reachable` and `inconclusive`, which blame nothing. */
  cause: Cause;
  confidence: Confidence;
  /** One sentence for a tired person: what is wrong, with the names and addresses seen. */
  summary: string;
  evidence: EvidenceItem[];
  remedies: Remedy[];
  alternatives: Alternative[];
}

/** `pprobe diagnose --json` and the file of `--save`. */
export interface ReportDocument extends DocumentHeader<'report'> {
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
  verdict: Verdict;
}
