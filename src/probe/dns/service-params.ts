import { type Cursor, counted, type Field, ipv4, ipv6, quotedText, take } from './rdata-fields.js';

// RFC 9460 section 14.3.2.
const keyNames = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint'];

/** The parameters of SVCB and HTTPS: pairs of key and value in strictly rising order of keys (RFC 9460 section 2.2). */
export const serviceParams: Field = (cursor) => {
  const params: string[] = [];
  let last = -1;
  while (cursor.at < cursor.end) {
    const key = take(cursor, 2)?.readUInt16BE() ?? -1;
    const length = take(cursor, 2)?.readUInt16BE();
    if (length === undefined || key <= last) return null;
    const start = cursor.at;
    if (take(cursor, length) === null) return null;
    const value = presentValue(key, { ...cursor, at: start, end: cursor.at });
    if (value === null) return null;
    params.push(value === '' ? keyName(key) : `${keyName(key)}=${value}`);
    last = key;
  }
  return params.join(' ');
};

/** null when the value breaks the rules of its key (RFC 9460 section 7), which makes the whole record malformed. */
function presentValue(key: number, value: Cursor): string | null {
  switch (key) {
    case 0:
      return list(value, (cursor) => {
        const mandatory = take(cursor, 2);
        return mandatory && keyName(mandatory.readUInt16BE());
      });
    case 1: {
      const protocols = list(value, protocol);
      return protocols && `"${protocols}"`;
    }
    case 2:
      return value.at === value.end ? '' : null;
    case 3:
      return value.end - value.at === 2 ? String(value.message.readUInt16BE(value.at)) : null;
    case 4:
      return list(value, ipv4);
    case 5:
      return value.message.subarray(value.at, value.end).toString('base64');
    case 6:
      return list(value, ipv6);
    default:
      return value.at === value.end ? '' : quotedText(value.message.subarray(value.at, value.end));
  }
}

/** One protocol of alpn. A comma or backslash in it is escaped for the list, then again for the quotes around it. */
function protocol(cursor: Cursor): string | null {
  const octets = counted(cursor);
  if (octets === null || octets.length === 0) return null;
  const escaped = octets.toString('latin1').replace(/[,\\]/g, '\\$&');
  return quotedText(Buffer.from(escaped, 'latin1')).slice(1, -1);
}

function list(cursor: Cursor, item: Field): string | null {
  const items: string[] = [];
  do {
    const next = item(cursor);
    if (next === null) return null;
    items.push(next);
  } while (cursor.at < cursor.end);
  return items.join(',');
}

function keyName(key: number): string {
  return keyNames[key] ?? `key${key}`;
}
