import type { TcpAttempt, TcpCause, TcpDocument, TcpStatistics, TcpStatus } from '../../documents/tcp.js';
import { familyOf } from '../../net/address/address.js';
import { dnsText } from './dns.js';
import { cleanForTerminal, type Mark, mark, paint, type Style, type Tone } from './style.js';
import { hanging, padFrom, padTo, widthOf } from './wrap.js';

const statuses: Readonly<Record<TcpStatus, { mark: Mark; tone: Tone }>> = {
  open: { mark: 'ok', tone: 'good' },
  refused: { mark: 'failed', tone: 'bad' },
  reset: { mark: 'failed', tone: 'bad' },
  timeout: { mark: 'failed', tone: 'bad' },
  prohibited: { mark: 'failed', tone: 'bad' },
  unreachable: { mark: 'failed', tone: 'bad' },
  denied: { mark: 'failed', tone: 'bad' },
  error: { mark: 'warn', tone: 'warn' },
};

/** One line per address, aligned: how it ended, in words, and how long that took. */
export function tcpText(document: TcpDocument, style: Style, verbose = false): string {
  const { host, port, status, attempts, resolution } = document;
  const name = paint(style, 'strong', `${cleanForTerminal(host)} port ${port}`);
  const lines = [
    `${name}: ${paint(style, statuses[status].tone, status)}${share(attempts, status)}`,
    ...attemptLines(attempts, style),
  ];
  if (verbose) lines.push(...attempts.flatMap(localEnd));
  lines.push(...statisticsLines(document.statistics ?? []));
  const failed = attempts.length === 0 && resolution !== null;
  const text = `${lines.join('\n')}\n`;
  if (failed)
    return `${text}The name gave no address to connect to:\n\n${dnsText(resolution, style, verbose)}`;
  return verbose && resolution !== null ? `${text}\n${dnsText(resolution, style, true)}` : text;
}

/** One answer beside two that differ is a finding: the first line says so. */
function share(attempts: TcpAttempt[], status: TcpStatus): string {
  const same = attempts.filter((attempt) => attempt.status === status).length;
  return same === attempts.length ? '' : ` on ${same} of ${attempts.length} addresses`;
}

function attemptLines(attempts: TcpAttempt[], style: Style): string[] {
  const addresses = attempts.map(({ address }) => cleanForTerminal(address));
  const times = attempts.map(({ durationMs }) => took(durationMs));
  const addressCells = Math.max(0, ...addresses.map(widthOf));
  const statusCells = Math.max(0, ...attempts.map(({ status }) => widthOf(status)));
  const timeCells = Math.max(0, ...times.map(widthOf));
  return attempts.map((attempt, index) => {
    const { status } = attempt;
    const shown = statuses[status];
    const left = [
      `  ${mark(style, shown.mark)} ${padTo(addresses[index] ?? '', addressCells)}`,
      paint(style, shown.tone, padTo(status, statusCells)),
      padFrom(times[index] ?? '', timeCells),
      '',
    ].join('  ');
    return hanging(left, attemptWords(attempt), style.columns);
  });
}

/** Within one subnet, and over loopback, 0.0 would be all there is to see. */
function took(ms: number): string {
  return `${ms.toFixed(ms < 0.095 ? 2 : 1)} ms`;
}

/** As ping(8) prints it, a line for each address. */
function statisticsLines(statistics: readonly TcpStatistics[]): string[] {
  return statistics.flatMap(({ address, sent, answered, open, lossPercent, ...times }) => {
    const loss = lossPercent === null ? '' : `, ${Number(lossPercent.toFixed(1))}% loss`;
    const { minMs, avgMs, maxMs, mdevMs } = times;
    const values = [minMs, avgMs, maxMs, mdevMs].map((value) => (value ?? 0).toFixed(3)).join('/');
    return [
      `--- ${cleanForTerminal(address)} ---`,
      `${sent} sent, ${answered} answered, ${open} open${loss}`,
      ...(minMs === null ? [] : [`rtt min/avg/max/mdev = ${values} ms`]),
    ];
  });
}

/** One target of a sweep in one line: how it ended, and each address that ended otherwise. */
export function tcpLine(document: TcpDocument, style: Style): string {
  const { host, port, status, attempts } = document;
  const shown = statuses[status];
  const [best] = attempts.filter((attempt) => attempt.status === status);
  const time = best === undefined ? '' : `  ${took(best.durationMs)}`;
  const why = best === undefined ? 'the name gave no address' : attemptWords(best);
  const name = `${cleanForTerminal(host)} ${port}`;
  const words = status === 'open' && best?.banner == null ? '' : `  ${why}`;
  return `${mark(style, shown.mark)} ${name}  ${paint(style, shown.tone, status)}${share(attempts, status)}${time}${words}`;
}

function localEnd({ address, localAddress, localPort }: TcpAttempt): string[] {
  if (localAddress === null) return [];
  const port = localPort === null ? '' : ` port ${localPort}`;
  return [`    to ${cleanForTerminal(address)} from ${cleanForTerminal(localAddress)}${port}`];
}

/** Where the cause is not known, as through node:net and in older documents. */
const statusWords: Readonly<Record<TcpStatus, string>> = {
  open: 'accepts connections',
  refused: 'a reset, or an ICMP port unreachable, came back',
  reset: 'the connection was reset while it was made',
  timeout: 'nothing came back',
  prohibited: 'a firewall on the way says it is prohibited',
  unreachable: 'there is no way to this address',
  denied: "this host's own policy forbids it",
  error: 'could not be tried',
};

