import type { DnsAttempt, DnsDocument, DnsFlags } from '../../documents/dns.js';
import { transportWords } from './dns-words.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { padFrom, padTo, widthOf, wrap } from './wrap.js';

/** The lines of `--verbose`: every record with its TTL, every query with its outcome, the flags, and discarded packets. */
export function dnsDetails(document: DnsDocument, style: Style): string[] {
  return [
    ...recordLines(document, style),
    ...queryLines(document, style),
    ...flagLines(document, style),
    ...discardedLines(document),
  ];
}

function recordLines({ records }: DnsDocument, style: Style): string[] {
  if (records.length === 0) return [];
  const rows = records.map(({ name, ttl, type, data }) =>
    [name, String(ttl), type, data].map(cleanForTerminal),
  );
  return ['', paint(style, 'heading', 'Records'), ...columns(rows, [padTo, padFrom, padTo, padTo])];
}

function queryLines({ attempts }: DnsDocument, style: Style): string[] {
  if (attempts.length === 0) return [];
  const rows = attempts.map((attempt) => [
    cleanForTerminal(attempt.server),
    transportWords[attempt.transport],
    cleanForTerminal(`${attempt.name} ${attempt.type}`),
    `${attempt.durationMs.toFixed(1)} ms`,
    outcomeWords(attempt),
  ]);
  const lines = columns(rows, [padTo, padTo, padTo, padFrom, padTo]);
  const details = attempts.flatMap(({ server, detail }) =>
    detail === null ? [] : [wrap(cleanForTerminal(`${server}: ${detail}`), style.columns, 4, 2)],
  );
  return ['', paint(style, 'heading', 'Queries'), ...lines, ...details];
}

function outcomeWords({ outcome, rcode, errno, edns }: DnsAttempt): string {
  const code = errno ?? (rcode === 'NOERROR' ? null : rcode);
  const words = code === null ? outcome : `${outcome} (${cleanForTerminal(code)})`;
  return edns ? words : `${words}, without EDNS`;
}

function flagLines({ flags }: DnsDocument, style: Style): string[] {
  if (flags === null) return [];
  const words = flagWords(flags);
  const all = `${words.slice(0, -1).join(', ')}, and ${words.at(-1)}`;
  return ['', wrap(`The server ${all}.`, style.columns)];
}

function flagWords(flags: DnsFlags): string[] {
  const { authoritative, recursionAvailable, authenticData, authenticDataTrusted } = flags;
  // Without trust-ad in resolv.conf, glibc clears the bit before a program sees it.
  const hidden = authenticDataTrusted === false ? ', which programs on this host do not see' : '';
  return [
    authoritative ? 'is authoritative for the zone' : 'is not authoritative for the zone',
    recursionAvailable ? 'offers recursion' : 'does not offer recursion',
    authenticData ? `validated the data (DNSSEC)${hidden}` : 'does not report that it validated the data',
  ];
}

function discardedLines({ discarded }: DnsDocument): string[] {
  const parts = Object.entries(discarded).map(([reason, times]) => `${cleanForTerminal(reason)} ${times}`);
  return parts.length === 0 ? [] : [`Packets that answered no query: ${parts.join(', ')}`];
}

/** Rows in columns as wide as their widest cell, each padded by a function of `pads`. */
function columns(
  rows: readonly string[][],
  pads: readonly ((text: string, cells: number) => string)[],
): string[] {
  const cells = pads.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    `  ${pads.map((pad, column) => pad(row[column] ?? '', cells[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
