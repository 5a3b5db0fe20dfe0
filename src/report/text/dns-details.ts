import type {
  DnsAttempt,
  DnsComparison,
  DnsDocument,
  DnsFlags,
  DnsServerView,
  SystemComparison,
} from '../../documents/dns.js';
import { dnsStatusWords, transportWords } from './dns-words.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { padFrom, padTo, widthOf, wrap } from './wrap.js';

type Pad = (text: string, cells: number) => string;

/** How an answer came about: every record with its TTL, every query with its outcome, what was thrown away. */
export function dnsDetails(document: DnsDocument, style: Style): string[] {
  return [
    ...records(document, style),
    ...queries(document, style),
    ...flags(document),
    ...discarded(document),
  ];
}

function records({ records: all }: DnsDocument, style: Style): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ name, ttl, type, data }) => [name, String(ttl), type, data].map(cleanForTerminal));
  return ['', paint(style, 'heading', 'Records'), ...table(rows, [padTo, padFrom, padTo, padTo])];
}

function queries({ attempts }: DnsDocument, style: Style): string[] {
  if (attempts.length === 0) return [];
  const rows = attempts.map((attempt) => [
    cleanForTerminal(attempt.server),
    transportWords[attempt.transport],
    cleanForTerminal(`${attempt.name} ${attempt.type}`),
    `${attempt.durationMs.toFixed(1)} ms`,
    outcome(attempt),
  ]);
  const lines = table(rows, [padTo, padTo, padTo, padFrom, padTo]);
  const details = attempts.flatMap(({ server, detail }) =>
    detail === null
      ? []
      : [wrap(`${cleanForTerminal(server)}: ${cleanForTerminal(detail)}`, style.columns, 4, 2)],
  );
  return ['', paint(style, 'heading', 'Queries'), ...lines, ...details];
}

function outcome({ outcome: word, rcode, errno, edns }: DnsAttempt): string {
  const code = errno ?? (rcode === 'NOERROR' ? null : rcode);
  const why = code === null ? word : `${word} (${cleanForTerminal(code)})`;
  return edns ? why : `${why}, without EDNS`;
}

function flags({ flags: bits }: DnsDocument): string[] {
  return bits === null ? [] : ['', `The server ${flagWords(bits).join(', ')}.`];
}

function flagWords(bits: DnsFlags): string[] {
  const { authoritative, recursionAvailable, authenticData, authenticDataTrusted } = bits;
  // As glibc has it: without trust-ad in resolv.conf the bit is cleared before a program sees it.
  const untold = authenticDataTrusted === false ? ', which programs here are not told' : '';
  return [
    authoritative ? 'owns the zone' : 'does not own the zone',
    recursionAvailable ? 'recurses' : 'does not recurse',
    authenticData ? `validated the data (DNSSEC)${untold}` : 'does not say it validated the data',
  ];
}

/** What the server says of itself, where it was asked to: its name and its cookie. */
export function serverOptions({ nsid, cookie }: DnsDocument): string[] {
  const lines: string[] = [];
  if (nsid !== undefined)
    lines.push(
      nsid === null ? '  The server does not tell its name (NSID).' : `  NSID: ${cleanForTerminal(nsid)}`,
    );
  if (cookie === null) lines.push('  The server knows no cookies.');
  else if (cookie !== undefined)
    lines.push(
      `  Cookie: ${cleanForTerminal(cookie.client)}, the server adds ${cleanForTerminal(cookie.server ?? 'nothing')}`,
    );
  return lines;
}

function discarded({ discarded: counts }: DnsDocument): string[] {
  const parts = Object.entries(counts).map(([reason, count]) => `${cleanForTerminal(reason)} ${count}`);
  return parts.length === 0 ? [] : [`Packets that answered no question: ${parts.join(', ')}`];
}

function table(rows: readonly string[][], pads: readonly Pad[]): string[] {
  const cells = pads.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const line = (row: string[]) => pads.map((pad, column) => pad(row[column] ?? '', cells[column] ?? 0));
  return rows.map((row) => `  ${line(row).join('  ')}`.trimEnd());
}

