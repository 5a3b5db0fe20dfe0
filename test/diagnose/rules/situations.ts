import type { ObservedDns, ObservedSystem } from '../../../src/documents/report.js';
import { dns, HOST, hops, tcp, VPCE_NAME } from '../evidence.js';

/** What the rows of several families start from. */

export const three = ['10.0.1.5', '10.0.2.5', '10.0.3.5'];
export const resolved = dns(HOST, three);
export const connected = { dns: [dns(HOST, ['10.0.1.5'])], tcp: [tcp(HOST, { '10.0.1.5': 'open' })] };
export const silentPath = hops(null, null, null, null, null);
export const vpceUrl = `https://${VPCE_NAME}/prod`;

/** The end of a denial for want of an Allow. */
export const because = (policy: string) => ` because no ${policy} allows the execute-api:Invoke action`;

/** A lookup, and why it was made. */
export const asked = (doc: ObservedDns, purpose: 'host' | 'resolver' | 'vpc-resolver'): ObservedDns => ({
  ...doc,
  asked: { purpose, server: purpose === 'host' ? null : doc.server },
});

/** getaddrinfo(3) finds nothing either. */
export const nowhere = (name: string, errorCode = 'ENOTFOUND'): ObservedSystem => ({
  name,
  addresses: [],
  errorCode,
  durationMs: 4,
});
