import type {
  DnsAddress,
  DnsAttempt,
  DnsComparison,
  DnsDocument,
  DnsStatus,
  SystemLookup,
} from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsDetails } from './dns-details.js';
import { dnsStatusWords, scopeWords, transportWords } from './dns-words.js';
import { mark, paint, type Style } from './style.js';
import { padTo, widthOf, wrap } from './wrap.js';

/** Shown as addresses with their scope, not as records. */
const addressTypes = new Set(['A', 'AAAA']);

/** The answer at a glance: name, CNAMEs, addresses with their scope, who said so; with `verbose` how it came about. */
export function dnsText(document: DnsDocument, style: Style, verbose = false): string {
  const lines = [
    ...heading(document, style),
    ...chain(document, style),
    ...addressLines(document.addresses),
    ...otherRecords(document),
    ...extendedErrors(document, style),
    ...origin(document, style),
  ];
  if (document.compare) lines.push('', ...comparison(document.compare, style));
  if (document.system) lines.push('', ...systemLookup(document.system, style));
  if (verbose) lines.push(...dnsDetails(document, style));
  return `${lines.join('\n')}\n`;
}

function heading({ question, status, addresses, attempts }: DnsDocument, style: Style): string[] {
  const isAnswered = status === 'answered';
  const name = paint(style, 'strong', cleanForTerminal(question.name));
  const types = paint(style, 'dim', cleanForTerminal(question.type.replaceAll(',', ', ')));
  const line = `${mark(style, isAnswered ? 'ok' : 'failed')} ${name}  ${types}`;
  if (isAnswered) return [line];
  const partly = addresses.length === 0 ? '' : ', though these came:';
  return [line, `  ${paint(style, 'bad', failure(status, attempts))}${partly}`];
}

function failure(status: DnsStatus, attempts: readonly DnsAttempt[]): string {
  const errno = attempts.findLast((attempt) => attempt.errno !== null)?.errno ?? null;
  if (status === 'error' && errno === 'ECANCELED') return 'interrupted before an answer came';
  const isTold = (status === 'error' || status === 'unreachable') && errno !== null;
  return isTold ? `${dnsStatusWords[status]} (${cleanForTerminal(errno)})` : dnsStatusWords[status];
}

function chain({ chain: names }: DnsDocument, style: Style): string[] {
  return names.map((name) => `  ${paint(style, 'dim', 'alias of')} ${cleanForTerminal(name)}`);
}

function addressLines(addresses: readonly DnsAddress[]): string[] {
  const shown = addresses.map(({ address, scope }) => ({ text: cleanForTerminal(address), scope }));
  const cells = Math.max(0, ...shown.map(({ text }) => widthOf(text)));
  return shown.map(({ text, scope }) => `  ${padTo(text, cells)}  ${scopeWords[scope]}`);
}

function otherRecords({ records, chain: names }: DnsDocument): string[] {
  const followed = new Set(names.map(plainName));
  const others = records.filter(
    ({ type, data }) => !addressTypes.has(type) && !(type === 'CNAME' && followed.has(plainName(data))),
  );
  const cells = Math.max(0, ...others.map(({ type }) => widthOf(type)));
  return others.map(
    ({ type, data }) => `  ${padTo(cleanForTerminal(type), cells)}  ${cleanForTerminal(data)}`,
  );
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function extendedErrors({ extendedErrors: errors }: DnsDocument, style: Style): string[] {
  return errors.map(({ code, text }) =>
    wrap(`the server adds: ${cleanForTerminal(text)}, extended error ${code}`, style.columns, 4, 2),
  );
}

function origin({ server, transport, durationMs, attempts }: DnsDocument, style: Style): string[] {
  if (server === null) return [];
  const over = transport === null ? '' : ` over ${transportWords[transport]}`;
  const verb = attempts.some((attempt) => attempt.server === server && isReply(attempt)) ? 'from' : 'asked';
  return [paint(style, 'dim', `  ${verb} ${cleanForTerminal(server)}${over}, ${durationMs.toFixed(1)} ms`)];
}

function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error';
}

function comparison(
  { name, status, addresses, same, onlyFirst, onlySecond }: DnsComparison,
  style: Style,
): string[] {
  const title = `compared with ${paint(style, 'strong', cleanForTerminal(name))}:`;
  if (same) return [`${mark(style, 'ok')} ${title} the same addresses`];
  const lines = [
    `${mark(style, 'failed')} ${title} ${status === 'answered' ? 'not the same addresses' : dnsStatusWords[status]}`,
  ];
  if (onlyFirst.length > 0) lines.push(wrap(`only the first has:  ${list(onlyFirst)}`, style.columns, 4, 2));
  if (onlySecond.length > 0)
    lines.push(wrap(`only the second has: ${list(onlySecond)}`, style.columns, 4, 2));
  return onlyFirst.length + onlySecond.length > 0 ? lines : [...lines, ...addressLines(addresses)];
}

function systemLookup({ addresses, errorCode, durationMs }: SystemLookup, style: Style): string[] {
  const took = `${durationMs.toFixed(1)} ms`;
  const title = "the system's own lookup (hosts file and caches included)";
  if (errorCode !== null) {
    return [
      wrap(
        `${mark(style, 'failed')} ${title} fails: ${cleanForTerminal(errorCode)}, ${took}`,
        style.columns,
        2,
        0,
      ),
    ];
  }
  return [wrap(`${mark(style, 'none')} ${title}, ${took}: ${list(addresses)}`, style.columns, 2, 0)];
}

function list(addresses: readonly string[]): string {
  return addresses.map(cleanForTerminal).join(', ');
}
