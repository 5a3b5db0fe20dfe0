import { domainToUnicode } from 'node:url';
import { count, duration } from '../../core/text.js';
import { type DnsAttempt, type DnsDocument, isAnsweredAtOnce, replyTimeMs } from '../../documents/dns.js';
import { dnsMark } from '../marks.js';
import { comparedNameLines, serverViewLines, systemLookupLines } from './dns-comparisons.js';
import { dnsDetails } from './dns-details.js';
import { dnsNotes } from './dns-notes.js';
import { failureWords, scopeMeanings, scopeWords, transportWords } from './dns-words.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { padTo, widthOf, wrap } from './wrap.js';

/**
 * An answer as text: the name, its aliases, the addresses with their scope, other records, and the server; then the comparisons
 * of the options given. With `verbose` also every record and every query. Ends with a line break.
 */
export function dnsText(document: DnsDocument, style: Style, verbose = false): string {
  const lines = [
    ...headingLines(document, style),
    ...document.chain.map((name) => `  ${paint(style, 'dim', 'alias of')} ${cleanForTerminal(name)}`),
    ...addressLines(document, style),
    ...otherRecordLines(document),
    ...document.extendedErrors.map(({ code, text }) =>
      wrap(`the server adds: ${cleanForTerminal(text)}, extended error ${code}`, style.columns, 4, 2),
    ),
    ...originLines(document, style),
    ...delayLines(document, style),
    ...dnsNotes(document).map((note) => wrap(paint(style, 'warn', note), style.columns, 4, 2)),
    ...serverOptionLines(document),
  ];
  if (document.allServers) lines.push('', ...serverViewLines(document.allServers, style));
  if (document.compare) lines.push('', ...comparedNameLines(document.compare, style));
  if (document.system) lines.push('', ...systemLookupLines(document.system, style));
  if (verbose) lines.push(...dnsDetails(document, style));
  return `${lines.join('\n')}\n`;
}

/** One of many answers, in one line: `✓ api.example.com  10.0.1.23, 10.0.2.23`. */
export function dnsLine(document: DnsDocument, style: Style): string {
  const { question, status } = document;
  const lead = `${mark(style, dnsMark(status))} ${cleanForTerminal(question.name)}`;
  const what =
    status === 'answered' ? dnsShort(document).join(', ') : paint(style, 'bad', failureWords(document));
  return `${lead}  ${what}`;
}

/**
 * The data of the records of the types asked for, a line each, for scripts: without aliases, and names without their final dot.
 * Empty without an answer.
 */
export function dnsShort({ question, records }: DnsDocument): string[] {
  const wanted = new Set(question.type.split(','));
  return records
    .filter(({ type }) => wanted.has(type) || wanted.has('ANY'))
    .map(({ data }) => cleanForTerminal(data.replace(/(?<=[^\s\\.])\.$/, '')));
}

function headingLines(document: DnsDocument, style: Style): string[] {
  const { question, status, addresses } = document;
  const name = paint(style, 'strong', cleanForTerminal(question.name));
  const types = paint(style, 'dim', cleanForTerminal(question.type.replaceAll(',', ', ')));
  const line = `${mark(style, dnsMark(status))} ${name}${unicodeForm(question.name)}  ${types}`;
  if (status === 'answered') return [line];
  const partly = addresses.length === 0 ? '' : ', but some addresses came:';
  return [line, `  ${paint(style, 'bad', failureWords(document))}${partly}`];
}

/** The Unicode form of an internationalised name (RFC 5891), in parentheses, to follow the A-labels, which cannot deceive. */
function unicodeForm(name: string): string {
  const unicode = /(?:^|\.)xn--/i.test(name) ? domainToUnicode(name) : '';
  return unicode === '' || unicode === name.toLowerCase() ? '' : ` (${cleanForTerminal(unicode)})`;
}

/** The addresses with their scope, and the meaning of the scope if all have the same. */
function addressLines({ addresses }: DnsDocument, style: Style): string[] {
  const texts = addresses.map(({ address }) => cleanForTerminal(address));
  const cells = Math.max(0, ...texts.map(widthOf));
  const lines = addresses.map(
    ({ scope }, index) => `  ${padTo(texts[index] ?? '', cells)}  ${scopeWords[scope]}`,
  );
  const [meaning, ...others] = new Set(addresses.map(({ scope }) => scopeMeanings[scope]));
  if (meaning === undefined || others.length > 0) return lines;
  return [...lines, wrap(paint(style, 'dim', meaning), style.columns, 4, 2)];
}

/** The types whose records are shown as addresses. */
const addressTypes = new Set(['A', 'AAAA']);

function otherRecordLines({ records, chain }: DnsDocument): string[] {
  const followed = new Set(chain.map(comparableName));
  const others = records.filter(
    ({ type, data }) => !addressTypes.has(type) && !(type === 'CNAME' && followed.has(comparableName(data))),
  );
  const cells = Math.max(0, ...others.map(({ type }) => widthOf(type)));
  return others.map(
    ({ type, data }) => `  ${padTo(cleanForTerminal(type), cells)}  ${cleanForTerminal(data)}`,
  );
}

