import { InvalidInputError } from '../../../core/errors.js';
import { editDistance } from '../../../core/nearest.js';
import { quoted } from '../../../core/text.js';

/** A record type by mnemonic and number: `AAAA` and 28. */
export interface RecordType {
  name: string;
  number: number;
}

/** The length of a message's header in octets (RFC 1035 section 4.1.1). */
export const headerLength = 12;

/** Class IN. */
export const classIn = 1;

/** The record types that the client interprets itself. */
export const typeNumber = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, DNAME: 39, OPT: 41, ANY: 255 } as const;

// IANA's registry of resource record types, as far as dig knows the mnemonics. dns-packet's own table lacks SVCB and HTTPS, and its
// toType() returns 0 for unknown mnemonics.
const numbers: ReadonlyMap<string, number> = new Map([
  ['A', 1],
  ['NS', 2],
  ['MD', 3],
  ['MF', 4],
  ['CNAME', 5],
  ['SOA', 6],
  ['MB', 7],
  ['MG', 8],
  ['MR', 9],
  ['NULL', 10],
  ['WKS', 11],
  ['PTR', 12],
  ['HINFO', 13],
  ['MINFO', 14],
  ['MX', 15],
  ['TXT', 16],
  ['RP', 17],
  ['AFSDB', 18],
  ['X25', 19],
  ['ISDN', 20],
  ['RT', 21],
  ['NSAP', 22],
  ['NSAP-PTR', 23],
  ['SIG', 24],
  ['KEY', 25],
  ['PX', 26],
  ['GPOS', 27],
  ['AAAA', 28],
  ['LOC', 29],
  ['NXT', 30],
  ['EID', 31],
  ['NIMLOC', 32],
  ['SRV', 33],
  ['ATMA', 34],
  ['NAPTR', 35],
  ['KX', 36],
  ['CERT', 37],
  ['A6', 38],
  ['DNAME', 39],
  ['SINK', 40],
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
  ['NINFO', 56],
  ['RKEY', 57],
  ['TALINK', 58],
  ['CDS', 59],
  ['CDNSKEY', 60],
  ['OPENPGPKEY', 61],
  ['CSYNC', 62],
  ['ZONEMD', 63],
  ['SVCB', 64],
  ['HTTPS', 65],
  ['DSYNC', 66],
  ['SPF', 99],
  ['UINFO', 100],
  ['UID', 101],
  ['GID', 102],
  ['UNSPEC', 103],
  ['NID', 104],
  ['L32', 105],
  ['L64', 106],
  ['LP', 107],
  ['EUI48', 108],
  ['EUI64', 109],
  ['NXNAME', 128],
  ['TKEY', 249],
  ['TSIG', 250],
  ['IXFR', 251],
  ['AXFR', 252],
  ['MAILB', 253],
  ['MAILA', 254],
  ['ANY', 255],
  ['URI', 256],
  ['CAA', 257],
  ['AVC', 258],
  ['DOA', 259],
  ['AMTRELAY', 260],
  ['RESINFO', 261],
  ['WALLET', 262],
  ['TA', 32768],
  ['DLV', 32769],
]);

const names: ReadonlyMap<number, string> = new Map([...numbers].map(([name, number]) => [number, name]));

const commonTypes = 'A, AAAA, CNAME, TXT, MX, NS, SOA, SRV, PTR, CAA, SVCB, HTTPS';

/** The mnemonics of the types that a question can have. */
export const questionTypes: readonly string[] = [...numbers]
  .filter(([, number]) => refusal(number) === null)
  .map(([name]) => name);

/** The mnemonic of a type number, or `TYPE731` if it has none (RFC 3597 section 5). */
export function typeName(number: number): string {
  return names.get(number) ?? `TYPE${number}`;
}

/**
 * Reads a type: a mnemonic in upper or lower case, or `TYPE65`.
 *
 * @param argument the name of the option, for the error
 * @throws InvalidInputError for an unknown type, and for types that a question cannot have: OPT, TSIG, zone transfers
 */
export function recordTypeOf(text: string, argument = 'type'): RecordType {
  const upper = text.toUpperCase();
  const generic = /^TYPE(\d{1,5})$/.exec(upper);
  const number = generic ? Number(generic[1]) : numbers.get(upper);
  if (number === undefined || number > 0xffff) {
    const hint = similarTypes(upper) ?? `one of ${commonTypes}`;
    throw new InvalidInputError(
      argument,
      `${argument} ${quoted(text)} is not a record type: write ${hint}, or TYPE and its number, like TYPE65`,
    );
  }
  const why = refusal(number);
  if (why !== null) throw new InvalidInputError(argument, `${argument} ${quoted(text)} ${why}`);
  return { name: typeName(number), number };
}

/** Whether the text is the mnemonic of a type, or `TYPE65`. */
export function isRecordType(text: string): boolean {
  const upper = text.toUpperCase();
  return numbers.has(upper) || /^TYPE\d{1,5}$/.test(upper);
}

/** Why a question cannot have the type; null if it can. */
function refusal(number: number): string | null {
  if (number === 251 || number === 252)
    return `is a zone transfer, not a lookup: ask for one of ${commonTypes}`;
  // RFC 6895 section 3.1: 0 is reserved, 128 to 255 are query and meta types, of which only ANY asks for records.
  const isMeta = number === 0 || number === typeNumber.OPT || (number >= 128 && number <= 254);
  return isMeta
    ? `cannot be asked for: no name has records of this type; ask for one of ${commonTypes}`
    : null;
}

/** The types that differ by one edit, as a list; null if no type does. */
function similarTypes(text: string): string | null {
  const near = questionTypes.filter(
    (name) => name.length > 1 && text.length > 1 && editDistance(text, name) === 1,
  );
  return near.length === 0 ? null : near.join(' or ');
}
