import type { DnsComparison, DnsDocument, DnsServerView, SystemComparison } from '../../documents/dns.js';
import type { Mark } from '../marks.js';
import { dnsStatusWords } from './dns-words.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { padTo, widthOf, wrap } from './wrap.js';

/** `--compare`: whether another name has the same addresses, and the addresses that only one of the two has. */
export function comparedNameLines(comparison: DnsComparison, style: Style): string[] {
  const { name, status, addresses, same, onlyFirst, onlySecond } = comparison;
  const other = paint(style, 'strong', cleanForTerminal(name));
  if (same) return [resultLine('ok', `the same addresses as ${other}`, style)];
  const words =
    status === 'answered' ? `other addresses than ${other}` : `${other}: ${dnsStatusWords[status]}`;
  const listed = [
    ...addressLine('only the first has: ', onlyFirst, style),
    ...addressLine('only the second has:', onlySecond, style),
  ];
  const all = addressLine(
    'it has:',
    addresses.map(({ address }) => address),
    style,
  );
  return [resultLine('failed', words, style), ...(listed.length > 0 ? listed : all)];
}

/** `--system`: whether getaddrinfo(3) returns the addresses of DNS, and if not, the source of its addresses. */
export function systemLookupLines(system: SystemComparison, style: Style): string[] {
  const { durationMs, same, onlySystem, onlyDns, hostsFile } = system;
  const [kind, words] = systemWords(system);
  const result = `getaddrinfo, which programs here use, ${words}, ${durationMs.toFixed(1)} ms`;
  return [
    resultLine(kind, result, style),
    ...(same === false
      ? [
          ...addressLine('only getaddrinfo has:', onlySystem, style),
          ...addressLine('only DNS has:        ', onlyDns, style),
        ]
      : []),
    ...hostsFile.map(
      ({ address, line }) =>
        `  /etc/hosts line ${line} has ${cleanForTerminal(address)}, which takes precedence over DNS`,
    ),
  ];
}

function systemWords({ addresses, errorCode, same }: SystemComparison): [Mark, string] {
  const code = errorCode === null ? null : cleanForTerminal(errorCode);
  if (same === true) return ['ok', code === null ? 'returns the same addresses' : 'finds no address either'];
  if (same === false)
    return ['failed', code === null ? 'returns other addresses' : `returns no address (${code})`];
  return code === null ? ['none', `returns ${addressList(addresses)}`] : ['failed', `fails: ${code}`];
}

/** `--all-servers`: whether the servers that have an answer agree, and a line for each server. */
export function serverViewLines(
  { agree, views }: NonNullable<DnsDocument['allServers']>,
  style: Style,
): string[] {
  const cells = Math.max(0, ...views.map(({ server }) => widthOf(cleanForTerminal(server))));
  const lines = views.map((view) => {
    const server = padTo(cleanForTerminal(view.server), cells);
    return wrap(
      `${server}  ${view.durationMs.toFixed(1)} ms  ${viewWords(view)}`,
      style.columns,
      cells + 4,
      2,
    );
  });
  return [`${agreement(agree, style)}:`, ...lines];
}

function agreement(agree: boolean | null, style: Style): string {
  if (agree === null)
    return `${mark(style, 'none')} fewer than two servers gave an answer, so there is nothing to compare`;
  return agree ? `${mark(style, 'ok')} the servers agree` : `${mark(style, 'failed')} the servers disagree`;
}

function viewWords({ status, records }: DnsServerView): string {
  return status === 'answered'
    ? records.map(({ type, data }) => cleanForTerminal(`${type} ${data}`)).join(', ')
    : dnsStatusWords[status];
}

function resultLine(kind: Mark, words: string, style: Style): string {
  return wrap(`${mark(style, kind)} ${words}`, style.columns, 2, 0);
}

function addressLine(lead: string, addresses: readonly string[], style: Style): string[] {
  return addresses.length === 0 ? [] : [wrap(`${lead} ${addressList(addresses)}`, style.columns, 4, 2)];
}

function addressList(addresses: readonly string[]): string {
  return addresses.map(cleanForTerminal).join(', ');
}
