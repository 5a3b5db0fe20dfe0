import type { TcpAttempt, TcpCause, TcpDocument, TcpStatistics, TcpStatus } from '../../documents/tcp.js';
import { connectErrnoWords } from '../../documents/terms/errno.js';
import { icmpReason, icmpWords, isRouteError, isTimeExceeded } from '../../documents/terms/icmp.js';
import { isLoopbackWindow, tcpStatusWords } from '../../documents/terms/tcp-status.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { MARKS, tcpMark } from '../marks.js';
import { dnsText } from './dns.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padFrom, padTo, widthOf } from './wrap.js';

/**
 * The connection attempts as text: one line per address with status, time and reason. With `verbose` also the local end of each
 * attempt and the lookup of the name. Ends with a line break.
 */
export function tcpText(document: TcpDocument, style: Style, verbose = false): string {
  const { host, port, status, attempts, resolution } = document;
  const name = paint(style, 'strong', `${cleanForTerminal(host)} port ${port}`);
  const lines = [
    `${name}: ${statusText(status, style)}${share(attempts, status)}`,
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

function statusText(status: TcpStatus, style: Style, text: string = status): string {
  return paint(style, MARKS[tcpMark(status)].tone, text);
}

/** The number of addresses with this status; empty if all have it. */
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
    const left = [
      `  ${mark(style, tcpMark(status))} ${padTo(addresses[index] ?? '', addressCells)}`,
      statusText(status, style, padTo(status, statusCells)),
      padFrom(times[index] ?? '', timeCells),
      '',
    ].join('  ');
    return hanging(left, attemptWords(attempt), style.columns);
  });
}

/** With two decimals below 0.1 ms, because one decimal would show 0.0 for connections over loopback. */
function took(ms: number): string {
  return `${ms.toFixed(ms < 0.095 ? 2 : 1)} ms`;
}

/** The statistics of each address, as ping(8) prints them. */
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

/** One target of many in one line: its status, the number of addresses with it, and the reason unless it is open. */
export function tcpLine(document: TcpDocument, style: Style): string {
  const { host, port, status, attempts } = document;
  const best = attempts.find((attempt) => attempt.status === status);
  const time = best === undefined ? '' : `  ${took(best.durationMs)}`;
  const why = best === undefined ? 'the name gave no address' : attemptWords(best);
  const name = `${cleanForTerminal(host)} ${port}`;
  const words = status === 'open' && best?.banner == null ? '' : `  ${why}`;
  return `${mark(style, tcpMark(status))} ${name}  ${statusText(status, style)}${share(attempts, status)}${time}${words}`;
}

function localEnd({ address, localAddress, localPort }: TcpAttempt): string[] {
  if (localAddress === null) return [];
  const port = localPort === null ? '' : ` port ${localPort}`;
  return [`    to ${cleanForTerminal(address)} from ${cleanForTerminal(localAddress)}${port}`];
}

