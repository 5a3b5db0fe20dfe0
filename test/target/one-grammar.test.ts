import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { test } from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { diagnose } from '../../src/diagnose/diagnose.js';
import { readBroker } from '../../src/fleet/nats/connection.js';
import { connect } from '../../src/observe/connect.js';
import { observe } from '../../src/observe/observe.js';
import { traceHost } from '../../src/observe/trace-host.js';
import { watchHost } from '../../src/observe/watch-host.js';
import { lookupSystem } from '../../src/probe/dns/compare.js';
import { resolve } from '../../src/probe/dns/resolve.js';
import { checkName } from '../../src/target/dns-name.js';
import { checkHost } from '../../src/target/host.js';
import { hostWithPort, parseControl, parseTargetLine } from '../../src/target/host-port.js';
import { inetAton } from '../../src/target/number-form.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { parseServer } from '../../src/target/server.js';
import { runs } from '../runs.js';

const reason = new Error('accepted: the signal aborts before anything is sent');
const signal = AbortSignal.abort(reason);
const address = '127.0.0.1';

/** Everything that takes a host. */
const readers: Record<string, (text: string) => unknown> = {
  parseTarget: (text) => parseTarget(text),
  'tcp and trace': (text) => hostWithPort(text, undefined),
  'tcp --file': (text) => parseTargetLine(text, 443),
  'diagnose --control': (text) => parseControl(text),
  connect: (text) => connect(text, 443, { signal }),
  trace: (text) => traceHost(text, { signal }),
  watchTrace: (text) => watchHost(text, { signal }).next(),
  diagnose: (text) => diagnose(text, { signal }),
  observe: (text) => observe(text, { signal }),
  'observe, a target object': (text) =>
    observe({ input: text, host: text, port: 443, url: null, privateApi: null }, { signal }),
};

/** Everything that takes an address, too. */
const addressReaders: Record<string, (text: string) => unknown> = {
  ...readers,
  parseServer: (text) => parseServer(text),
  'resolve, servers': (text) => resolve('a.test', { servers: [text], signal: undefined, stop: signal }),
  'connect, source': (source) => connect(address, 443, { source, signal }),
  'trace, source': (source) => traceHost(address, { source, signal }),
  'diagnose, source': (source) => diagnose(address, { source, signal }),
};

/** null where the text is accepted; else the sentence, without the name of the argument. */
async function verdict(read: (text: string) => unknown, text: string): Promise<string | null> {
  try {
    await read(text);
    return null;
  } catch (error) {
    if (error === reason) return null;
    if (!(error instanceof InvalidInputError)) throw error;
    return error.message.replace(/^[a-zA-Z.-]+: /, '');
  }
}

