import type { Fault } from './fault.js';
import {
  authorityPem,
  dnsStream,
  dnsTexts,
  dripping,
  httpsPouring,
  type Peer,
  pouring,
  udpAliases,
  udpPouring,
} from './peers.js';

const part = 'limits end things';

/** A record of TLS 1.2 with a handshake message of type HelloRequest (RFC 5246 section 7.4.1.1). */
const helloRequest = Buffer.from('160303000400000000', 'hex');
/** A warning that a client may ignore: user_canceled (RFC 8446 section 6.1). */
const warning = Buffer.from('15030300020' + '15a', 'hex');
const changeCipherSpec = Buffer.from('140303000101', 'hex');

/** For what a count or the protocol ends: longer than anything takes on a busy machine. */
const patient = ['--timeout', '60000'];
/** For what perhaps nothing but the limit ends: the peer has begun to send before, also on a busy machine. */
const limited = ['--timeout', '3000'];

const command = ['diagnose', 'https://127.0.0.1:PORT/', '--no-trace', '--json'];
const shake = [...command, ...limited];
const ask = [...command, ...patient, '--ca-file', 'DIR/ca.pem'];
/** The authority is given by the environment, because it differs in each run. */
const withAuthority = 'printf %s "$AUTHORITY" > "$DIR/ca.pem"; exec "$@"';
const env = { AUTHORITY: await authorityPem() };

const shaken = (
  id: string,
  fault: string,
  peer: () => Promise<Peer>,
  says: RegExp,
  more: Partial<Fault> = {},
): Fault => ({
  id,
  part,
  fault,
  args: shake,
  peer,
  code: [15, 16, 11],
  document: 'report',
  says,
  never: /said nothing|sends nothing|is silent/,
  ...more,
});

const asked = (
  id: string,
  fault: string,
  text: string,
  again: string,
  says: RegExp,
  more: Partial<Fault> = {},
): Fault => ({
  id,
  part,
  fault,
  args: ask,
  peer: httpsPouring(text, again),
  shell: withAuthority,
  env,
  code: [16],
  document: 'report',
  says,
  ...more,
});

/** The query as a reply with another identifier. */
function otherReply(query: Buffer, index = 1): Buffer {
  const reply = Buffer.from(query);
  reply.writeUInt16BE((reply.readUInt16BE(0) + 1 + (index % 65_535)) % 65_536, 0);
  reply.writeUInt16BE(0x8180, 2);
  return reply;
}

const lookup = ['dns', 'a.example', '127.0.0.1#PORT', ...limited, '--tries', '1', '-4', '--json'];

