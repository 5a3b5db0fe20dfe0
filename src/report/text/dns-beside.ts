import type { DnsComparison, DnsDocument, DnsServerView, SystemComparison } from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsStatusWords } from './dns-words.js';
import { mark, paint, type Style } from './style.js';
import { padTo, widthOf, wrap } from './wrap.js';

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