const inetAtonForms: [text: string, address: string][] = [
  ['10.1', '10.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['0X7F000001', '127.0.0.1'],
  ['010.0.0.1', '8.0.0.1'],
  ['1', '0.0.0.1'],
  ['167772161', '10.0.0.1'],
  ['10.0.257', '10.0.1.1'],
  ['4294967295', '255.255.255.255'],
];

const refusedAddresses: [text: string, says: RegExp][] = [
  ...inetAtonForms.map(([text, meant]): [string, RegExp] => [
    text,
    new RegExp(`inet_aton\\(3\\) reads it as ${meant.replaceAll('.', '\\.')}:`),
  ]),
  ['255.255.255.255', /is the broadcast address/],
  ['224.0.0.1', /is a multicast address/],
  ['239.255.255.250', /is a multicast address/],
  ['ff02::1', /is a multicast address/],
  ['FF02::1%eth0', /is a multicast address/],
  ['fe80::5', /is link-local and means another host on each link; add the interface, as in fe80::5%/],
  ['FE80:0::5', /is link-local/],
  ['fd00::5%eth0', /has a zone, and only link-local addresses/],
  ['[10.0.0.1]', /has no IPv6 address in its brackets/],
];

const refusedHosts: [text: string, says: RegExp][] = [
  ['10.0.1.256', /is not an IPv4 address; four numbers/],
  ['1.2.3.4.5', /is not an IPv4 address; four numbers/],
  ['08.1', /is not an IPv4 address; four numbers/],
  ['a.0x', /is not an IPv4 address; four numbers/],
  ['10.0.0.1.', /is not an IPv4 address; four numbers/],
  [`${'a'.repeat(64)}.test`, /label of 64 octets/],
  [`${'a.'.repeat(127)}aa`, /258 octets long/],
  ['a..b', /empty label/],
  ['.a', /empty label/],
  ['*.a.test', /is not a host name/],
  ['.', /is not a host name/],
  ['a!b.test', /the character !/],
  ['user:secret@a.test', /carried credentials/],
  ['"a.test"', /has quotation marks around it; give "a\.test"/],
  ['“a.test”', /has quotation marks around it/],
  ["'a.test'", /has quotation marks around it/],
  ['`a.test`', /has quotation marks around it/],
  ['<a.test>', /has angle brackets around it; give "a\.test"/],
  ['"10.0.0.1"', /has quotation marks around it; give "10\.0\.0\.1"/],
  ['a\u200b.test', /has the invisible character U\+200B in it; give "a\.test"/],
  ['a.te\u00adst', /has the invisible character U\+00AD in it/],
  ['a.test\u2060', /has the invisible character U\+2060 in it/],
  ['\u202ea.test', /has the invisible character U\+202E in it/],
  ['10.0.0.1\u200e', /has the invisible character U\+200E in it; give "10\.0\.0\.1"/],
];

/** Pasted text with more than a host: `diagnose` reads a URL, and the others say which host is in it. */
const pasted: [text: string, target: string | RegExp, host: RegExp][] = [
  ['https://a.test/prod', 'a.test', /is a URL; write only the host name in it: a\.test$/],
  ['https://a.test:8443/prod', 'a.test', /is a URL; write only the host name in it: a\.test:8443$/],
  ['HTTPS://A.Test./', 'a.test', /is a URL/],
  ['https://bücher.test/', 'xn--bcher-kva.test', /is a URL/],
  ['a.test:8443/prod', 'a.test', /has a path in it; write only the host name: a\.test:8443$/],
  ['a.test/', 'a.test', /has a path in it; write only the host name: a\.test$/],
  ['http://a.test/', /is not an https URL/, /is a URL; write only the host name in it: a\.test$/],
  [
    '<https://a.test/prod>',
    /has angle brackets around it; give "https:\/\/a\.test\/prod"/,
    /has angle brackets/,
  ],
  ['"https://a.test/prod"', /has quotation marks around it; give "https:/, /has quotation marks/],
  ['https://a.test/\u200b', /has the invisible character U\+200B/, /has the invisible character/],
  ['https://user:secret@a.test/', /carried credentials/, /carried credentials/],
  ['https:/a.test/', /write https:\/\/ with two slashes/, /has a path|is not host:port/],
];

const acceptedAddresses = [
  '10.0.1.5',
  '0.0.0.0',
  '::1',
  '[::1]',
  'FD00:0::5',
  '::ffff:10.0.1.5',
  'fe80::5%eth0',
];
const acceptedHosts = ['a.test', 'A.Test.', '_sip.a.test', 'bücher.test', 'localhost', '1a', 'a.1a'];

test('every command and the library refuse the same hosts with the same sentence', async (t) => {
  for (const [texts, all] of [
    [refusedAddresses, addressReaders],
    [refusedHosts, readers],
  ] as const) {
    for (const [text, says] of texts) {
      for (const [name, read] of Object.entries(all)) {
        const said = await verdict(read, text);
        t.match(said ?? 'accepted', says, `${name}: ${text}`);
        t.equal(said, await verdict(checkHost, text), `${name}: ${text}: the same sentence`);
        t.notMatch(said, /secret|\n/);
      }
    }
  }
});

test('pasted text: a URL is a target, and every other reader says which host is in it', async (t) => {
  for (const [text, target, host] of pasted) {
    if (typeof target === 'string') t.equal(parseTarget(text).host, target, text);
    else t.match((await verdict(readers.parseTarget ?? checkHost, text)) ?? 'accepted', target, text);
    for (const name of [
      'tcp and trace',
      'tcp --file',
      'diagnose --control',
      'connect',
      'trace',
      'watchTrace',
    ]) {
      const said = (await verdict(readers[name] ?? checkHost, text)) ?? 'accepted';
      t.match(said, host, `${name}: ${text}`);
      t.notMatch(said, /secret|\n/);
    }
  }
});

test('every command and the library accept the same hosts', async (t) => {
  for (const text of [...acceptedAddresses, ...acceptedHosts])
    for (const [name, read] of Object.entries(readers))
      t.equal(await verdict(read, text), null, `${name}: ${text}`);
  for (const text of acceptedAddresses) t.equal(await verdict(parseServer, text), null, text);
});

test('a DNS name follows the same grammar: one that ends in a number is refused with the same sentence', async (t) => {
  const lookups: Record<string, (text: string) => unknown> = {
    resolve: (name) => resolve(name, { signal }),
    lookupSystem: (name) => lookupSystem(name, { signal }),
    'dns --compare': (name) => checkName(name, '--compare'),
  };
  const numeric = [
    ...inetAtonForms.map(([text]) => text),
    '10.0.1.256',
    '1.2.3.4.5',
    '08.1',
    'a.0x',
    'a.10.',
  ];
  for (const [name, read] of Object.entries(lookups)) {
    for (const text of numeric)
      t.equal((await verdict(read, text)) ?? 'accepted', await verdict(checkHost, text), `${name}: ${text}`);
    for (const text of ['10.in-addr.arpa', '10.test', '1a', ...acceptedHosts])
      t.equal(await verdict(read, text), null, `${name}: ${text}`);
  }
});

test('any text has one verdict', async () => {
  const text = fc.oneof(
    fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((each) => !/[\s:/\\?#@[\]\p{Cc}]/u.test(each) && each !== ''),
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.domain(),
    fc.nat({ max: 2 ** 31 - 1 }).map(String),
  );
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const expected = await verdict(checkHost, given);
      for (const read of Object.values(readers)) if ((await verdict(read, given)) !== expected) return false;
      return true;
    }),
    { numRuns: runs(300) },
  );
});

test('a host that was read is read again as itself', async () => {
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.string({ unit: 'binary', maxLength: 40 }));
  fc.assert(
    fc.property(text, (given) => {
      try {
        const host = checkHost(given);
        return checkHost(host) === host;
      } catch (error) {
        return error instanceof InvalidInputError && !/[\r\n\u2028\u2029]/.test(error.message);
      }
    }),
    { numRuns: runs(2000) },
  );
});

