import type { DnsAttempt, DnsDocument, DnsStatus } from '../../../src/documents/dns.js';
import { scopeOf } from '../../../src/net/address/scope.js';
import { dnsAttempt } from '../../report/documents.js';
import { dns } from '../evidence.js';
import type { Dice } from './dice.js';

/** Lookups by chance. */

const SERVERS = ['10.0.0.2', '10.60.0.9', '127.0.0.53'];
const DNS = dns('', []);

const DNS_ENDS: readonly DnsStatus[] = [
  'answered',
  'answered',
  'no-data',
  'nxdomain',
  'servfail',
  'refused',
  'timeout',
  'malformed',
  'unreachable',
];

function queryOf(dice: Dice, server: string, name: string, type: string): DnsAttempt {
  const outcome = dice.chance(0.1) ? 'truncated' : dice.of(DNS_ENDS);
  const isReply = outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'malformed';
  const rcode = !isReply
    ? null
    : outcome === 'nxdomain' || outcome === 'servfail' || outcome === 'refused'
      ? outcome.toUpperCase()
      : 'NOERROR';
  const errno = outcome === 'unreachable' ? dice.of(['ECONNREFUSED', 'EPERM']) : null;
  const transport = dice.chance(0.15) ? 'tcp' : 'udp';
  return dnsAttempt({ server, name, type, outcome, rcode, errno, transport, durationMs: dice.number(2000) });
}

/** Servers that all end in one way, as often as not: a lookup fails in that way. */
function attemptsOf(dice: Dice, name: string): DnsAttempt[] {
  const all = dice.times(3, () => queryOf(dice, dice.of(SERVERS), name, dice.of(['A', 'AAAA'])));
  const [first] = all;
  return first === undefined || dice.chance(0.5)
    ? all
    : all.map((each) => ({ ...first, server: each.server, type: each.type }));
}

export function dnsDocumentOf(dice: Dice, host: string, addresses: readonly string[]): DnsDocument {
  // The search list makes another name of a short one.
  const name = dice.chance(0.05) ? `${host}.corp.example` : host;
  const attempts = attemptsOf(dice, name);
  const last = attempts.at(-1) ?? queryOf(dice, dice.of(SERVERS), name, 'A');
  attempts.push({ ...last, type: dice.of(['A', 'AAAA']) });
  const answered = attempts.findLast(({ outcome }) => outcome === 'answered');
  const decided = answered ?? attempts.find(({ rcode }) => rcode !== null);
  const status: DnsStatus =
    answered !== undefined ? 'answered' : decided === undefined ? unanswered(attempts) : statusOf(decided);
  const purpose = dice.of(['host', 'host', 'host', 'resolver', 'vpc-resolver'] as const);
  const blocked = dice.chance(0.05) ? [dice.of(['0.0.0.0', '::'])] : addresses;
  const given = answered === undefined ? [] : blocked;
  return {
    ...DNS,
    question: { name, type: 'A,AAAA' },
    addresses: given.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
      scope: scopeOf(address),
      ttl: 60,
    })),
    status,
    rcode: decided?.rcode ?? null,
    server: decided?.server ?? null,
    transport: decided?.transport ?? null,
    attempts,
    ...(dice.chance(0.5) ? { systemPatience: { firstMs: 5000, totalMs: 10_000, missingTypeMs: null } } : {}),
    ...oddityOf(dice, status, decided?.server ?? null),
    asked: { purpose, server: purpose === 'host' ? null : (decided?.server ?? null) },
  };
}

/** What one lookup in three has beside its status. */
function oddityOf(dice: Dice, status: DnsStatus, server: string | null): Partial<DnsDocument> {
  switch (dice.number(12)) {
    case 0:
      return status === 'no-data' || status === 'nxdomain'
        ? {
            chain: ['lb.example.net'],
            ...(status === 'no-data'
              ? { danglingAlias: { target: 'lb.example.net', status: 'no-data' } }
              : {}),
          }
        : {};
    case 1:
      return status === 'no-data' && server !== null
        ? { status: 'error', rcode: 'NOERROR', notRecursive: [server] }
        : {};
    case 2:
      return status === 'timeout' && server !== null
        ? { truncatedWithoutTcp: { server, errno: null, accepts: dice.chance(0.5) } }
        : {};
    case 3:
      return status === 'nxdomain' || status === 'no-data' || status === 'servfail'
        ? { typesNotAnswered: [dice.of(['A', 'AAAA'])] }
        : {};
    default:
      return {};
  }
}

/** A lookup without any reply. */
function unanswered(attempts: readonly DnsAttempt[]): DnsStatus {
  const outcomes = new Set(attempts.map(({ outcome }) => outcome));
  const [only] = outcomes;
  return outcomes.size === 1 && only !== undefined ? (only === 'truncated' ? 'timeout' : only) : 'timeout';
}

/** A lookup that ended with a truncated reply got no whole one. */
function statusOf({ outcome }: DnsAttempt): DnsStatus {
  return outcome === 'truncated' ? 'timeout' : outcome;
}
