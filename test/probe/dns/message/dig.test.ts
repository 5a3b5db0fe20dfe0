import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { recordTypeOf } from '../../../../src/probe/dns/message/record-type.js';
import { resolve } from '../../../../src/probe/dns/resolve.js';
import { rawRecord, reply, serve, type TestServer } from '../server.js';

const run = promisify(execFile);

/** Octets from hexadecimal digits and from text in double quotes; `=abc` is text preceded by its length. */
function octets(...parts: string[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith('"')) return Buffer.from(part.slice(1, -1), 'latin1');
      if (!part.startsWith('=')) return Buffer.from(part.replaceAll(' ', ''), 'hex');
      const text = Buffer.from(part.slice(1), 'latin1');
      return Buffer.concat([Buffer.from([text.length]), text]);
    }),
  );
}

/** A name without compression. Labels are separate arguments because they may contain dots. */
const name = (...labels: string[]): string =>
  octets(...labels.map((label) => `=${label}`), '00').toString('hex');

// The owner of an NSEC3 record must be the hash of a name: dig checks it.
const owner = '04hkaps9lf6uu0938ljojaudts0i6hb7.example';
const sha256 = 'ab'.repeat(32);
const key = '5a'.repeat(64);

// Records' data on the wire, by type. dig prints the expected presentation form.
const zone: Record<string, Buffer[]> = {
  A: [octets('0a000105'), octets('00000000'), octets('ffffffff')],
  AAAA: [
    octets('20010db8 00000000 00000000 00000001'),
    octets('00000000 00000000 0000ffff 0a000001'),
    octets('fe800000 00000001 00000000 00000000'),
    octets('20010000 00010002 00030004 00000005'),
  ],
  NS: [octets(name('ns1', 'example'))],
  CNAME: [octets(name('tärget', 'a.b', 'x\\y', 'sp ace', '$(@;")', '\x1b[31m', '\x7f\x00', 'UP-per_1'))],
  PTR: [octets(name('ip-10-0-1-5', 'ec2', 'internal')), octets(name())],
  SOA: [octets(name('ns'), name('first.last', 'example'), '78495e00 00000e10 00000258 00093a80 ffffffff')],
  LOC: [
    octets('00 12 16 13 8b0d2c8c 7f8dd0a0 00989a68'),
    octets('00 00 11 99 80000000 80000001 00000000'),
    octets('00 33 21 20 7fffffff 93c8c2a0 00a1b2c3'),
  ],
  APL: [
    octets('0001 15 03 c0a820', '0001 1c 83 c0a826'),
    octets('0002 08 01 ff', '0001 00 00', '0002 80 90 20010db8000000000000000000000001'),
  ],
  IPSECKEY: [
    octets('0a0002', key),
    octets('0a0102', 'c0000226', key),
    octets('0a0202', '20010db8000000000000000000000026', key),
    octets('0a0302', name('gw', 'example'), key),
  ],
  HIP: [
    octets('10 02 0040', '200100107b1a74df365639cc39f1d578', key),
    octets(
      '10 02 0040',
      '200100107b1a74df365639cc39f1d578',
      key,
      name('rvs', 'example'),
      name('b', 'example'),
    ),
  ],
  HINFO: [octets('=x64', '=Li"ux')],
  MX: [octets('000a', name('mail', 'example')), octets('0000', name())],
  TXT: [octets('=v=spf', '=', '=a;b"'), octets('=\x1b[31m\x07\\\xff'), octets('=')],
  RP: [octets(name('admin', 'example'), name('txt', 'example'))],
  AFSDB: [octets('0001', name('db', 'example'))],
  SRV: [octets('0001 0002 01bb', name('srv', 'example'))],
  NAPTR: [octets('0064 0032', '=s', '=SIP+D2U', '=!^(.*)$!a\\1!', name('_sip', '_udp', 'example'))],
  KX: [octets('000a', name('kx', 'example'))],
  DNAME: [octets(name('other', 'example'))],
  DS: [octets('0102 08 02', sha256)],
  SSHFP: [octets('01 02', sha256)],
  DNSKEY: [octets('0101 03 0d', key)],
  RRSIG: [octets('0001 0d 02 00000e10 6553f100 65400000 1234', name('example'), key)],
  NSEC: [octets(name('b', 'example'), '00 07 62018008000380 01 01 40')],
  NSEC3: [
    octets('01 01 0001 02 aabb 14', '0123456789abcdef0123456789abcdef01234567', '00 01 40'),
    octets('01 00 0000 00 14', 'ff'.repeat(20), '00 07 62018008000380'),
  ],
  NSEC3PARAM: [octets('01 00 0000 00'), octets('01 00 000a 02 beef')],
  TLSA: [octets('03 01 01', sha256)],
  CDS: [octets('0102 08 02', sha256)],
  CDNSKEY: [octets('0101 03 0d', key)],
  OPENPGPKEY: [octets('99'.repeat(20))],
  CSYNC: [octets('00000042 0003 00 04 60000008')],
  SVCB: [octets('0010', name('svc', 'example'), '0003 0002 01bb')],
  HTTPS: [
    octets(
      '0001',
      name(),
      ...['0001 0006', '=h2', '=h3'],
      '0003 0002 20fb',
      '0004 0008 0a000001 0a000002',
      '0006 0010 20010db8 00000000 00000000 00000001',
    ),
    octets('0000', name('alias', 'example')),
    octets('0001', name(), '0000 0004 0001 0004', '0001 0003', '=h2', '0002 0000', '0004 0004 0a000001'),
    octets('0001', name(), '0005 0003 010203'),
    octets('0001', name(), '0001 0008', '=f\\oo,"x', '029a 0005', '"A" \x07\xff"'),
  ],
  SPF: [octets('=v=spf1 -all')],
  EUI48: [octets('00005eef102a')],
  EUI64: [octets('00005eef1000002a')],
  URI: [octets('000a 0001', '"https://a.example/?x=\\"y"')],
  CAA: [octets('00', '=issue', '"ca.example; policy=ev"'), octets('80', '=iodef')],
  TYPE731: [octets('0a000005'), octets('')],
};

async function digShort(server: TestServer, type: string): Promise<string[]> {
  const where = ['@127.0.0.1', '-p', String(server.port), '+tcp'];
  const { stdout } = await run('dig', [...where, '+short', '+nosplit', '-t', type, owner]);
  return stdout.split('\n').filter((line) => line !== '');
}

const missing = await run('dig', ['-v']).then(
  () => false,
  () => 'dig is not installed',
);

t.test('the data of every record type is printed as by dig', { skip: missing }, async (t) => {
  const server = await serve(t, (asked) => {
    const { name: typeName, number } = recordTypeOf(asked.type.replace('UNKNOWN_', 'TYPE'));
    return [reply(asked, { answers: (zone[typeName] ?? []).map((data) => rawRecord(owner, number, data)) })];
  });
  for (const [type, records] of Object.entries(zone)) {
    const document = await resolve(`${owner}.`, { servers: [server.text], types: [type], tcp: true });
    const ours = document.records.map((record) => record.data);
    t.equal(ours.length, records.length, `${type}: every record is read`);
    t.same(ours, await digShort(server, type), `${type}: as dig does`);
  }
});
