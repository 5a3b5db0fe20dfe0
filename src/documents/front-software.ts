import { type HttpDocument, headerOf } from './http.js';

/** Reverse proxies, gateways and load balancers that belong to a target, by what their answers say. */

/** Software in front of servers, by the header `server`. Most of it writes that header over those of the servers behind it. */
const SOFTWARE: readonly (readonly [RegExp, string])[] = [
  [/^(?:istio-)?envoy/i, 'Envoy'],
  [/^(?:nginx|openresty|tengine)/i, 'nginx'],
  [/^apache/i, 'Apache'],
  [/^haproxy/i, 'HAProxy'],
  [/^traefik/i, 'Traefik'],
  [/^varnish/i, 'Varnish'],
  [/^kong/i, 'Kong'],
  [/^caddy/i, 'Caddy'],
  [/^microsoft-azure-application-gateway/i, 'Azure Application Gateway'],
  [/^big-?ip/i, 'BIG-IP'],
  [/^gws|^google frontend/i, 'Google Front End'],
  [/^awselb/i, 'an Application Load Balancer'],
];

/** The software that an answer names, and by which sign; null where none is named. Pure. */
export function softwareOf(doc: HttpDocument): { name: string; sign: string } | null {
  const title = doc.title ?? '';
  if (ENVOYS.test(title)) return { name: 'Envoy', sign: `the text "${title}"` };
  if (HAPROXYS.test(title)) return { name: 'HAProxy', sign: `the text "${title}"` };
  if (TRAEFIKS.test(title)) return { name: 'Traefik', sign: `the text "${title}"` };
  if (/\bgoogle$/i.test(doc.via ?? ''))
    return { name: 'Google Cloud Load Balancing', sign: 'the header via: google' };
  if (HEROKUS.test(title) && /heroku|vegur/i.test(`${doc.server} ${doc.via}`))
    return { name: 'the router of Heroku', sign: `the page "${title}"` };
  const named = SOFTWARE.find(([pattern]) => pattern.test(doc.server ?? ''))?.[1];
  if (named !== undefined) return { name: named, sign: `the header server: ${doc.server}` };
  if (headerOf(doc, 'x-envoy-upstream-service-time') !== null)
    return { name: 'Envoy', sign: 'the header x-envoy-upstream-service-time' };
  if (headerOf(doc, 'x-varnish') !== null) return { name: 'Varnish', sign: 'the header x-varnish' };
  if (headerOf(doc, 'x-kong-response-latency') !== null)
    return { name: 'Kong', sign: 'the header x-kong-response-latency' };
  return null;
}

/**
 * Whether software in front made the answer, and did not pass on one of the server behind it: its pages have the status as
 * their title or heading (`504 Gateway Time-out`), and Envoy's are one of its own sentences. Any other body is the
 * server's: software in front puts its name on every answer.
 */
export function isOwnPage(doc: HttpDocument, name: string): boolean {
  const { status, title = null, message } = doc;
  if (name === 'Kong' && isKongs(message)) return true;
  if (name === 'Traefik' && TRAEFIKS.test(title ?? '')) return true;
  if (name === 'Envoy' && isWithoutRoute(doc)) return true;
  if (message !== null || title === null) return false;
  if (name === 'Envoy') return ENVOYS.test(title);
  if (name === 'HAProxy' && HAPROXYS.test(title)) return true;
  if (HEROKUS.test(title) && name === 'the router of Heroku') return true;
  return (
    new RegExp(`^(?:HTTP )?(?:Error )?${status}\\b`, 'i').test(title) ||
    /proxy error|bad gateway|gateway time-?out/i.test(title)
  );
}

/** Kong's own answers: where no route fits, where no server behind it works, and those of its plugins for keys and limits. */
function isKongs(message: string | null): boolean {
  return (
    message !== null &&
    /^(?:no Route matched with those values|failure to get a peer from the ring-balancer|name resolution failed|An invalid response was received from the upstream server|The upstream server is timing out|No API key found in request|API rate limit exceeded)/i.test(
      message,
    )
  );
}

/** Where no route fits, Envoy answers 404 without a body, and so without a type; what it passes on has the time of the server. */
function isWithoutRoute(doc: HttpDocument): boolean {
  return (
    doc.status === 404 &&
    doc.message === null &&
    (doc.title ?? null) === null &&
    headerOf(doc, 'content-type') === null &&
    headerOf(doc, 'x-envoy-upstream-service-time') === null
  );
}

/** Envoy's own answers are these sentences as plain text ("local replies" of its documentation and source). */
const ENVOYS =
  /upstream connect error|no healthy upstream|RBAC: access denied|upstream request timeout|local_rate_limited|stream timeout/i;

/** The second sentence of the pages that HAProxy makes (http_err_msgs of its source). They have no header of its own. */
const HAPROXYS =
  /no server is available to handle this request|the server didn't respond in time|the server returned an invalid or incomplete response/i;

/** Traefik's own text where no server behind it is healthy. Its other texts are those of every Go program. */
const TRAEFIKS = /^no available server$/i;

/** The pages of Heroku's router for a name without an app, and for an app that does not run. */
const HEROKUS = /^(?:no such app|application error)$/i;
