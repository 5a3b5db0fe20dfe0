import type { TcpAttempt, TcpDocument, TcpStatus } from '../../probe/tcp/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsText } from './dns.js';
import { hanging } from './hanging.js';
import { type Mark, mark, paint, type Style, type Tone } from './style.js';
import { padFrom, padTo, widthOf } from './wrap.js';

const statuses: Readonly<Record<TcpStatus, { mark: Mark; tone: Tone; words: string }>> = {
  open: { mark: 'ok', tone: 'good', words: 'accepts connections' },
  refused: { mark: 'failed', tone: 'bad', words: 'a reset, or an ICMP port unreachable, came back' },
  reset: { mark: 'failed', tone: 'bad', words: 'the connection was reset while it was made' },
  timeout: { mark: 'failed', tone: 'bad', words: 'nothing came back' },
  prohibited: { mark: 'failed', tone: 'bad', words: 'a firewall on the way says it is prohibited' },
  unreachable: { mark: 'failed', tone: 'bad', words: 'there is no way to this address' },
  denied: { mark: 'failed', tone: 'bad', words: "this host's own policy forbids it" },
  error: { mark: 'warn', tone: 'warn', words: 'could not be tried' },
};

/** What errno says beyond the status: connect(2) on Linux, and what was measured to cause it. */
const errnos: Readonly<Record<string, string>> = {
  // Over the wire: a neighbour that is silent for three seconds, or a router's ICMP message.
  EHOSTUNREACH: 'no route to this host',
  ENETUNREACH: 'no route to that network',
  EINVAL: 'a blackhole route, or an address without its scope',
  EADDRNOTAVAIL: 'no address of this host fits: see --source',
  EAFNOSUPPORT: 'this address is of another family than --source',
  EMFILE: 'this process has too many files open',
  ENOPROTOOPT: 'the host says it does not speak TCP',
  ECANCELED: 'interrupted before an answer came',
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
  const times = attempts.map(({ durationMs }) => `${durationMs.toFixed(1)} ms`);
  const addressCells = Math.max(0, ...addresses.map(widthOf));
  const statusCells = Math.max(0, ...attempts.map(({ status }) => widthOf(status)));
  const timeCells = Math.max(0, ...times.map(widthOf));
  return attempts.map(({ status, errno, local }, index) => {
    const shown = statuses[status];
    const left = [
      `  ${mark(style, shown.mark)} ${padTo(addresses[index] ?? '', addressCells)}`,
      paint(style, shown.tone, padTo(status, statusCells)),
      padFrom(times[index] ?? '', timeCells),
      '',
    ].join('  ');
    return hanging(left, words({ status, errno, local }), style.columns);
  });
}

function words({ status, errno, local }: Pick<TcpAttempt, 'status' | 'errno' | 'local'>): string {
  if (errno === null) return statuses[status].words;
  const known = (Object.hasOwn(errnos, errno) && errnos[errno]) || statuses[status].words;
  return `${known}${local ? '; this host sent nothing' : ''} (${cleanForTerminal(errno)})`;
}

function localEnd({ address, localAddress, localPort }: TcpAttempt): string[] {
  if (localAddress === null) return [];
  const port = localPort === null ? '' : ` port ${localPort}`;
  return [`    to ${cleanForTerminal(address)} from ${cleanForTerminal(localAddress)}${port}`];
}
