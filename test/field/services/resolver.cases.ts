import { encode } from 'dns-packet';
import { type Asked, address, type Behaviour, opt, rawRecord, reply, soa } from '../../probe/dns/server.js';
import type { FieldCase } from './case.js';

/** What resolvers do that is not in the textbook, and what programs of this host get from them. */

const ADDRESS = '10.64.9.1';

const rightly = (asked: Asked): Buffer =>
  reply(
    asked,
    asked.type === 'A' ? { answers: [address(asked.name, ADDRESS)] } : { authorities: [soa('test')] },
  );

/** The flags of a reply: RA and AA are not among them unless they are given. */
const withFlags = (packet: Buffer, flags: number): Buffer => {
  packet.writeUInt16BE(flags, 2);
  return packet;
};

function nameOctets(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/** A reply whose flags are QR and RD: neither AA nor RA, and name servers in the authority section. */
const referral: Behaviour = (asked) => [
  withFlags(reply(asked, { authorities: [{ type: 'NS', name: 'test', ttl: 60, data: 'ns.test' }] }), 0x8100),
];

const onlyWithoutEdns =
  (refusal: (asked: Asked) => Buffer[]): Behaviour =>
  (asked) =>
    asked.edns ? refusal(asked) : [rightly(asked)];

/** Drops the first `count` queries of each type, whatever they carry. */
function losesFirst(count: number): Behaviour {
  const seen = new Map<string, number>();
  return (asked) => {
    const before = seen.get(asked.type) ?? 0;
    seen.set(asked.type, before + 1);
    return before < count ? [] : [rightly(asked)];
  };
}

/** An OPT record with the option of RFC 8914, without a text. */
function extendedError(code: number): ReturnType<typeof opt> {
  const data = Buffer.alloc(2);
  data.writeUInt16BE(code);
  return opt([{ code: 15, data }]);
}

/** FORMERR of 12 octets, without the question (RFC 1035 does not demand it). */
const bareFormerr = (asked: Asked): Buffer[] => {
  const packet = Buffer.alloc(12);
  packet.writeUInt16BE(asked.id, 0);
  packet.writeUInt16BE(0x8181, 2);
  return [packet];
};

function lookup(
  id: string,
  situation: string,
  source: string,
  zone: FieldCase['zone'],
  expected: FieldCase['expected'],
  more: Partial<FieldCase> = {},
): FieldCase {
  const name = `${id.toLowerCase()}.shop.test`;
  return {
    id,
    situation,
    source,
    args: ['dns', name],
    ...(zone === undefined ? {} : { zone }),
    expected,
    ...more,
  };
}

const answered = (says: readonly RegExp[] = []) => ({ exitCodes: [0], says: [/10\.64\.9\.1/, ...says] });
const getent = (name: string) => ({ argv: ['getent', 'ahosts', name], prints: /10\.64\.9\.1/ });

export const resolverCases: readonly FieldCase[] = [
  lookup(
    'G1',
    'a resolver that drops queries with EDNS',
    'https://github.com/c-ares/c-ares/issues/911',
    onlyWithoutEdns(() => []),
    answered([/EDNS/]),
    { peers: [getent('g1.shop.test')] },
  ),
  lookup(
    'G1-servfail',
    'a resolver that fails queries with EDNS',
    'https://github.com/c-ares/c-ares/issues/911',
    onlyWithoutEdns((asked) => [reply(asked, { rcode: 2 })]),
    answered([/EDNS/]),
    { peers: [getent('g1-servfail.shop.test')] },
  ),
  lookup(
    'G2',
    'an OPT record in the answer section',
    'https://github.com/c-ares/c-ares/issues/968',
    (asked) => [
      reply(
        asked,
        asked.type === 'A'
          ? { answers: [opt(), address(asked.name, ADDRESS)] }
          : { authorities: [soa('test')] },
      ),
    ],
    answered(),
    { peers: [getent('g2.shop.test')] },
  ),
  lookup(
    'G3',
    'the first resolver refers to other servers, the second answers',
    'https://github.com/containers/aardvark-dns/issues/204',
    referral,
    answered([/recurs/i]),
    {
      files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.1\n' },
      resolvers: { '10.61.9.1': (asked) => [rightly(asked)] },
      peers: [getent('g3.shop.test')],
    },
  ),
  {
    id: 'G3-alone',
    situation: 'the only resolver refers to other servers',
    source: 'https://github.com/containers/aardvark-dns/issues/204',
    args: ['diagnose', 'https://g3-alone.shop.test/', '--no-trace'],
    zone: referral,
    expected: {
      exitCodes: [10],
      causes: ['dns.not-recursive'],
      says: [/recurs/i],
      never: [/the name exists/i],
    },
  },
  {
    id: 'G4',
    situation: 'resolv.conf names no server',
    source: 'https://github.com/containerd/containerd/issues/10539',
    args: ['diagnose', 'https://g4.shop.test/', '--no-trace', '--timeout', '1s'],
    files: { '/etc/resolv.conf': '# generated\nsearch shop.test\n' },
    expected: { exitCodes: [10], says: [/127\.0\.0\.1/], never: [/nobody to ask/i] },
  },
  lookup(
    'G5',
    'a DNAME without the CNAME made of it',
    'https://github.com/systemd/systemd/issues/34916',
    (asked) => [reply(asked, { answers: [rawRecord('shop.test', 39, nameOctets('moved.test'))] })],
    { exitCodes: [10], says: [/DNAME/, /moved\.test/] },
    {
      peers: [
        { argv: ['dig', '+noall', '+answer', '@{resolver}', 'g5.shop.test'], prints: /DNAME\s+moved\.test/ },
      ],
    },
  ),
  lookup(
    'G6',
    'options no-aaaa',
    'https://github.com/systemd/systemd/issues/35415',
    { 'g6.shop.test': [ADDRESS, 'fd64::6'] },
    { exitCodes: [0], says: [/10\.64\.9\.1/, /no-aaaa/], never: [/fd64::6/] },
    {
      files: { '/etc/resolv.conf': 'nameserver {resolver}\noptions no-aaaa\n' },
      peers: [
        { argv: ['getent', 'ahosts', 'g6.shop.test'], prints: /^(?![\s\S]*fd64::6)[\s\S]*10\.64\.9\.1/ },
      ],
    },
  ),
  ...(['dns', 'tcp', 'trace', 'diagnose'] as const).flatMap((command): FieldCase[] =>
    [
      ['10.99.5', '10.99.0.5'],
      ['0x0a630005', '10.99.0.5'],
    ].map(([host = '', meant = '']) => ({
      id: `G7-${command}-${host}`,
      situation: `the host is ${host}, a form of inet_aton(3)`,
      source: 'https://github.com/rust-lang/rust/issues/61186',
      args: [command, host],
      zone: {},
      expected: { exitCodes: [2], says: [new RegExp(meant.replaceAll('.', '\\.'))] },
    })),
  ),
  lookup(
    'G8',
    'FORMERR without the question, from a server that does not know EDNS',
    'https://github.com/zmap/zdns/issues/617',
    onlyWithoutEdns(bareFormerr),
    answered([/EDNS/]),
    { peers: [getent('g8.shop.test')] },
  ),
  lookup(
    'G9',
    'a right answer without RA',
    'https://github.com/chriscohnen/islandr/issues/64',
    (asked) => [withFlags(rightly(asked), asked.type === 'A' ? 0x8500 : 0x8500)],
    answered(),
    { peers: [getent('g9.shop.test')] },
  ),
  lookup(
    'G10',
    'the A is there, the AAAA is NXDOMAIN',
    'https://github.com/openziti/ziti/pull/3077',
    (asked) => [asked.type === 'A' ? rightly(asked) : reply(asked, { rcode: 3, authorities: [soa('test')] })],
    answered([/AAAA/, /NXDOMAIN/]),
    { peers: [getent('g10.shop.test')] },
  ),
  lookup(
    'G11',
    'NXDOMAIN from a server without RA and AA: glibc takes it as the answer',
    'https://github.com/golang/go/issues/12778',
    (asked) => [withFlags(reply(asked, { rcode: 3 }), 0x8103)],
    { exitCodes: [10], says: [/NXDOMAIN|does not exist/] },
    {
      files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.11\n' },
      resolvers: { '10.61.9.11': (asked) => [rightly(asked)] },
      peers: [{ argv: ['getent', 'ahosts', 'g11.shop.test'], prints: /^$/ }],
    },
  ),
  lookup(
    'G12',
    'a label with a blank, written as dig and pprobe print it',
    'https://github.com/brutella/dnssd/issues/50',
    (asked) => [
      encode({
        type: 'response',
        id: asked.id,
        flags: 0x8180,
        questions: [{ type: 'PTR', name: asked.name }],
        answers: [{ type: 'PTR', name: asked.name, ttl: 60, data: 'found.shop.test' }],
      }),
    ],
    { exitCodes: [0], says: [/found\.shop\.test/] },
    { args: ['dns', 'office\\032printer._ipp._tcp.shop.test', '-t', 'PTR'] },
  ),
  lookup(
    'G13',
    'an empty NOERROR without AA and RA, and a second server that knows the name',
    'https://github.com/containers/aardvark-dns/issues/204',
    (asked) => [withFlags(reply(asked), 0x8100)],
    answered(),
    {
      files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.13\n' },
      resolvers: { '10.61.9.13': (asked) => [rightly(asked)] },
      peers: [getent('g13.shop.test')],
    },
  ),
  lookup(
    'G14',
    'a resolver that loses the first queries of each kind, with and without EDNS',
    'https://github.com/systemd/systemd/issues/13432',
    losesFirst(2),
    { exitCodes: [0, 10], never: [/only without EDNS/i, /without EDNS only/i] },
  ),
  lookup(
    'G15',
    'the first resolver fails, the second answers',
    'https://github.com/creytiv/re/issues/216',
    (asked) => [reply(asked, { rcode: 2 })],
    answered([/SERVFAIL/]),
    {
      files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.15\n' },
      resolvers: { '10.61.9.15': (asked) => [rightly(asked)] },
      peers: [getent('g15.shop.test')],
    },
  ),
  lookup(
    'G16',
    'the A fails and the AAAA is NXDOMAIN, from a load balancer that knows no AAAA',
    'https://github.com/envoyproxy/envoy/issues/42590',
    (asked) => [
      asked.type === 'A'
        ? reply(asked, { rcode: 2 })
        : reply(asked, { rcode: 3, authorities: [soa('test')] }),
    ],
    { exitCodes: [10], says: [/SERVFAIL/] },
  ),
  {
    id: 'G17',
    situation: 'the hosts file of this host blocks the name',
    source: 'https://github.com/StevenBlack/hosts/issues/1974',
    args: ['diagnose', 'https://g17.shop.test/', '--no-trace'],
    files: { '/etc/hosts': '127.0.0.1 localhost\n0.0.0.0 g17.shop.test\n' },
    zone: { 'g17.shop.test': [ADDRESS] },
    peers: [{ argv: ['getent', 'ahosts', 'g17.shop.test'], prints: /0\.0\.0\.0/ }],
    expected: { exitCodes: [10], says: [/\/etc\/hosts|hosts file/i, /0\.0\.0\.0/] },
  },
  {
    id: 'G18',
    situation: 'the answer is truncated, TCP 53 accepts the connection and sends nothing',
    source: 'https://github.com/AdguardTeam/AdGuardHome/issues/8000',
    args: ['diagnose', 'https://g18.shop.test/', '--no-trace'],
    zone: (asked) => (asked.transport === 'tcp' ? [] : [reply(asked, { flags: 0x0200 })]),
    expected: {
      exitCodes: [10],
      says: [/TCP/, /truncated|does not fit|too large/i],
      never: [/TCP 53 (to it )?is (dropped|refused|blocked)/i],
    },
  },
  lookup(
    'G19',
    'the A is answered, the AAAA is empty without AA and RA',
    'https://github.com/d2iq-archive/mesos-dns/issues/102',
    (asked) => [asked.type === 'A' ? rightly(asked) : withFlags(reply(asked), 0x8100)],
    answered(),
    { peers: [getent('g19.shop.test')] },
  ),
  ...(
    [
      [
        'G21',
        3,
        15,
        'dns.blocked',
        [/A filter blocks/, /extended error 15/],
        'AdguardTeam/AdGuardHome/issues/2261',
      ],
      [
        'G22',
        0,
        17,
        'dns.blocked',
        [/A filter blocks/, /extended error 17/],
        'NLnetLabs/unbound/issues/1491',
      ],
      ['G23', 5, 15, 'dns.blocked', [/A filter blocks/], 'TechnitiumSoftware/DnsServer/issues/1418'],
      [
        'G24',
        2,
        9,
        'dns.servfail',
        [/extended error 9/, /DNSSEC records of the zone/],
        'rthalley/dnspython/issues/1109',
      ],
      [
        'G25',
        2,
        22,
        'dns.servfail',
        [/extended error 22/, /gets no answer from the servers/],
        'mr-karan/doggo/issues/74',
      ],
    ] as const
  ).map(
    ([id, rcode, code, cause, says, thread]): FieldCase => ({
      id,
      situation: `the resolver replies with rcode ${rcode} and the extended error ${code}, which only queries with EDNS get`,
      source: `https://github.com/${thread}`,
      args: ['diagnose', `https://${id.toLowerCase()}.shop.test/`, '--no-trace'],
      zone: (asked) => [
        reply(asked, {
          rcode,
          authorities: rcode === 0 || rcode === 3 ? [soa('test')] : [],
          additionals: asked.edns ? [extendedError(code)] : [],
        }),
      ],
      expected: { exitCodes: [10], causes: [cause], says, never: [/Check the spelling/] },
    }),
  ),
];
