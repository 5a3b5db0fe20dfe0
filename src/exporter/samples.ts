import { CAUSES, type VerdictClass } from '../documents/causes.js';
import { lookupTimeMs } from '../documents/dns.js';
import { hostAnswers } from '../documents/observed/dns.js';
import { mainAnswers } from '../documents/observed/http.js';
import { handshakes } from '../documents/observed/tls.js';
import type { ReportDocument, SkippedStep } from '../documents/report.js';
import type { TcpAttempt } from '../documents/tcp.js';
import { familyOf } from '../net/address/address.js';
import { addressCounts } from '../report/formats/address-counts.js';
import { phasesOf } from '../report/phases.js';
import { lastReply } from '../report/trace-ending.js';
import type { ProbeModule } from './config.js';
import type { TimeLimit } from './time-limit.js';

/** One time series: the labels, and its value. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The series of one name. */
export interface Metric {
  name: string;
  help: string;
  samples: Sample[];
}

/** What belongs to the probe, and not to its report. */
export interface ProbeTimes {
  durationMs: number;
  /** The wait for a slot. */
  queuedMs: number;
  limitMs: number;
  limitFrom: TimeLimit['origin'];
}

/** Every class of a verdict, from the table of causes. */
export const verdictClasses: readonly VerdictClass[] = [
  'reachable',
  ...new Set(Object.values(CAUSES).map((cause) => cause.class)),
];

const steps: readonly SkippedStep['step'][] = ['dns', 'tcp', 'tls', 'http', 'trace'];

/** More addresses than this have no series of their own. */
const mostAddresses = 16;

/**
 * The metrics of a probe, as Prometheus gets them. The value 0 is "measured, and no"; what was not reached is absent. The values of
 * labels come from closed lists: no address (unless the module asks for it), no name, no text of an error is among them.
 */
export function probeMetrics(report: ReportDocument, module: ProbeModule, times: ProbeTimes): Metric[] {
  return [
    ...blackboxMetrics(report, module, times),
    ...verdictMetrics(report),
    ...stepMetrics(report, module),
    {
      name: 'pprobe_exporter_queue_seconds',
      help: 'How long the probe waited for others to end',
      samples: one(seconds(times.queuedMs)),
    },
  ].filter(({ samples }) => samples.length > 0);
}

/** The metrics that blackbox_exporter has, with the same names and meanings. */
function blackboxMetrics(report: ReportDocument, module: ProbeModule, times: ProbeTimes): Metric[] {
  const answers = mainAnswers(report);
  const statuses = answers.flatMap(({ doc }) => doc.status ?? []);
  const phases = phasesOf(report);
  const lookup = hostAnswers(report)[0]?.doc;
  const shaken = handshakes(report);
  const expiries = shaken
    .flatMap(({ doc }) => [doc.certificate, ...(doc.chain ?? [])])
    .map((certificate) => Date.parse(certificate?.validTo ?? '') / 1000)
    .filter(Number.isFinite);
  const durations = phases
    .filter(({ name, ms }) => name !== 'path' && ms !== null)
    .map(({ name, ms }) => labelled('phase', name, seconds(ms ?? 0)));
  return [
    {
      name: 'probe_success',
      help: 'Whether the probe succeeded: the target answers as it should at every address',
      samples: one(isSuccess(report, module) ? 1 : 0),
    },
    {
      name: 'probe_duration_seconds',
      help: 'How long the probe took',
      samples: one(seconds(times.durationMs)),
    },
    {
      name: 'probe_timeout_seconds',
      help: 'How long the probe could have taken',
      samples: one(seconds(times.limitMs)),
    },
    {
      name: 'probe_dns_lookup_time_seconds',
      help: 'How long the lookup of the name took; 0 for an address',
      samples: one(lookup === undefined ? 0 : seconds(lookupTimeMs(lookup))),
    },
    {
      name: 'probe_ip_protocol',
      help: 'Whether the target answers over IPv4 (4) or IPv6 (6); 0 if it has no address',
      samples: one(familyUsed(report)),
    },
    {
      name: 'probe_http_status_code',
      help: 'The HTTP status of the first address that answered with an error, or else of the first',
      samples: maybe(statuses.find((status) => status >= 400) ?? statuses[0]),
    },
    {
      name: 'probe_http_duration_seconds',
      help: 'How long each phase of the HTTP request took',
      samples: answers.length === 0 ? [] : durations,
    },
    {
      name: 'probe_http_ssl',
      help: 'Whether TLS was used',
      samples: answers.length === 0 ? [] : one(1),
    },
    {
      name: 'probe_ssl_earliest_cert_expiry',
      help: 'When the certificate that was shown expires first, trusted or not, in seconds since 1970',
      samples: expiries.length === 0 ? [] : one(Math.min(...expiries)),
    },
    {
      name: 'pprobe_timeout_info',
      help: 'What probe_timeout_seconds comes from: the module, or the timeout of the scrape',
      samples: [labelled('origin', times.limitFrom, 1)],
    },
  ];
}

