import { askServer, type ServerOutcome } from './ask-server.js';
import type { Exchange } from './exchange.js';
import { statusOfRcode } from './rcode.js';
import type { RecordType } from './record-type.js';
import type { Session } from './session.js';

/**
 * Asks the servers in order until one settles the question, and the silent ones again, `tries` times in all
 * (resolv.conf(5), under `nameserver`). Records, no records and NXDOMAIN settle it. A server that fails or refuses
 * yields to the next and is not asked again: it would say the same. When none settles it, the outcome is the one that
 * says most: a server's own error before a reply that cannot be read, that before silence.
 *
 * @param begun what came of the first attempt at the first server, where it has been made
 */
export async function askServers(
  name: string,
  type: RecordType,
  session: Session,
  begun: Exchange | null = null,
): Promise<ServerOutcome> {
  const outcomes: ServerOutcome[] = [];
  let worthAsking = session.servers;
  for (let round = 0; round < session.plan.tries; round++) {
    const silent: (typeof session.servers)[number][] = [];
    for (const server of worthAsking) {
      if (outcomes.length > 0 && session.stop?.aborted) break;
      const outcome = await askServer(server, name, type, session, outcomes.length === 0 ? begun : null);
      if (settles(outcome)) return outcome;
      outcomes.push(outcome);
      if (mayDoBetter(outcome)) silent.push(server);
    }
    worthAsking = silent;
  }
  return outcomes.reduce((best, outcome) => (rank(outcome) < rank(best) ? outcome : best));
}

function settles({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome !== 'reply') return false;
  const status = statusOfRcode(exchange.reply.rcode);
  return status === null || status === 'nxdomain';
}

function mayDoBetter({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome === 'error') return exchange.errno === 'EOF' || exchange.errno === 'ECONNRESET';
  return exchange.outcome === 'timeout' || exchange.outcome === 'malformed';
}

const sayingLess = ['malformed', 'timeout', 'unreachable', 'error'];

function rank({ exchange }: ServerOutcome): number {
  if (exchange.outcome !== 'reply') return 2 + sayingLess.indexOf(exchange.outcome);
  return statusOfRcode(exchange.reply.rcode) === 'servfail' ? 0 : 1;
}
