import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { resolve } from '../../src/probe/dns/resolve.js';
import { bind, type Daemon, daemonsUnavailable, dnsmasq, unbound } from './dns-daemons.js';

const run = promisify(execFile);
const zone = 'real.example';
const hash = 'ab'.repeat(32);
const key = Buffer.alloc(64, 'k').toString('base64');

// A name for each type that pprobe prints and a zone file can have. Another test compares signatures with dig.
const records: Record<string, string[]> = {
  A: ['10.0.1.5', '10.0.2.5'],
  AAAA: ['fd00::5', '2001:db8:0:0:1:0:0:1'],
  CNAME: ['a.real.example.'],
  PTR: ['ip-10-0-1-5.ec2.internal.'],
  MX: ['10 mail.real.example.', '0 .'],
  TXT: ['"v=spf1 -all" "a \\"quoted\\" \\\\ and \\007"', `"${'x'.repeat(255)}" "${'y'.repeat(200)}"`],
  HINFO: ['"x86 64" "Linux"'],
  RP: ['admin.real.example. txt.real.example.'],
  AFSDB: ['1 db.real.example.'],
  SRV: ['1 2 443 srv.real.example.'],
  NAPTR: ['100 50 "s" "SIP+D2U" "!^(.*)$!a\\\\1!" _sip._udp.real.example.'],
  KX: ['10 kx.real.example.'],
  CERT: [`1 2 3 ${key}`],
  DNAME: ['other.example.'],
  SSHFP: [`1 2 ${hash}`],
  DHCID: [key],
  TLSA: [`3 1 1 ${hash}`],
  SMIMEA: [`3 1 1 ${hash}`],
  OPENPGPKEY: [key],
  CSYNC: ['66 3 A NS AAAA'],
  SVCB: ['1 svc.real.example. alpn="h2,h3" port=8443 ipv4hint=10.0.0.1,10.0.0.2 ipv6hint=fd00::1'],
  HTTPS: ['0 alias.real.example.', '1 . mandatory=alpn alpn=h2 no-default-alpn key667="hello"'],
  SPF: ['"v=spf1 -all"'],
  EUI48: ['00-00-5e-00-53-2a'],
  EUI64: ['00-00-5e-ef-10-00-00-2a'],
  URI: ['10 1 "https://real.example/a?b=c"'],
  CAA: ['0 issue "ca.example; policy=ev"', '128 iodef "mailto:a@real.example"'],
  TYPE731: ['\\# 6 abcdef012345'],
};

const zoneFile = [
  '$TTL 300',
  '@ IN SOA ns admin 2026010101 7200 3600 1209600 300',
  '@ IN NS ns',
  'ns IN A 127.0.0.1',
  'chain IN CNAME cname',
  ...Object.entries(records).flatMap(([type, data]) =>
    data.map((each) => `${type.toLowerCase()} IN ${type} ${each}`),
  ),
  ...Array.from({ length: 90 }, (_, index) => `many IN A 10.9.${index}.1`),
  '',
].join('\n');

async function dig({ port }: Daemon, name: string, type: string): Promise<string[]> {
  const words = ['@127.0.0.1', '-p', String(port), name, type, '+short', '+nosplit', '+tries=2', '+time=30'];
  const { stdout } = await run('dig', words);
  return stdout.split('\n').filter((line) => line !== '');
}

async function ours({ port }: Daemon, name: string, type: string) {
  return await resolve(`${name}.`, { servers: [`127.0.0.1#${port}`], types: [type], timeoutMs: 60_000 });
}

const skip = await daemonsUnavailable();

t.test(
  'BIND, unbound and dnsmasq: the same answers as dig for every type that pprobe prints',
  { skip },
  async (t) => {
    const directory = () => t.testdir({ bind: {}, unbound: {}, dnsmasq: {} });
    const dir = directory();
    const authority = await bind(t, `${dir}/bind`, zone, zoneFile);
    const resolvers = await Promise.all([
      unbound(t, `${dir}/unbound`, zone, authority),
      dnsmasq(t, `${dir}/dnsmasq`, zone, authority),
    ]);
    const questions = [
      ...Object.keys(records).map((type) => [type.toLowerCase(), type] as const),
      ['ns', 'A'] as const,
      ['chain', 'A'] as const,
      ['many', 'A'] as const,
      ['missing', 'A'] as const,
    ];
    for (const daemon of [authority, ...resolvers]) {
      const seen = await Promise.all(
        [...questions, [null, 'SOA'] as const, [null, 'NS'] as const].map(async ([label, type]) => {
          const name = label === null ? zone : `${label}.${zone}`;
          const document = await ours(daemon, name, type);
          const said = document.records.map(({ data }) => data).sort();
          return {
            what: `${name} ${type}`,
            said,
            status: document.status,
            dig: (await dig(daemon, name, type)).sort(),
          };
        }),
      );
      for (const { what, said, dig: expected } of seen) t.same(said, expected, `${daemon.name}: ${what}`);
      for (const { what, status } of seen) {
        t.equal(
          status,
          what.startsWith('missing') ? 'nxdomain' : 'answered',
          `${daemon.name}: ${what} is ${status}`,
        );
      }
      const many = await ours(daemon, `many.${zone}`, 'A');
      t.match(
        many,
        { transport: 'tcp', records: { length: 90 }, attempts: [{ outcome: 'truncated' }, {}] },
        'over TCP',
      );
      t.equal(many.flags?.authoritative, daemon === authority);
    }
    const cookies = await resolve(`a.${zone}.`, {
      servers: [`127.0.0.1#${authority.port}`],
      types: ['A'],
      cookie: true,
      timeoutMs: 60_000,
    });
    t.match(cookies, { status: 'answered', cookie: { client: /^[0-9a-f]{16}$/, server: /^[0-9a-f]{32}$/ } });
  },
);
