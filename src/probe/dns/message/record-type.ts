import { InvalidInputError } from '../../../core/errors.js';
import { quoted } from '../../../core/text.js';

/** A record type by its two names: `AAAA` and 28. */
export interface RecordType {
  name: string;
  number: number;
}

// IANA's registry of resource record types, as far as they are in use. The codec's own list lacks SVCB and HTTPS, and
// its toType() answers 0 for names that it lacks, which would then be asked for.
const numbers: ReadonlyMap<string, number> = new Map([
  ['A', 1],
  ['NS', 2],
  ['CNAME', 5],
  ['SOA', 6],
  ['NULL', 10],
  ['PTR', 12],
  ['HINFO', 13],
  ['MX', 15],
  ['TXT', 16],
  ['RP', 17],
  ['AFSDB', 18],
  ['SIG', 24],
  ['KEY', 25],
  ['AAAA', 28],
  ['LOC', 29],
  ['SRV', 33],
  ['NAPTR', 35],
  ['KX', 36],
  ['CERT', 37],
  ['DNAME', 39],
  ['OPT', 41],
  ['APL', 42],
  ['DS', 43],
  ['SSHFP', 44],
  ['IPSECKEY', 45],
  ['RRSIG', 46],
  ['NSEC', 47],
  ['DNSKEY', 48],
  ['DHCID', 49],
  ['NSEC3', 50],
  ['NSEC3PARAM', 51],
  ['TLSA', 52],
  ['SMIMEA', 53],
  ['HIP', 55],
  ['CDS', 59],
  ['CDNSKEY', 60],
  ['OPENPGPKEY', 61],
  ['CSYNC', 62],
  ['ZONEMD', 63],
  ['SVCB', 64],
  ['HTTPS', 65],
  ['SPF', 99],
  ['EUI48', 108],
  ['EUI64', 109],
  ['TKEY', 249],
  ['TSIG', 250],
  ['IXFR', 251],
  ['AXFR', 252],
  ['ANY', 255],
  ['URI', 256],
  ['CAA', 257],
  ['TA', 32768],
  ['DLV', 32769],
]);

const names: ReadonlyMap<number, string> = new Map([...numbers].map(([name, number]) => [number, name]));

const common = 'A, AAAA, CNAME, TXT, MX, NS, SOA, SRV, PTR, CAA, SVCB, HTTPS';

/** The types that a question may ask for by name, for help and completion. */
export const askableTypes: readonly string[] = [...numbers]
  .filter(([, number]) => refusal(number) === null)
  .map(([name]) => name);

/** The name of a type number: its mnemonic, or `TYPE731` (RFC 3597 section 5). */
export function typeName(number: number): string {
  return names.get(number) ?? `TYPE${number}`;
}

/**
 * Reads a type as a user writes it: a mnemonic in any case, or `TYPE65`.
 *
 * @param argument what the user knows the type as, for the error
 * @throws InvalidInputError for text that names no type, and for types that are no question: OPT, TSIG, zone transfers
 */
export function recordTypeOf(text: string, argument = 'type'): RecordType {
  const upper = text.toUpperCase();
  const generic = /^TYPE(\d{1,5})$/.exec(upper);
  const number = generic ? Number(generic[1]) : numbers.get(upper);
  if (number === undefined || number > 0xffff) {
    const near = nearest(upper);
    const hint = near === null ? `one of ${common}` : `${near}`;
    throw new InvalidInputError(
      argument,
      `${argument} ${quoted(text)} is no record type: write ${hint}, or TYPE and its number, like TYPE65`,
    );
  }
  const why = refusal(number);
  if (why !== null) throw new InvalidInputError(argument, `${argument} ${quoted(text)} ${why}`);
  return { name: typeName(number), number };
}

function refusal(number: number): string | null {
  if (number === 251 || number === 252) return `is a zone transfer, not a question: ask for one of ${common}`;
  // RFC 6895 section 3.1: 0 is reserved, 128 to 255 are query and meta types. Of those only ANY asks for records.
  const meta = number === 0 || number === 41 || (number >= 128 && number <= 254);
  return meta ? `cannot be asked for: it is no data that a name has; ask for one of ${common}` : null;
}

function nearest(text: string): string | null {
  const near = askableTypes.filter(
    (name) => name.length > 1 && text.length > 1 && isOneEditApart(name, text),
  );
  return near.length === 0 ? null : near.join(' or ');
}

/** One letter more, less, other, or two neighbours swapped. */
function isOneEditApart(first: string, second: string): boolean {
  const [short, long] = first.length <= second.length ? [first, second] : [second, first];
  if (long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  const shortRest = short.slice(start);
  const longRest = long.slice(start);
  if (longRest.slice(1) === (long.length === short.length ? shortRest.slice(1) : shortRest)) return true;
  const swapped = `${longRest[1] ?? ''}${longRest[0] ?? ''}${longRest.slice(2)}`;
  return long.length === short.length && swapped === shortRest;
}

/** Octets of a message's header (RFC 1035 section 4.1.1). */
export const headerLength = 12;

/** IN, the one class that names of networks have. */
export const classIn = 1;

/** The record types that mean something to the client itself, not only to its reader. */
export const typeNumber = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, OPT: 41, ANY: 255 } as const;

/** The response codes that decide what the client does next. */
export const rcodeNumber = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADCOOKIE: 23,
} as const;
