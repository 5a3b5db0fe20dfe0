import { duration } from '../../diagnose/words.js';
import { replyTimeMs } from '../../probe/dns/reply-time.js';
import type { DnsAttempt, DnsDocument } from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';
import { paint, type Style } from './style.js';
import { wrap } from './wrap.js';

/**
 * What made the answer late: servers that were asked before the one that decided, and queries that were lost. Behind a
 * dead first nameserver every program on the host is slow, and nothing else says why.
 */
export function silentServers(document: DnsDocument, style: Style): string[] {
  const { server, attempts, allServers, systemPatience } = document;
  // Of many servers asked at the same time each has its line.
  if (allServers !== undefined) return [];
  const others = [...new Set(attempts.map((attempt) => attempt.server))].filter((each) => each !== server);
  const isDecided = replyTimeMs(document) !== null;
  const lines = others.flatMap((other) => passedOver(other, attempts, isDecided, systemPatience));
  const lost = attempts.filter((attempt) => attempt.server === server && attempt.outcome === 'timeout');
  if (document.status === 'timeout') {
    if (systemPatience !== undefined)
      lines.push(`programs on this host wait ${duration(systemPatience.totalMs)} before they give up`);
  } else if (lost.length > 0 && server !== null) {
    const queries = lost.length === 1 ? '1 query' : `${lost.length} queries`;
    lines.push(`${cleanForTerminal(server)} did not answer ${queries} that had to be asked again`);
  }
  return lines.map((line) => wrap(paint(style, 'warn', line), style.columns, 4, 2));
}

function passedOver(
  server: string,
  attempts: readonly DnsAttempt[],
  isDecided: boolean,
  patience: DnsDocument['systemPatience'],
): string[] {
  const last = attempts.findLast((attempt) => attempt.server === server);
  const failed = last === undefined ? null : failure(last);
  if (last === undefined || failed === null) return [];
  const said = `${cleanForTerminal(server)}, asked ${isDecided ? 'before' : 'as well'}, ${failed}`;
  const isSlow = isDecided && last.outcome === 'timeout' && patience !== undefined;
  return [
    isSlow ? `${said}: programs on this host wait ${duration(patience.firstMs)} for it each time` : said,
  ];
}

/** null where it said something that settles a question. */
function failure({ outcome, rcode, errno }: DnsAttempt): string | null {
  const code = rcode ?? errno;
  const told = code === null ? '' : ` (${cleanForTerminal(code)})`;
  switch (outcome) {
    case 'timeout':
      return 'did not answer';
    case 'unreachable':
      return `could not be reached${told}`;
    case 'refused':
      return `refuses to answer${told}`;
    case 'malformed':
      return 'sent what cannot be read';
    case 'servfail':
    case 'error':
      return `did not settle it${told}`;
    default:
      return null;
  }
}
