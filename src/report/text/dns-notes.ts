import { count, duration, list } from '../../core/text.js';
import type { DnsDocument, EdnsHabit } from '../../documents/dns.js';
import { defaultNameserver } from '../../host/resolv-conf.js';
import { cleanForTerminal } from './style.js';

/** What a lookup shows besides its answer, a sentence each: what programs on this host get otherwise, or not at all. */
export function dnsNotes(document: DnsDocument): string[] {
  return [...aliasNotes(document), ...typeNotes(document), ...serverNotes(document)];
}

function aliasNotes(document: DnsDocument): string[] {
  const { question, danglingAlias, aliasLoop, aliasUnended, dnameOnly, aliasBesideData, aliasFollowedHere } =
    document;
  const name = cleanForTerminal(question.name);
  const notes: string[] = [];
  if (danglingAlias !== undefined) {
    const target = cleanForTerminal(danglingAlias.target);
    notes.push(
      danglingAlias.status === 'nxdomain'
        ? `${name} is an alias of ${target}, which does not exist`
        : `${name} is an alias of ${target}, which has no such record`,
    );
  }
  if (aliasLoop) notes.push(`${name} is an alias that leads back to itself, so it has no address`);
  if (aliasUnended)
    notes.push(
      `${name} leads from alias to alias: after ${document.chain.length} of them the chain was followed no further`,
    );
  if (dnameOnly !== undefined) {
    const owner = cleanForTerminal(dnameOnly.owner);
    const target = cleanForTerminal(dnameOnly.target);
    notes.push(
      `a DNAME redirects the names below ${owner} to ${target}, but the server adds no CNAME for ${name}: C libraries cannot follow it`,
    );
  }
  if (aliasBesideData !== undefined) {
    const names = list(aliasBesideData.map(cleanForTerminal));
    notes.push(
      `${names} has other records beside its CNAME, which is forbidden (RFC 2181 section 10.1): resolvers differ in what they answer`,
    );
  }
  if (aliasFollowedHere)
    notes.push(
      'the server did not follow the alias; pprobe asked for its target, which C libraries on this host do not do',
    );
  return notes;
}

function typeNotes({ status, typesNotAnswered, typesFailed, systemPatience, server }: DnsDocument): string[] {
  const notes: string[] = [];
  const asked = cleanForTerminal(server ?? 'the server');
  if (typesNotAnswered !== undefined) {
    const types = list(typesNotAnswered.map(cleanForTerminal));
    const waitMs = systemPatience?.missingTypeMs ?? null;
    const wait = waitMs === null ? '' : `: programs on this host wait ${duration(waitMs)} for it each time`;
    notes.push(`${asked} never answers the query for ${types}${wait}`);
  }
  for (const { type, rcode, status: outcome } of typesFailed ?? []) {
    const failure = `the query for ${cleanForTerminal(type)}`;
    const code = cleanForTerminal(rcode ?? outcome);
    const isForAddresses = type === 'A' || type === 'AAAA';
    if (outcome === 'nxdomain')
      notes.push(
        `${failure} gets NXDOMAIN, although the name exists${isForAddresses ? ': programs with musl (Alpine Linux) then find no address' : ''}`,
      );
    else if (status === 'nxdomain')
      notes.push(`${failure} failed (${code}), so it is not certain that the name does not exist`);
    else
      notes.push(
        `${failure} failed (${code})${isForAddresses ? '; programs with musl (Alpine Linux) then find no address' : ''}`,
      );
  }
  return notes;
}

function serverNotes(document: DnsDocument): string[] {
  const { answersOnlyWithoutEdns, nameserverMissing, resolverOptions } = document;
  const notes = replyNotes(document);
  if (answersOnlyWithoutEdns !== undefined) notes.push(ednsNote(answersOnlyWithoutEdns));
  if (nameserverMissing !== undefined) {
    const ignored = nameserverMissing.ignored.map(cleanForTerminal);
    const named =
      ignored.length === 0 ? '' : ` (${list(ignored)} ${ignored.length === 1 ? 'is' : 'are'} no address)`;
    notes.push(
      `resolv.conf names no nameserver${named}, so ${defaultNameserver} was asked, as programs on this host do`,
    );
  }
  if (resolverOptions?.includes('no-aaaa'))
    notes.push('resolv.conf says no-aaaa: programs on this host ask for no AAAA records');
  return notes;
}

/** Replies that no program uses. */
function replyNotes({ repliesFrom = [], status, discarded }: DnsDocument): string[] {
  const notes = repliesFrom.map(
    ({ server, from }) =>
      `the replies of ${cleanForTerminal(server)} come from ${cleanForTerminal(from)}, so programs on this host do not get them`,
  );
  const packets = Object.values(discarded).reduce((sum, times) => sum + times, 0);
  if (status === 'timeout' && packets > 0)
    notes.push(
      `${count(packets, 'packet')} came that ${packets === 1 ? 'does' : 'do'} not fit a query: --verbose says why`,
    );
  return notes;
}

function ednsNote({ server, outcome, rcode }: EdnsHabit): string {
  const how =
    rcode === null ? (outcome === 'timeout' ? 'are not answered' : `end as ${outcome}`) : `get ${rcode}`;
  return `${cleanForTerminal(server)} answers only without EDNS: queries with an OPT record ${cleanForTerminal(how)}; C libraries send none by default`;
}
