import { domainToUnicode } from 'node:url';
import { type DnsAddress, type DnsDocument, isAnsweredAtOnce, replyTimeMs } from '../../documents/dns.js';
import { comparison, dnsDetails, serverOptions, serverViews, systemLookup } from './dns-details.js';
import {
  failureWords,
  roleWords,
  scopeMeaning,
  scopeWords,
  silentServers,
  transportWords,
} from './dns-words.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { padTo, widthOf, wrap } from './wrap.js';

/** Shown as addresses with their scope, not as records. */
const addressTypes = new Set(['A', 'AAAA']);

/** The answer at a glance: name, CNAMEs, addresses with their scope, who said so; with `verbose` how it came about. */
export function dnsText(document: DnsDocument, style: Style, verbose = false): string {
  const lines = [
    ...heading(document, style),
    ...chain(document, style),
    ...addressLines(document.addresses),
    ...meaning(document, style),
    ...otherRecords(document),
    ...extendedErrors(document, style),
    ...origin(document, style),
    ...silentServers(document, style),
    ...serverOptions(document),
  ];
  if (document.allServers) lines.push('', ...serverViews(document.allServers, style));
  if (document.compare) lines.push('', ...comparison(document.compare, style));
  if (document.system) lines.push('', ...systemLookup(document.system, style));
  if (verbose) lines.push(...dnsDetails(document, style));
  return `${lines.join('\n')}\n`;
}

function heading(document: DnsDocument, style: Style): string[] {
  const { question, status, addresses } = document;
  const isAnswered = status === 'answered';
  const name = paint(style, 'strong', cleanForTerminal(question.name));
  const types = paint(style, 'dim', cleanForTerminal(question.type.replaceAll(',', ', ')));
  const line = `${mark(style, isAnswered ? 'ok' : 'failed')} ${name}${asWritten(question.name)}  ${types}`;
  if (isAnswered) return [line];
  const partly = addresses.length === 0 ? '' : ', though these came:';
  return [line, `  ${paint(style, 'bad', failureWords(document))}${partly}`];
}

/** An internationalised name as people write it, beside the A-labels that were asked for (RFC 5891); they cannot deceive. */
function asWritten(name: string): string {
  const unicode = /(?:^|\.)xn--/i.test(name) ? domainToUnicode(name) : '';
  return unicode === '' || unicode === name.toLowerCase() ? '' : ` (${cleanForTerminal(unicode)})`;
}

function chain({ chain: names }: DnsDocument, style: Style): string[] {
  return names.map((name) => `  ${paint(style, 'dim', 'alias of')} ${cleanForTerminal(name)}`);
}

function addressLines(addresses: readonly DnsAddress[]): string[] {
  const shown = addresses.map(({ address, scope }) => ({ text: cleanForTerminal(address), scope }));
  const cells = Math.max(0, ...shown.map(({ text }) => widthOf(text)));
  return shown.map(({ text, scope }) => `  ${padTo(text, cells)}  ${scopeWords[scope]}`);
}

/** What the addresses' scope means for the one who asks, where all have the same. */
function meaning({ addresses }: DnsDocument, style: Style): string[] {
  const [words, ...others] = new Set(addresses.map(({ scope }) => scopeMeaning(scope)));
  return words === undefined || words === null || others.length > 0
    ? []
    : [wrap(paint(style, 'dim', words), style.columns, 4, 2)];
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

function origin(document: DnsDocument, style: Style): string[] {
  const { server, transport, durationMs, allServers } = document;
  if (server === null) return [];
  const over = transport === null ? '' : ` over ${transportWords[transport]}`;
  const replyMs = replyTimeMs(document);
  const [verb, tookMs] = replyMs === null ? ['asked', durationMs] : ['from', replyMs];
  // What else took long is told where something else was asked, or asked again; of many servers each has its own time.
  const isAll = replyMs !== null && allServers === undefined && !isAnsweredAtOnce(document);
  const all = isAll ? `; ${durationMs.toFixed(1)} ms in all` : '';
  const line = `${verb} ${cleanForTerminal(server)}${over}, ${tookMs.toFixed(1)} ms${all}`;
  const role = roleWords(document);
  return [
    paint(style, 'dim', `  ${line}`),
    ...(role === null ? [] : [wrap(paint(style, 'dim', role), style.columns, 4, 2)]),
  ];
}

/** One of many answers, in one line: `✓ api.example.com  10.0.1.23, 10.0.2.23`. */
export function dnsLine(document: DnsDocument, style: Style): string {
  const { question, status } = document;
  const isAnswered = status === 'answered';
  const lead = `${mark(style, isAnswered ? 'ok' : 'failed')} ${cleanForTerminal(question.name)}`;
  const what = isAnswered ? dnsShort(document).join(', ') : paint(style, 'bad', failureWords(document));
  return `${lead}  ${what}`;
}

/**
 * What a script wants of an answer, a line each: the data of the records asked for, without the aliases on the way, names
 * without their final dot. None where there is no answer.
 */
export function dnsShort({ question, records }: DnsDocument): string[] {
  const wanted = new Set(question.type.split(','));
  return records
    .filter(({ type }) => wanted.has(type) || wanted.has('ANY'))
    .map(({ data }) => cleanForTerminal(data.replace(/(?<=[^\s\\.])\.$/, '')));
}