function comparableName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The server that answered, the time of its answer, and its role. */
function originLines(document: DnsDocument, style: Style): string[] {
  const { server, transport, durationMs, allServers } = document;
  if (server === null) return [];
  const over = transport === null ? '' : ` over ${transportWords[transport]}`;
  const replyMs = replyTimeMs(document);
  const [verb, tookMs] = replyMs === null ? ['asked', durationMs] : ['from', replyMs];
  // The whole time is shown if another server or query came before. With --all-servers each server has its own time.
  const showsAll = replyMs !== null && allServers === undefined && !isAnsweredAtOnce(document);
  const all = showsAll ? `; ${durationMs.toFixed(1)} ms in all` : '';
  const line = `${verb} ${cleanForTerminal(server)}${over}, ${tookMs.toFixed(1)} ms${all}`;
  const role = roleWords(document);
  return [
    paint(style, 'dim', `  ${line}`),
    ...(role === null ? [] : [wrap(paint(style, 'dim', role), style.columns, 4, 2)]),
  ];
}

/** The role of the answering server in a sentence, or null if its address does not show it. */
function roleWords({ server, resolver }: DnsDocument): string | null {
  const address = cleanForTerminal(server ?? '');
  switch (resolver?.role) {
    case 'vpc-resolver':
      return `${address} is the VPC resolver`;
    case 'base-plus-two':
      return `${address} is the base address of this host's network plus two: in a VPC, the VPC resolver`;
    case 'local-stub': {
      const upstreams = resolver.upstreams.map(cleanForTerminal).join(', ');
      const asks = upstreams === '' ? '' : `, which asks ${upstreams}; --server asks one of them directly`;
      return `${address} is the local stub of systemd-resolved${asks}`;
    }
    default:
      return null;
  }
}

/**
 * The causes of a late answer: servers that were asked before the one that decided, and lost queries. A first nameserver that
 * does not answer slows down every program on the host.
 */
function delayLines(document: DnsDocument, style: Style): string[] {
  const { server, status, attempts, allServers, systemPatience, answersOnlyWithoutEdns } = document;
  const silentTypes = new Set(document.typesNotAnswered);
  // With --all-servers each server has its own line.
  if (allServers !== undefined) return [];
  const others = [...new Set(attempts.map((attempt) => attempt.server))].filter((each) => each !== server);
  const isDecided = replyTimeMs(document) !== null;
  const lines = others.flatMap((other) => undecidedServer(other, attempts, isDecided, systemPatience));
  const lost = attempts.filter(
    (attempt) =>
      attempt.server === server &&
      attempt.outcome === 'timeout' &&
      !silentTypes.has(attempt.type) &&
      answersOnlyWithoutEdns === undefined,
  );
  if (status === 'timeout') {
    if (systemPatience !== undefined)
      lines.push(`programs on this host wait ${duration(systemPatience.totalMs)} before they give up`);
  } else if (lost.length > 0 && server !== null) {
    const queries = count(lost.length, 'query', 'queries');
    lines.push(`${cleanForTerminal(server)} did not answer ${queries} that had to be sent again`);
  }
  return lines.map((line) => wrap(paint(style, 'warn', line), style.columns, 4, 2));
}

/** The line about a server whose reply, if any, did not decide. */
function undecidedServer(
  server: string,
  attempts: readonly DnsAttempt[],
  isDecided: boolean,
  patience: DnsDocument['systemPatience'],
): string[] {
  const last = attempts.findLast((attempt) => attempt.server === server && attempt.errno !== 'ECANCELED');
  const failure = last === undefined ? null : attemptFailure(last);
  if (last === undefined || failure === null) return [];
  const words = `${cleanForTerminal(server)}, asked ${isDecided ? 'before' : 'as well'}, ${failure}`;
  const isSlow = isDecided && last.outcome === 'timeout' && patience !== undefined;
  return [
    isSlow ? `${words}: programs on this host wait ${duration(patience.firstMs)} for it each time` : words,
  ];
}

/** How an attempt failed, or null if its reply settled the question. */
function attemptFailure({ outcome, rcode, errno }: DnsAttempt): string | null {
  if (errno === 'ECANCELED') return null;
  const code = rcode ?? errno;
  const reason = code === null ? '' : ` (${cleanForTerminal(code)})`;
  switch (outcome) {
    case 'timeout':
      return 'did not answer';
    case 'unreachable':
      return `could not be reached${reason}`;
    case 'refused':
      return `refuses to answer${reason}`;
    case 'malformed':
      return 'sent a reply that could not be parsed';
    case 'error':
      return rcode === 'NOERROR' ? 'is not recursive and says nothing about the name' : `failed${reason}`;
    case 'servfail':
      return `failed${reason}`;
    default:
      return null;
  }
}

/** The server's identifier (NSID) and its cookie, if they were requested. */
function serverOptionLines({ nsid, cookie }: DnsDocument): string[] {
  const lines: string[] = [];
  if (nsid !== undefined)
    lines.push(
      nsid === null ? '  The server sent no name of its own (NSID).' : `  NSID: ${cleanForTerminal(nsid)}`,
    );
  if (cookie === null) lines.push('  The server does not support cookies.');
  else if (cookie !== undefined)
    lines.push(
      `  Cookie: client ${cleanForTerminal(cookie.client)}, server ${cleanForTerminal(cookie.server ?? 'none')}`,
    );
  return lines;
}
