import { type HttpDocument, headerOf } from './http.js';

/** Proxies, filters and portals between a client and the Internet, by what their answers say. */

/** Products between a client and the Internet, as they name themselves in headers and on their pages. */
const FORWARD_PROXIES: readonly (readonly [RegExp, string])[] = [
  [/\bsquid\b/i, 'Squid'],
  [/zscaler|zscalertwo|zscloud/i, 'Zscaler'],
  [/blue ?coat|proxysg/i, 'Blue Coat ProxySG'],
  [/netskope|goskope/i, 'Netskope'],
  [/forti(?:gate|guard|net|proxy)/i, 'FortiGate'],
  [/palo ?alto|globalprotect|pan-os/i, 'Palo Alto Networks'],
  [/mcafee|skyhigh|trellix/i, 'McAfee Web Gateway'],
  [/websense|forcepoint/i, 'Forcepoint'],
  [/ironport|cisco (?:umbrella|secure web|wsa)|opendns/i, 'Cisco Umbrella'],
  [/sophos/i, 'Sophos'],
  [/check ?point/i, 'Check Point'],
  [/barracuda/i, 'Barracuda'],
  [/watchguard|fireware/i, 'WatchGuard'],
  [/iboss/i, 'iboss'],
  [/cato networks/i, 'Cato Networks'],
  [/mitmproxy/i, 'mitmproxy'],
  [/tinyproxy/i, 'Tinyproxy'],
  [/privoxy/i, 'Privoxy'],
  [/e2guardian|dansguardian/i, 'e2guardian'],
  [/microsoft isa|forefront|tmg\b/i, 'Microsoft TMG'],
];

/** Headings of pages that block a request, where no product is named. */
export const BLOCK_PAGE =
  /(?:web ?(?:page|site)|access|site|url|page|content|request|category)\b.{0,40}\b(?:blocked|denied|restricted|not allowed|filtered)|blocked by|web ?filter(?:ing)?|content filter|url filter|acceptable use|captive portal|hotspot|network (?:login|authentication)|wi-?fi login|guest (?:access|network)|sign in to (?:the )?network/i;

/** Where such pages are, as the target of a redirect. */
export const PORTAL =
  /captive|portal|hotspot|guest|wifi|login|blockpage|block\.|blocked|fgtauth|swg\.|gateway\./i;

/** The product that an answer names, and where it stands; null where none is named. Pure. */
export function forwardProxy(doc: HttpDocument): { name: string; sign: string } | null {
  const places: [string, string | null][] = [
    ['the header x-squid-error', headerOf(doc, 'x-squid-error') === null ? null : 'squid'],
    ['the header x-bluecoat-via', headerOf(doc, 'x-bluecoat-via') === null ? null : 'bluecoat'],
    ['the header server', doc.server],
    ['the header via', doc.via],
    ['the header proxy-agent', headerOf(doc, 'proxy-agent')],
    ['the header x-cache', headerOf(doc, 'x-cache')],
    ['the title of the page', doc.title ?? null],
    ['the target of the redirect', doc.location],
  ];
  for (const [sign, text] of places) {
    const name = FORWARD_PROXIES.find(([pattern]) => pattern.test(text ?? ''))?.[1];
    if (name !== undefined) return { name, sign };
  }
  return null;
}