test('inetAton reads what inet_aton(3) of libc reads', async (t) => {
  for (const [text, meant] of inetAtonForms) t.equal(inetAton(text), meant, text);
  for (const text of [
    '',
    '.',
    '1.',
    '.1',
    '256.1',
    '1.2.3.4.5',
    '09',
    '0xg',
    '1.2.3.256',
    '4294967296',
    '-1',
    '1e3',
    ' 1',
  ])
    t.equal(inetAton(text), null, text);
});

test('the URL of a broker has a host of the same grammar', async (t) => {
  const read = (text: string): unknown =>
    readBroker({
      server: `tls://${text.includes(':') && !text.startsWith('[') ? `[${text}]` : text}`,
      insecure: false,
      caFile: null,
    });
  for (const [text, says] of [
    ...refusedAddresses,
    ['10.0.1.256', /four numbers/],
    ['a..b', /empty label/],
  ] as const)
    t.match((await verdict(read, text)) ?? 'accepted', says, text);
  for (const text of [...acceptedAddresses, ...acceptedHosts]) t.equal(await verdict(read, text), null, text);
});

/** The functions of the library that send packets to a host. */
const measuring: Record<string, (text: string) => unknown> = {
  connect: (host) => connect(host, 443),
  trace: (host) => traceHost(host),
  watchTrace: (host) => watchHost(host).next(),
  diagnose: (host) => diagnose(host),
  observe: (host) => observe(host),
};

test('the broadcast address of a network of this host is one error everywhere', async (t) => {
  const sentences = await Promise.all(
    Object.values(measuring).map((read) => verdict(read, '127.255.255.255')),
  );
  t.equal(new Set(sentences).size, 1, sentences.join('\n'));
  t.match(sentences[0], /"127\.255\.255\.255" is the broadcast address of the network of lo/);

  const others: Record<string, (text: string) => unknown> = {
    'resolve, servers': (text) => resolve('a.test', { servers: [text], stop: signal }),
    'resolve, source': (source) => resolve('a.test', { servers: [address], source, stop: signal }),
    'diagnose, vpcResolver': (vpcResolver) => diagnose(address, { vpcResolver, signal }),
    'connect, source': (source) => connect(address, 443, { source }),
    'trace, source': (source) => traceHost(address, { source }),
    broker: (text) => readBroker({ server: `tls://${text}`, insecure: false, caFile: null }),
  };
  for (const [name, read] of Object.entries(others))
    t.equal(await verdict(read, '127.255.255.255'), sentences[0], name);
});

test('a zone that this host lacks is one error everywhere; the interfaces it has are named', async (t) => {
  const text = 'fe80::5%nosuch0';
  const sentences = await Promise.all(Object.values(measuring).map((read) => verdict(read, text)));
  t.equal(new Set(sentences).size, 1, sentences.join('\n'));
  t.match(sentences[0], /names an interface that this host does not have; add the interface, as in fe80::5%/);
  const [own] = Object.entries(networkInterfaces()).filter(([, all]) =>
    all?.some((each) => each.address.startsWith('fe80:')),
  );
  if (own !== undefined)
    t.match(await verdict(checkHost, 'fe80::5'), new RegExp(`%${own[0]}; this host has .*${own[0]}`));
});
