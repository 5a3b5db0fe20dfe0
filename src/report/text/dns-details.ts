import type { DnsAttempt, DnsDocument, DnsFlags } from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';
import { transportWords } from './dns-words.js';
import { paint, type Style } from './style.js';
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