export const limits: readonly Fault[] = [
  shaken(
    'hello-requests',
    'a TLS server that sends HelloRequest records without end',
    pouring('', helloRequest),
    /HelloRequest|without pause|without end|not TLS|handshake/i,
  ),
  shaken(
    'tls-small-records',
    'a TLS server that sends records of one octet without end',
    pouring('', Buffer.from('160303000100', 'hex')),
    /sends \d+ octets, but no answer to the TLS handshake/,
    { costly: true },
  ),
  shaken(
    'tls-empty-records',
    'a TLS server that sends empty records without end',
    pouring('', Buffer.from('1603030000', 'hex')),
    /does not keep to the rules of TLS/,
    { never: /version or cipher in common/, costly: true },
  ),
  shaken(
    'tls-banner',
    'a server that sends lines of text without end before TLS',
    pouring('220 hello\r\n', '220-hello there\r\n', true),
    /speaks SMTP or FTP/,
    { costly: true },
  ),
  shaken(
    'tls-warnings',
    'a TLS server that sends warnings without end',
    pouring('', warning),
    /does not keep to the rules of TLS/,
    { costly: true },
  ),
  shaken(
    'change-cipher-specs',
    'a TLS server that sends ChangeCipherSpec records without end',
    pouring('', changeCipherSpec),
    /handshake|TLS/i,
    { costly: true },
  ),
  shaken(
    'tls-drip',
    'a TLS server whose handshake comes octet by octet',
    dripping(Buffer.from('16030340000200003ffc0303', 'hex')),
    /handshake|TLS/i,
    { costly: true },
  ),
  asked(
    'http-headers',
    'an HTTPS server that sends header fields without end',
    'HTTP/1.1 200 OK\r\n',
    'x-a: b\r\n',
    /a header of more than 16 KB/,
    { never: /that is not HTTP/ },
  ),
  asked(
    'http-header',
    'an HTTPS server whose header field has no end',
    'HTTP/1.1 200 OK\r\nx-a: ',
    'bbbbbbbb',
    /a header of more than 16 KB/,
    { never: /that is not HTTP/, costly: true },
  ),
  asked(
    'http-interim',
    'an HTTPS server that sends 1xx responses without end',
    '',
    'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
    /interim responses \(HTTP 103\) without pause/,
    { never: /did not answer|[".]timeout"/ },
  ),
  asked(
    'http-continue',
    'an HTTPS server that sends 100 Continue without end',
    '',
    'HTTP/1.1 100 Continue\r\n\r\n',
    /interim responses \(HTTP 100\) without pause/,
    { never: /did not answer|[".]timeout"/, costly: true },
  ),
  asked(
    'http-empty-lines',
    'an HTTPS server that sends empty lines without end',
    '',
    '\r\n',
    /sends without pause/,
    { never: /did not answer|[".]timeout"/, costly: true },
  ),
  asked(
    'http-chunk-extension',
    'an HTTPS server whose chunk extension has no end',
    'HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n4;a',
    ';a=b',
    /a chunk extension of more than 16 KB/,
    { never: /not HTTP\b/, costly: true },
  ),
  asked(
    'http-chunks',
    'an HTTPS server whose chunked body has no end',
    'HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n',
    '4\r\nabcd\r\n',
    /404/,
    { costly: true },
  ),
  asked(
    'http-body',
    'an HTTPS server whose body has no end',
    'HTTP/1.1 404 Not Found\r\n\r\n',
    'abcdefgh',
    /404/,
    { costly: true },
  ),
  {
    id: 'banner',
    part,
    fault: 'a service that sends without pause, asked for its banner',
    args: ['tcp', '127.0.0.1', 'PORT', '--banner', ...patient, '--json'],
    peer: pouring('', 'abcdefgh', true),
    code: [0],
    document: 'tcp',
    says: /abcdefgh/,
  },
  {
    id: 'dns-wrong-ids',
    part,
    fault: 'a DNS server that sends replies with wrong IDs without pause',
    args: lookup,
    peer: udpPouring(otherReply),
    code: [10],
    document: 'dns',
    says: /other-id|wrong-id|id/i,
  },
  {
    id: 'dns-short-packets',
    part,
    fault: 'a DNS server that sends empty datagrams without pause',
    args: lookup,
    peer: udpPouring(() => Buffer.alloc(0)),
    code: [10],
    document: 'dns',
    costly: true,
  },
  {
    id: 'dns-stream',
    part,
    fault: 'a DNS server that sends replies to other queries over TCP without end',
    args: [...lookup, '--tcp'],
    peer: dnsStream((query) => otherReply(query)),
    code: [10],
    document: 'dns',
  },
  {
    id: 'dns-transfer',
    part,
    fault: 'a DNS server that answers over TCP with messages without end, as for a zone transfer',
    args: [...lookup, '--tcp'],
    peer: dnsStream((query) => {
      const reply = Buffer.from(query);
      reply.writeUInt16BE(0x8180, 2);
      return reply;
    }),
    code: [10],
    document: 'dns',
    says: /no-data/,
    costly: true,
  },
  {
    id: 'dns-aliases',
    part,
    fault: 'a DNS server whose aliases lead to further aliases without end',
    args: [
      'diagnose',
      'https://a.example/',
      '--server',
      '127.0.0.1#PORT',
      '--no-trace',
      '--no-imds',
      '--json',
    ],
    peer: udpAliases,
    code: [10],
    document: 'report',
    says: /after 9 of them no address has come/,
    never: /was deleted|which has no address/,
    costly: true,
  },
  {
    id: 'dns-texts',
    part,
    fault: 'a DNS server that answers over TCP with 60 KB of TXT records without end',
    args: [...lookup, '--tcp', '-t', 'TXT'],
    peer: dnsTexts,
    code: [0],
    document: 'dns',
    says: /"answered"/,
    costly: true,
  },
  {
    id: 'dns-drip',
    part,
    fault: 'a DNS server whose reply over TCP comes octet by octet',
    args: [...lookup, '--tcp'],
    peer: dripping(Buffer.from('ffff0000', 'hex')),
    code: [10],
    document: 'dns',
    says: /timeout/,
    costly: true,
  },
];
