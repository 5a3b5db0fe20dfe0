import type { DnsDocument } from '../../documents/dns.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import type { TypeResult } from './ask-type.js';
import { isNotRecursive } from './sent-query.js';
import type { SignsOfLife } from './signs-of-life.js';

/** What a lookup shows besides its answer: trouble that programs have although there is an answer, or why there is no answer. */
type Noteworthy = Pick<
  DnsDocument,
  | 'answersOnlyWithoutEdns'
  | 'typesNotAnswered'
  | 'typesFailed'
  | 'serversPassedOver'
  | 'queriesLost'
  | 'answersOthers'
  | 'repliesFrom'
  | 'notRecursive'
  | 'truncatedWithoutTcp'
  | 'danglingAlias'
  | 'aliasLoop'
  | 'aliasUnended'
  | 'dnameOnly'
  | 'aliasBesideData'
  | 'aliasFollowedHere'
>;

/**
 * Draws the conclusions from the queries of a lookup. Empty for an answer to the first query of each type. Pure.
 *
 * @param results one per type, in the order asked
 * @param servers in the order in which they were asked
 * @param life what is known about TCP port 53 of the servers
 */
export function noteworthy(
  document: DnsDocument,
  results: readonly TypeResult[],
  servers: readonly ServerAddress[],
  life: SignsOfLife,
): Noteworthy {
  const found: Noteworthy = {};
  aboutTypes(found, document, results);
  aboutAliases(found, document, results);
  if (document.attempts.some(({ outcome }) => outcome !== 'answered' && outcome !== 'no-data'))
    aboutServers(found, document, results, servers, life);
  return found;
}

function aboutTypes(
  found: Noteworthy,
  { status, question }: DnsDocument,
  results: readonly TypeResult[],
): void {
  const habit = results.find(({ ednsHabit }) => ednsHabit !== undefined)?.ednsHabit;
  if (habit !== undefined) found.answersOnlyWithoutEdns = habit;
  if (status !== 'answered' && status !== 'nxdomain') return;
  if (results.every((result) => result.status === status || result.status === 'no-data')) return;
  const types = question.type.split(',');
  const failed = results.flatMap(({ status: outcome, rcode }, index) => {
    const type = types[index];
    // NXDOMAIN is about the name, for all types (RFC 8020): it contradicts the records of another one.
    const isFailure = !isSettled(outcome) || (outcome === 'nxdomain' && status === 'answered');
    return type === undefined || !isFailure ? [] : [{ type, status: outcome, rcode }];
  });
  const silent = failed.filter((each) => each.status === 'timeout').map(({ type }) => type);
  const others = failed.filter((each) => each.status !== 'timeout');
  if (silent.length > 0) found.typesNotAnswered = silent;
  if (others.length > 0) found.typesFailed = others;
}

function isSettled(status: DnsDocument['status']): boolean {
  return status === 'answered' || status === 'no-data' || status === 'nxdomain';
}

function aboutAliases(
  found: Noteworthy,
  { status, chain }: DnsDocument,
  results: readonly TypeResult[],
): void {
  const odd = results.flatMap(({ oddities }) => oddities ?? []);
  const isLoop = odd.some((each) => each.isLoop);
  const isUnended = odd.some((each) => each.isUnended);
  const target = chain.at(-1);
  if (isUnended && status === 'no-data') found.aliasUnended = true;
  else if ((status === 'nxdomain' || status === 'no-data') && target !== undefined && !isLoop)
    found.danglingAlias = { target, status };
  if (isLoop) found.aliasLoop = true;
  const dname = odd.find((each) => each.dname !== null)?.dname;
  if (dname) found.dnameOnly = dname;
  const besideData = new Set(odd.flatMap((each) => each.besideData));
  if (besideData.size > 0) found.aliasBesideData = [...besideData];
  if (odd.some((each) => each.isFollowedHere)) found.aliasFollowedHere = true;
}

function aboutServers(
  found: Noteworthy,
  { server, status, attempts, answersOnlyWithoutEdns }: DnsDocument,
  results: readonly TypeResult[],
  servers: readonly ServerAddress[],
  life: SignsOfLife,
): void {
  const lame = results.flatMap(({ sent }) =>
    sent
      .filter(({ exchange }) => exchange.outcome === 'reply' && isNotRecursive(exchange.reply))
      .map(({ attempt }) => attempt.server),
  );
  if (lame.length > 0) found.notRecursive = [...new Set(lame)];
  const truncated = attempts.find(({ outcome }) => outcome === 'truncated')?.server;
  const overTcp = attempts.findLast((each) => each.server === truncated && each.transport === 'tcp');
  if (
    truncated !== undefined &&
    overTcp !== undefined &&
    !isSettled(status) &&
    isWithoutReply(overTcp.outcome)
  )
    found.truncatedWithoutTcp = {
      server: truncated,
      errno: overTcp.errno,
      accepts: overTcp.outcome === 'timeout' ? life.acceptsTcp(truncated) : isAccepted(overTcp.errno),
    };
  const others = servers.map(formatServer).filter((each) => life.answersRoot(each));
  const isMute = (each: string): boolean =>
    attempts.every((attempt) => attempt.server !== each || attempt.outcome === 'timeout');
  if (status === 'timeout' && others.some(isMute)) found.answersOthers = others.filter(isMute);
  const astray = servers.flatMap((each) => {
    const asked = formatServer(each);
    const from = life.answersFrom(asked);
    return from === null || !isMute(asked) ? [] : [{ server: asked, from }];
  });
  if (astray.length > 0) found.repliesFrom = astray;
  if (!isSettled(status)) return;
  const order = servers.map(formatServer);
  const before = server === null ? [] : order.slice(0, Math.max(0, order.indexOf(server)));
  const silent = before.filter((each) => {
    const own = attempts.filter((attempt) => attempt.server === each && attempt.errno !== 'ECANCELED');
    return own.length > 0 && own.every(({ outcome }) => outcome === 'timeout');
  });
  if (silent.length > 0) found.serversPassedOver = silent;
  const lost = attempts.filter(
    ({ server: asked, name, type, outcome }) =>
      outcome === 'timeout' &&
      asked !== found.answersOnlyWithoutEdns?.server &&
      asked !== answersOnlyWithoutEdns?.server &&
      attempts.some(
        (other) =>
          other.server === asked &&
          other.name === name &&
          other.type === type &&
          !isWithoutReply(other.outcome),
      ),
  );
  if (lost.length > 0) found.queriesLost = lost.length;
}

/** EOF and ECONNRESET end a connection that was accepted. */
function isAccepted(errno: string | null): boolean {
  return errno === 'EOF' || errno === 'ECONNRESET';
}

function isWithoutReply(outcome: DnsDocument['attempts'][number]['outcome']): boolean {
  return outcome === 'timeout' || outcome === 'unreachable' || outcome === 'error';
}
