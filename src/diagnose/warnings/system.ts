import { duration, list } from '../../core/text.js';
import { addressSet, type Seen, systemDifference } from '../../documents/observed/dns.js';
import type { Evidence, ObservedDns } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Advice } from '../remedies/advice.js';
import { checkResolver, findNameSource } from '../remedies/name-service.js';
import { askAsPrograms, checkNsswitch, giveFamily, waitForResolver } from '../remedies/resolver.js';
import { answeredLookup, fastestReplyMs, noticedMs } from './names.js';
import type { Caution, WarningRule } from './warning.js';

/** What getaddrinfo(3) gives programs on this host, compared with DNS. */

/** getaddrinfo(3) gives no address for a name that DNS has, so that no program on this host can use it. */
const systemFails: WarningRule = {
  id: 'system.cannot-resolve',
  saidBy: [],
  judge: (evidence) => {
    const { system } = evidence.observations;
    const lookup = answeredLookup(evidence);
    if (system === undefined || system.addresses.length > 0 || lookup === null) return null;
    if (system.errorCode === null || wasStopped(system.durationMs, system.errorCode)) return null;
    const inDns = list(addressSet(lookup.doc.addresses), 4);
    const isSlow = system.errorCode === 'ETIMEDOUT';
    // getaddrinfo was waited for about as long as the resolver took to answer, which on a busy host says nothing.
    if (isSlow && 2 * lookup.doc.durationMs >= system.durationMs) return null;
    const { host } = evidence.target;
    const reason = isSlow ? null : whyNothing(evidence, lookup);
    return {
      text: isSlow
        ? `getaddrinfo gives programs on this host no answer for ${host} within ${duration(system.durationMs)}, although DNS has ${inDns}.`
        : `Programs on this host cannot resolve ${host}: getaddrinfo finds nothing, although DNS has ${inDns}${reason === null ? '' : `. ${reason.text}`}.`,
      evidence: [
        {
          observation: 'system',
          text: `getaddrinfo ended with ${system.errorCode} after ${duration(system.durationMs)}`,
        },
        { observation: lookup.ref, text: `DNS has ${inDns}` },
      ],
      remedies: reason?.remedies ?? checkNsswitch(host),
    };
  },
};

/** Why getaddrinfo(3) finds nothing where nsswitch.conf leads to DNS; null where it does not, or nothing shows it. */
function whyNothing(
  { vantage, target }: Evidence,
  { doc }: Seen<ObservedDns>,
): { text: string; remedies: Advice[] } | null {
  const sources = vantage.nameService?.sources ?? [];
  if (!sources.some((source) => source === 'dns' || source === 'resolve')) return null;
  const hasV6 = vantage.addresses.some((own) => familyOf(own) === 6 && scopeOf(own) !== 'link-local');
  if (doc.addresses.every(({ family }) => family === 6) && !hasV6)
    return { text: 'They are of IPv6, and this host has no IPv6 address', remedies: giveFamily(target.host) };
  const redirection =
    doc.dnameOnly !== undefined ? 'a DNAME' : doc.aliasFollowedHere === true ? 'an alias' : null;
  if (redirection !== null)
    return {
      text: `The server gives ${redirection} and no address with it, and C libraries follow none themselves`,
      remedies: [checkResolver(target, doc, 'recursion')],
    };
  const slowest = fastestReplyMs(doc);
  const patience = doc.systemPatience;
  if (doc.server !== null && slowest !== null && slowest > (patience?.totalMs ?? noticedMs))
    return {
      text: `The answer took ${duration(slowest)}, and programs give up ${patience === undefined ? 'sooner, by the options of resolv.conf' : `after ${duration(patience.totalMs)} (resolv.conf)`}`,
      remedies: waitForResolver(target.host, doc.server),
    };
  return {
    text: 'nsswitch.conf does ask DNS, so the reason is another one',
    remedies: [askAsPrograms(target.host)],
  };
}

/**
 * pprobe ends getaddrinfo as soon as it needs nothing more: as ECANCELED, and in versions before 0.2.0 as ETIMEDOUT. Shorter than
 * a second it is no sign of slowness.
 */
function wasStopped(durationMs: number, errorCode: string): boolean {
  return errorCode === 'ECANCELED' || (errorCode === 'ETIMEDOUT' && durationMs < 1000);
}

/** getaddrinfo(3) gives other addresses than DNS, so that programs connect to another place than the one measured. */
const systemDiffers: WarningRule = {
  id: 'system.differs',
  saidBy: ['dns.hosts-override'],
  judge: (evidence) => {
    const { system } = evidence.observations;
    const lookup = answeredLookup(evidence);
    if (system === undefined || lookup === null) return null;
    const difference = systemDifference(evidence);
    if (difference === null) return null;
    return {
      text: `Programs on this host get ${list(difference.system, 4)} for ${evidence.target.host}, while DNS has ${list(difference.dns, 4)}.`,
      evidence: [
        {
          observation: 'system',
          text: `getaddrinfo gives ${list(difference.system)} after ${duration(system.durationMs)}`,
        },
        { observation: lookup.ref, text: `DNS has ${list(difference.dns)}` },
      ],
      remedies: [findNameSource(evidence.target.host)],
    } satisfies Caution;
  },
};

export const systemWarnings: readonly WarningRule[] = [systemFails, systemDiffers];