/** What errno says beyond the status: connect(2) on Linux, and what was measured to cause it. */
const errnoWords: Readonly<Record<string, string>> = {
  // Over the wire: a neighbour that is silent for three seconds, or a router's ICMP message.
  EHOSTUNREACH: 'no route to this host',
  ENETUNREACH: 'no route to that network',
  EINVAL: 'a blackhole route, or an address without its scope',
  EADDRNOTAVAIL: 'no address of this host fits: see --source',
  EAFNOSUPPORT: 'this address is of another family than --source',
  EMFILE: 'this process has no descriptors left: see `ulimit -n`',
  ENFILE: 'this host has no descriptors left: see `sysctl fs.file-nr`',
  ENOPROTOOPT: 'the host says it does not speak TCP',
  ECANCELED: 'interrupted before an answer came',
};

/** What happened, and what to do next where it can be said. */
const causeWords: Readonly<Partial<Record<TcpCause, (attempt: TcpAttempt) => string>>> = {
  'syn-ack': () => statusWords.open,
  rst: () => 'a reset came back: nothing listens on this port, or something on the way answers for it',
  'rst-after-syn-ack': () => 'accepted, and reset at once: see what stands in front of the service',
  icmp: icmpWords,
  silence: ({ retransmits }) =>
    retransmits
      ? `nothing came back to ${retransmits + 1} SYNs: something drops them, a security group for one`
      : 'nothing came back',
  'silent-neighbour': ({ neighbour, address }) =>
    neighbour === address
      ? 'nobody on this link answers for the address: is it up, and in this subnet? See `ip neigh`'
      : `the gateway ${clean(neighbour)} does not answer on the link: see \`ip route get\` and \`ip neigh\``,
  'no-route': () => 'this host has no route to it: see `ip route get`',
  'unreachable-route': () => 'a route of type unreachable on this host: see `ip route get`',
  'prohibit-route': () => 'a route of type prohibit on this host: see `ip route get`',
  'blackhole-route': () => 'a route of type blackhole on this host: see `ip route show type blackhole`',
  'zone-missing': () => 'a link-local address needs its interface: give ADDRESS%INTERFACE',
  'local-firewall': ({ icmp }) =>
    `this host's own firewall ${icmp ? 'rejects' : 'drops'} it: see \`nft list ruleset\``,
  'local-policy': () => 'this host forbids the call: a security module, seccomp or BPF filter',
  'no-ports': () => 'this host has no source port left: see `sysctl net.ipv4.ip_local_port_range`',
  'no-source-address': () => 'this host has no address to send from: see --source and `ip address`',
};

const icmpNames = {
  4: {
    0: 'network unreachable: it has no route',
    1: 'host unreachable: it has no route, or the host does not answer on its link',
    2: 'protocol unreachable: no TCP there',
    3: 'port unreachable: a firewall that rejects, for TCP itself answers with a reset',
    9: 'network prohibited: a filter there',
    10: 'host prohibited: a filter there',
    13: 'administratively prohibited: a filter there',
  },
  6: {
    0: 'no route to destination',
    1: 'administratively prohibited: a filter there',
    3: 'address unreachable: the host does not answer on its link',
    4: 'port unreachable: a firewall that rejects, for TCP itself answers with a reset',
    5: 'source address failed policy: a filter there',
    6: 'reject route: a filter there',
  },
} as const;

/** What became of one attempt, in words, with its errno. */
export function attemptWords(attempt: TcpAttempt): string {
  const { errno, local, cause, status, banner } = attempt;
  const known = cause == null ? undefined : causeWords[cause]?.(attempt);
  const byErrno = errno !== null && Object.hasOwn(errnoWords, errno) ? errnoWords[errno] : undefined;
  const words = known ?? byErrno ?? statusWords[status];
  const parts = [words, ...(status === 'open' ? openWords(attempt) : [])];
  if (banner != null) parts.push(`says "${clean(banner)}"`);
  else if (banner === null && status === 'open') parts.push('says nothing on its own');
  const origin = known === undefined && local ? '; this host sent nothing' : '';
  return `${parts.join('; ')}${origin}${errno === null ? '' : ` (${clean(errno)})`}`;
}

function openWords({ retransmits }: TcpAttempt): string[] {
  if (!retransmits) return [];
  return [`only SYN ${retransmits + 1} was answered: packets are lost`];
}

function icmpWords({ icmp, from, address, status }: TcpAttempt): string {
  if (icmp == null) return statusWords[status];
  const who = from === address ? 'the target itself' : clean(from);
  const family = familyOf(address) === 6 ? 6 : 4;
  const isUnreachable = icmp.type === (family === 4 ? 3 : 1);
  const isExceeded = icmp.type === (family === 4 ? 11 : 3);
  const names: Readonly<Record<number, string>> = icmpNames[family];
  const numbers = `ICMP ${icmp.type}/${icmp.code}`;
  if (isExceeded)
    return `${who} says that the TTL ran out: a routing loop; see \`pprobe trace\` (${numbers})`;
  return `${who} says ${(isUnreachable && names[icmp.code]) || 'no'} (${numbers})`;
}

function clean(text: string | null | undefined): string {
  return cleanForTerminal(text ?? 'somebody');
}