// What is laid beside an answer: another name's, the system's own, and each server's.

/** `--compare`: the same addresses, or what only one of the two names has. */
export function comparison(
  { name, status, addresses, same, onlyFirst, onlySecond }: DnsComparison,
  style: Style,
): string[] {
  const other = paint(style, 'strong', cleanForTerminal(name));
  const line = (kind: 'ok' | 'failed', words: string) =>
    wrap(`${mark(style, kind)} ${words}`, style.columns, 2, 0);
  if (same) return [line('ok', `the same addresses as ${other}`)];
  const answered = status === 'answered';
  const lines = [
    line('failed', answered ? `other addresses than ${other}` : `${other}: ${dnsStatusWords[status]}`),
  ];
  if (onlyFirst.length > 0) lines.push(wrap(`only the first has:  ${list(onlyFirst)}`, style.columns, 4, 2));
  if (onlySecond.length > 0)
    lines.push(wrap(`only the second has: ${list(onlySecond)}`, style.columns, 4, 2));
  if (onlyFirst.length + onlySecond.length > 0 || addresses.length === 0) return lines;
  return [...lines, wrap(`it has: ${list(addresses.map(({ address }) => address))}`, style.columns, 4, 2)];
}

/** `--system`: whether programs on this host get what DNS says, and where it comes from if not. */
export function systemLookup(system: SystemComparison, style: Style): string[] {
  const { durationMs, same, onlySystem, onlyDns, hostsFile } = system;
  const [kind, words] = systemWords(system);
  const title = 'getaddrinfo, which programs on this host ask,';
  const lines = [
    wrap(`${mark(style, kind)} ${title} ${words}, ${durationMs.toFixed(1)} ms`, style.columns, 2, 0),
  ];
  if (same === false && onlySystem.length > 0)
    lines.push(wrap(`only getaddrinfo has: ${list(onlySystem)}`, style.columns, 4, 2));
  if (same === false && onlyDns.length > 0)
    lines.push(wrap(`only DNS has:         ${list(onlyDns)}`, style.columns, 4, 2));
  for (const { address, line } of hostsFile)
    lines.push(`  /etc/hosts line ${line} says ${cleanForTerminal(address)}: that comes before DNS`);
  return lines;
}

function systemWords({ addresses, errorCode, same }: SystemComparison): ['ok' | 'failed' | 'none', string] {
  const code = errorCode === null ? null : cleanForTerminal(errorCode);
  if (same === true) return ['ok', code === null ? 'gives the same addresses' : 'finds none either'];
  if (same === false) return ['failed', code === null ? 'gives other addresses' : `gives none (${code})`];
  return code === null ? ['none', `gives ${list(addresses)}`] : ['failed', `fails: ${code}`];
}

/** `--all-servers`: a line for each server, and whether those that know agree. */
export function serverViews(
  { agree, views }: NonNullable<DnsDocument['allServers']>,
  style: Style,
): string[] {
  const cells = Math.max(0, ...views.map(({ server }) => widthOf(server)));
  const lines = views.map((view) =>
    wrap(
      `${padTo(cleanForTerminal(view.server), cells)}  ${view.durationMs.toFixed(1)} ms  ${said(view)}`,
      style.columns,
      cells + 4,
      2,
    ),
  );
  const verdicts: [boolean | null, 'ok' | 'failed' | 'none', string][] = [
    [true, 'ok', 'the servers agree'],
    [false, 'failed', 'the servers disagree'],
    [null, 'none', 'fewer than two servers know, so there is nothing to compare'],
  ];
  const [, kind, words] = verdicts.find(([each]) => each === agree) ?? [null, 'none' as const, ''];
  return [`${mark(style, kind)} ${words}:`, ...lines];
}

function said({ status, records }: DnsServerView): string {
  return status === 'answered'
    ? records.map(({ type, data }) => cleanForTerminal(`${type} ${data}`)).join(', ')
    : dnsStatusWords[status];
}

function list(addresses: readonly string[]): string {
  return addresses.map(cleanForTerminal).join(', ');
}
