import { familyOf } from '../../address/family.js';
import { scopeOf } from '../../address/scope.js';
import type { TypeResult } from './ask-type.js';
import type { DnsAddress, DnsDocument, DnsRecord, DnsStatus } from './types.js';

/** What of the document the answers decide. */
export type Combined = Pick<
  DnsDocument,
  'status' | 'rcode' | 'server' | 'transport' | 'flags' | 'addresses' | 'chain' | 'records' | 'extendedErrors'
> &
  Pick<TypeResult, 'nsid' | 'cookie'>;

// One type with records makes the name answered. NXDOMAIN is said of the name, whatever the type. A failure leaves open
// what the type would have given; only when every type was settled is the name known to have no data.
const order: readonly DnsStatus[] = [
  'answered',
  'nxdomain',
  'servfail',
  'refused',
  'malformed',
  'timeout',
  'unreachable',
  'error',
  'no-data',
];

/** Puts the results of one name's types together; the deciding reply is that of the first type with the status. Pure. */
export function combine(results: readonly TypeResult[]): Combined {
  const deciding = results.reduce((best, each) =>
    order.indexOf(each.status) < order.indexOf(best.status) ? each : best,
  );
  const records = distinct(
    results.flatMap((result) => result.records),
    ({ key, type, data }) => `${key} ${type} ${data}`,
  );
  return {
    status: deciding.status,
    rcode: deciding.rcode,
    server: deciding.server,
    transport: deciding.transport,
    flags: deciding.flags,
    nsid: deciding.nsid,
    cookie: deciding.cookie,
    addresses: distinct(
      records.flatMap(({ address, ttl }): DnsAddress[] => {
        const family = address === null ? null : familyOf(address);
        return address === null || family === null ? [] : [{ address, family, scope: scopeOf(address), ttl }];
      }),
      ({ address }) => address,
    ),
    chain: deciding.chain,
    records: records.map(({ name, typeName, ttl, data }): DnsRecord => ({ name, type: typeName, ttl, data })),
    extendedErrors: distinct(
      results.flatMap((result) => result.extendedErrors),
      ({ code, text }) => `${code} ${text}`,
    ),
  };
}

/** The items in order, of those with the same key only the first. */
function distinct<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  if (items.length < 2) return [...items];
  const seen = new Set<string>();
  return items.filter((item) => {
    const known = seen.has(key(item));
    seen.add(key(item));
    return !known;
  });
}
