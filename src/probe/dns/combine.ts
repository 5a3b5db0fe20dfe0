import { familyOf } from '../../address/family.js';
import { scopeOf } from '../../address/scope.js';
import type { TypeResult } from './ask-type.js';
import type { AnswerRecord } from './decode.js';
import type { DnsAddress, DnsDocument, DnsRecord, DnsStatus, ExtendedDnsError } from './types.js';

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
  const read = ofAll(results, ({ records }) => records, recordKey);
  return {
    status: deciding.status,
    rcode: deciding.rcode,
    server: deciding.server,
    transport: deciding.transport,
    flags: deciding.flags,
    nsid: deciding.nsid,
    cookie: deciding.cookie,
    addresses: distinct(addressesOf(read), addressKey),
    chain: deciding.chain,
    records: read.map(({ name, typeName, ttl, data }): DnsRecord => ({ name, type: typeName, ttl, data })),
    extendedErrors: ofAll(results, ({ extendedErrors }) => extendedErrors, errorKey),
  };
}

const recordKey = ({ key, type, data }: AnswerRecord): string => `${key} ${type} ${data}`;
const errorKey = ({ code, text }: ExtendedDnsError): string => `${code} ${text}`;
const addressKey = ({ address }: DnsAddress): string => address;

function addressesOf(records: readonly AnswerRecord[]): DnsAddress[] {
  const addresses: DnsAddress[] = [];
  for (const { address, ttl } of records) {
    const family = address === null ? null : familyOf(address);
    if (address !== null && family !== null) {
      addresses.push({ address, family, scope: scopeOf(address), ttl });
    }
  }
  return addresses;
}

/** What all results have of something, each once. */
function ofAll<Item>(
  results: readonly TypeResult[],
  items: (result: TypeResult) => Item[],
  key: (item: Item) => string,
): Item[] {
  const [first, ...others] = results;
  if (first !== undefined && others.length === 0) return distinct(items(first), key);
  return distinct(results.flatMap(items), key);
}

/** The items in order, of those with the same key only the first. The same array where there is nothing to leave out. */
function distinct<Item>(items: Item[], key: (item: Item) => string): Item[] {
  if (items.length < 2) return items;
  const seen = new Set<string>();
  return items.filter((item) => {
    const known = seen.has(key(item));
    seen.add(key(item));
    return !known;
  });
}