/** Each cause in words, with what to check next. */
const causeWords: Readonly<Partial<Record<TcpCause, (attempt: TcpAttempt) => string>>> = {
  'syn-ack': () => tcpStatusWords.open,
  rst: () => 'a reset came back: nothing listens on this port, or a device on the path answers for it',
  'rst-after-syn-ack': ({ afterOpen }) =>
    `accepted and reset at once${afterOpen == null ? '' : `, after ${took(afterOpen.afterMs)}`}: look at the proxy or load balancer in front of the service`,
  icmp: errorWords,
  silence: ({ retransmits }) =>
    retransmits
      ? `nothing came back to ${retransmits + 1} SYNs: something drops them, such as a security group, or the host is down`
      : 'nothing came back',
  'silent-neighbour': ({ neighbour, address }) =>
    neighbour === address
      ? 'no host on this link answers for the address: is it up, and in this subnet? See `ip neigh`'
      : `the gateway ${clean(neighbour)} does not answer on the link: see \`ip route get\` and \`ip neigh\``,
  'no-route': () => 'this host has no route to it: see `ip route get`',
  'unreachable-route': () => 'a route of type unreachable on this host: see `ip route get`',
  'prohibit-route': () => 'a route of type prohibit on this host: see `ip route get`',
  'blackhole-route': () => 'a route of type blackhole on this host: see `ip route show type blackhole`',
  'zone-missing': () => 'a link-local address needs its interface: give ADDRESS%INTERFACE',
  'local-firewall': ({ icmp }) =>
    `this host's own firewall ${icmp ? 'rejects' : 'drops'} it: see \`nft list ruleset\``,
  'local-policy': () => 'this host forbids the connection: a security module, or a seccomp or BPF filter',
  'no-ports': () =>
    'this host has no local port left to connect from: see `sysctl net.ipv4.ip_local_port_range`',
  'no-memory': () => 'this host is out of memory for sockets: see `ss -s`',
  'no-source-address': () => 'this host has no address to send from: see --source and `ip address`',
};

/** The result of one attempt in words, with its errno. */
export function attemptWords(attempt: TcpAttempt): string {
  const { errno, local, cause, status, banner } = attempt;
  const known = cause == null ? undefined : causeWords[cause]?.(attempt);
  const byErrno = errno === null ? null : connectErrnoWords(errno);
  const words = known ?? byErrno ?? tcpStatusWords[status];
  const parts = [words, ...(status === 'open' ? openWords(attempt) : [])];
  if (banner != null) parts.push(`sends "${clean(banner)}"`);
  else if (banner === null && status === 'open') parts.push('sends no banner');
  const origin = known === undefined && local ? '; this host sent nothing' : '';
  return `${parts.join('; ')}${origin}${errno === null ? '' : ` (${clean(errno)})`}`;
}

function openWords(attempt: TcpAttempt): string[] {
  const { address, localAddress, retransmits, firstSynLost, durationMs, afterOpen, banner, window } = attempt;
  const words: string[] = [];
  // Packets to an own address have the same one as their source, unless --source or a route says otherwise.
  if (address !== localAddress && scopeOf(address) !== 'loopback' && isLoopbackWindow(address, window))
    words.push(
      'this host itself did: the address is its own, or a rule redirects the connection to a program here',
    );
  if (retransmits) {
    if (firstSynLost === true) words.push('SYN 1 was not answered, a later one was: packets are lost');
    else if (firstSynLost === false)
      words.push(`SYN 1 was answered late, after ${took(durationMs)}: the round trip is long`);
    else words.push(`the answer came after ${retransmits + 1} SYNs; it is not known which one it answers`);
  }
  if (afterOpen?.end === 'closed' && banner == null)
    words.push(
      `the other end closed it after ${took(afterOpen.afterMs)} without a word: a proxy or load balancer without a working backend does so`,
    );
  if (afterOpen?.end === 'reset') words.push('the other end reset it at once');
  return words;
}

function errorWords({ icmp, from, address, status }: TcpAttempt): string {
  if (icmp == null) return tcpStatusWords[status];
  const who = from === address ? 'the target itself' : clean(from);
  const family = familyOf(address) === 6 ? 6 : 4;
  const numbers = `ICMP ${icmp.type}/${icmp.code}`;
  if (isTimeExceeded(family, icmp))
    return `${who} reports that the TTL expired: a routing loop; see \`pprobe trace\` (${numbers})`;
  const reason =
    from === address && isRouteError(family, icmp)
      ? 'its firewall rejects the packets, or the host to which it forwards the port is down'
      : icmpReason(family, icmp);
  const words = icmpWords(family, icmp) ?? 'an error';
  return `${who} reports ${words}${reason === null ? '' : `: ${reason}`} (${numbers})`;
}

function clean(text: string | null | undefined): string {
  return cleanForTerminal(text ?? 'an unknown host');
}
