import type { TcpAttempt, TcpDocument, TcpStatistics, TcpStatus } from '../../probe/tcp/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsText } from './dns.js';
import { hanging } from './hanging.js';
import { type Mark, mark, paint, type Style, type Tone } from './style.js';
import { attemptWords } from './tcp-words.js';
import { padFrom, padTo, widthOf } from './wrap.js';

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