function verdictMetrics({ verdict }: ReportDocument): Metric[] {
  const { class: found, cause, confidence } = verdict;
  return [
    {
      name: 'pprobe_verdict',
      help: 'What is wrong: 1 for the class of the verdict, 0 for the others',
      samples: verdictClasses.map((each) => labelled('class', each, each === found ? 1 : 0)),
    },
    {
      name: 'pprobe_cause_info',
      help: 'The cause and the confidence of the verdict',
      samples: [{ labels: { class: found, cause, confidence }, value: 1 }],
    },
  ];
}

function stepMetrics(report: ReportDocument, module: ProbeModule): Metric[] {
  const phases = phasesOf(report).filter(({ mark }) => mark !== 'none');
  const lookup = hostAnswers(report)[0]?.doc;
  const ttls = (lookup?.addresses ?? []).map(({ ttl }) => ttl);
  const lacking = new Set(
    report.skipped.filter(({ missing }) => missing !== undefined).map(({ step }) => step),
  );
  const { trace: traces } = report.observations;
  const path = traces.find(({ outcome }) => outcome !== 'open') ?? traces[0];
  return [
    {
      name: 'pprobe_addresses',
      help: 'How many addresses ended with each status of a TCP connection',
      samples: Object.entries(addressCounts(report).byStatus).map(([status, count]) =>
        labelled('status', status, count),
      ),
    },
    {
      name: 'pprobe_address_open',
      help: 'Whether the port is open at an address; only in modules with perAddress',
      samples: module.perAddress ? perAddress(report) : [],
    },
    {
      name: 'pprobe_phase_duration_seconds',
      help: 'How long each phase took; absent if it was not reached',
      samples: phases.flatMap(({ name, ms }) => (ms === null ? [] : [labelled('phase', name, seconds(ms))])),
    },
    {
      name: 'pprobe_phase_ok',
      help: 'Whether each phase worked at every address; absent if it was not reached',
      samples: phases.map(({ name, mark }) => labelled('phase', name, mark === 'ok' ? 1 : 0)),
    },
    {
      name: 'pprobe_path_hops',
      help: 'The number of hops of the path, to the first address that was not reached or else to the first',
      samples: maybe(path?.hops.length),
    },
    {
      name: 'pprobe_path_last_hop',
      help: 'The last hop of that path that answered; 0 if none did',
      samples: path === undefined ? [] : one(lastReply(path.hops)?.hop.ttl ?? 0),
    },
    {
      name: 'pprobe_step_skipped',
      help: 'Whether this host lacks something that a step needs, which is no fault of the target',
      samples: steps.map((step) => labelled('step', step, lacking.has(step) ? 1 : 0)),
    },
    {
      name: 'pprobe_dns_ttl_seconds',
      help: 'The shortest time to live of the addresses in the DNS answer',
      samples: ttls.length === 0 ? [] : one(Math.min(...ttls)),
    },
    {
      name: 'pprobe_dns_answers',
      help: 'The number of addresses in the DNS answer',
      samples: maybe(lookup?.addresses.length),
    },
  ];
}

function isSuccess(report: ReportDocument, { expectStatus }: ProbeModule): boolean {
  if (expectStatus === undefined) return report.verdict.class === 'reachable';
  const answers = mainAnswers(report);
  const { all, byStatus } = addressCounts(report);
  const isWhole = all > 0 && byStatus.open === all && answers.length === all;
  return isWhole && answers.every(({ doc }) => doc.status !== null && expectStatus.includes(doc.status));
}

/** The address family of the first open address, or else of the first. */
function familyUsed({ observations }: ReportDocument): number {
  const attempts = observations.tcp.flatMap((doc) => doc.attempts);
  const used = attempts.find(({ status }) => status === 'open') ?? attempts[0];
  const address = used?.address ?? observations.origin?.addresses[0];
  return address === undefined ? 0 : (familyOf(address) ?? 0);
}

function perAddress({ observations }: ReportDocument): Sample[] {
  const open = new Map<string, boolean>();
  const note = ({ address, status }: TcpAttempt): void => {
    open.set(address, open.get(address) === true || status === 'open');
  };
  for (const doc of observations.tcp) doc.attempts.forEach(note);
  return [...open]
    .slice(0, mostAddresses)
    .map(([address, isOpen]) => labelled('address', address, isOpen ? 1 : 0));
}

/** Milliseconds in the unit of Prometheus, to the nanosecond. */
function seconds(ms: number): number {
  return Math.round(ms * 1e6) / 1e9;
}

function labelled(name: string, label: string, value: number): Sample {
  return { labels: { [name]: label }, value };
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

function maybe(value: number | undefined): Sample[] {
  return value === undefined ? [] : one(value);
}
