import dnsPacket, { type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { canonicalAddress } from '../../../src/net/address/address.js';
import { addresses, names } from '../facts.js';
import { privateZone, publicZone, zoneWithoutApi } from '../zones.js';
import { answerTo, type Transport } from './answer.js';
import type { ResolverConfig } from './zone.js';

const config: ResolverConfig = { addresses: [], behaviour: 'zone', zone: privateZone };

interface Question {
  name: string;
  type?: RecordType;
  edns?: number;
  transport?: Transport;
  change?: Partial<ResolverConfig>;
}

/** Encodes a query, passes it to the resolver, and decodes the reply. */
function ask({ name, type = 'A', edns, transport = 'udp', change = {} }: Question): DecodedPacket {
  const opt: Answer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: edns ?? 0,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  const query = dnsPacket.encode({
    type: 'query',
    id: 4660,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: edns === undefined ? [] : [opt],
  });
  const bytes = answerTo({ ...config, ...change }, query, transport);
  if (bytes === null) throw new Error('no answer');
  return dnsPacket.decode(bytes);
}

function rcodeOf(packet: DecodedPacket): number {
  return (packet.flags ?? 0) & 0xf;
}

function dataOf(packet: DecodedPacket): unknown[] {
  return (packet.answers ?? []).map((answer) => ('data' in answer ? answer.data : null));
}

t.test(
  "private DNS on: every API's name is an alias of the service, which has the endpoint's addresses",
  async (t) => {
    const reply = ask({ name: names.api });
    t.match(reply, { id: 4660, flag_qr: true, flag_rd: true, flag_ra: true, flag_tc: false });
    t.strictSame(dataOf(reply), [names.service, addresses.eniA.ipv4, addresses.eniB.ipv4]);
    t.equal(reply.answers?.[0]?.name, names.api);
    t.equal(reply.answers?.[1]?.name, names.service);
    t.strictSame(dataOf(ask({ name: names.api.replace('abc', 'xyz') })), dataOf(reply), 'it is a wildcard');
    const [alias, ...six] = dataOf(ask({ name: names.api, type: 'AAAA' }));
    t.equal(alias, names.service);
    // dns-packet does not print IPv6 addresses in canonical form.
    t.strictSame(six.map(String).map(canonicalAddress), [addresses.eniA.ipv6, addresses.eniB.ipv6]);
  },
);

t.test(
  "elsewhere the API's name is public, and the endpoint's own names are private all the same",
  async (t) => {
    const change = { zone: publicZone };
    t.strictSame(dataOf(ask({ name: names.api, change })), [names.service, addresses.public.ipv4]);
    t.strictSame(dataOf(ask({ name: names.vpce, change })), [addresses.eniA.ipv4, addresses.eniB.ipv4]);
    t.strictSame(dataOf(ask({ name: names.zoneB, change })), [addresses.eniB.ipv4]);
    t.strictSame(dataOf(ask({ name: names.alias, change })), [addresses.eniA.ipv4, addresses.eniB.ipv4]);
  },
);

t.test('NXDOMAIN for names that do not exist, NODATA for names without such a record', async (t) => {
  const missing = ask({ name: names.missing });
  t.equal(rcodeOf(missing), 3);
  t.equal(missing.authorities?.[0]?.type, 'SOA');
  t.equal(rcodeOf(ask({ name: names.api, change: { zone: zoneWithoutApi } })), 3);

  const noData = ask({ name: names.vpce, type: 'TXT' });
  t.equal(rcodeOf(noData), 0);
  t.strictSame(noData.answers, []);
  t.equal(noData.authorities?.[0]?.type, 'SOA');
  t.equal(rcodeOf(ask({ name: 'amazonaws.com' })), 0, 'a name that only has descendants exists');
});

t.test('names match in any letter case, and the answer keeps the case of the question', async (t) => {
  const name = 'wWw.ExAmple.cOm';
  const reply = ask({ name });
  t.equal(reply.answers?.[0]?.name, name);
  t.strictSame(dataOf(reply), [addresses.public.ipv4]);
});

t.test(
  'a reply that exceeds the size of the client is truncated over UDP, and complete over TCP',
  async (t) => {
    const plain = ask({ name: names.large, type: 'TXT' });
    t.equal(plain.flag_tc, true);
    t.strictSame(plain.answers, []);
    t.equal(ask({ name: names.large, type: 'TXT', edns: 1232 }).flag_tc, true);
    t.equal(ask({ name: names.large, type: 'TXT', edns: 4096 }).flag_tc, false);
    const whole = ask({ name: names.large, type: 'TXT', transport: 'tcp' });
    t.equal(whole.flag_tc, false);
    t.equal(whole.answers?.length, 12);
  },
);

t.test('the rcode of each behaviour', async (t) => {
  const code = (behaviour: ResolverConfig['behaviour']): number =>
    rcodeOf(ask({ name: names.api, change: { behaviour } }));
  t.equal(code('refused'), 5);
  t.equal(code('servfail'), 2);
  t.equal(code('no-data'), 0);
  t.strictSame(ask({ name: names.vpce, change: { behaviour: 'no-data' } }).answers, []);
});

t.test('SERVFAIL carries an extended error, for a client that speaks EDNS', async (t) => {
  const change = { behaviour: 'servfail' } as const;
  t.strictSame(ask({ name: names.api, change }).additionals, []);
  const opt = ask({ name: names.api, edns: 1232, change }).additionals?.[0];
  if (opt?.type !== 'OPT') throw new Error('no OPT record');
  const data = opt.options[0]?.data ?? Buffer.alloc(0);
  t.equal(opt.options[0]?.code, 15);
  t.equal(data.readUInt16BE(0), 22);
  t.match(data.toString('utf8', 2), /could be reached/);
});

t.test('for any input, the resolver returns a DNS message or nothing', async (t) => {
  t.equal(answerTo(config, Buffer.alloc(11), 'udp'), null);
  const response = dnsPacket.encode({ type: 'response', id: 1, questions: [] });
  t.equal(answerTo(config, response, 'udp'), null, 'a reply gets no reply');
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 80 }), (bytes) => {
      const message = Buffer.from(bytes);
      const reply = answerTo(config, message, 'udp');
      return reply === null || dnsPacket.decode(reply).id === message.readUInt16BE(0);
    }),
  );
});
