import { decode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { encodeQuery } from '../../src/probe/dns/message/query.js';
import { NameReader } from '../../src/probe/dns/message/wire-name.js';
import { checkName, checkQueryName, isName, nameKey, withoutFinalDot } from '../../src/target/dns-name.js';
import { runs } from '../runs.js';

const label63 = 'a'.repeat(63);

t.test('names that people ask for are accepted unchanged', async (t) => {
  const names = [
    'abc123defg.execute-api.us-east-1.amazonaws.com',
    'API.Example.com.',
    'localhost',
    '.',
    '_dmarc.example.com',
    '_443._tcp.example.com',
    '-odd-.example.com',
    '*.example.com',
    '10.in-addr.arpa',
    '5.0.0.10.in-addr.arpa.',
    '10.example',
    '1e3',
    '0xg',
    '0/25.2.0.192.in-addr.arpa',
    'xn--a.example',
    label63,
    `${label63}.${label63}.${label63}.${'b'.repeat(61)}`,
    `${label63}.${label63}.${label63}.${'b'.repeat(61)}.`,
  ];
  for (const name of names) t.equal(checkName(name), name, name);
});

t.test('internationalised names become ASCII, whichever dot they are typed with', async (t) => {
  t.equal(checkName('bücher.example'), 'xn--bcher-kva.example');
  t.equal(checkName('BÜCHER.Example.'), 'xn--bcher-kva.Example.');
  t.equal(checkName('日本語。jp'), 'xn--wgv71a119e.jp');
  t.equal(checkName('faß.de'), 'xn--fa-hia.de');
  t.equal(checkName('１.example'), '1.example', 'a full-width digit becomes a digit');
  t.equal(checkName('_srv.bücher.example'), '_srv.xn--bcher-kva.example');
});

t.test('other texts are refused, with what is wrong and what is right', async (t) => {
  const refused: Record<string, RegExp> = {
    '': /^name: "" is empty; give a domain name like/,
    'a..b': /empty label; write exactly one dot/,
    '.a': /empty label/,
    'a..': /empty label/,
    '..': /empty label/,
    '。': /empty label/,
    [`${label63}a.example`]: /label of 64 octets, "a+"; a label has 63 at most/,
    [`${label63}.${label63}.${label63}.${'b'.repeat(62)}`]:
      /is 256 octets long on the wire; a name has 255 at most/,
    'two words': /has a space in it; a name is made of letters/,
    'host:443': /has a colon in it/,
    'a\u0007b': /has a control character in it/,
    'a\nb.example': /^name: "a\\nb.example" has a control character/,
    'example.com/path': /the character \/ in it/,
    'a.*.example': /the character \* in it/,
    'user@example.com': /the character @ in it/,
    'https://example.com/': /is a URL; write only the host name/,
    'fd00::5': /is an IPv6 address, not a name/,
    '10.0.0.5': /is an IPv4 address, not a name; ask for its name with --reverse/,
    '10': /inet_aton\(3\) reads it as 0\.0\.0\.10/,
    '10.1': /inet_aton\(3\) reads it as 10\.0\.0\.1/,
    'api.example.10.': /is not an IPv4 address; four numbers/,
    '１０.0.0.５': /is not an IPv4 address; four numbers/,
    '*.0x7f': /is not an IPv4 address; four numbers/,
    'a\u200d.example': /is not a valid internationalised label/,
    'ü b.example': /is not a valid internationalised label/,
  };
  for (const [name, message] of Object.entries(refused)) {
    t.throws(() => checkName(name), { name: 'InvalidInputError', argument: 'name', message }, name);
  }
  t.throws(() => checkName('a..b', 'host'), { argument: 'host', message: /^host: "a\.\.b"/ });
});

t.test('any text is a name that is sent unchanged, or is refused in one line', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.string({ maxLength: 70 }), { maxLength: 8 }).map((labels) => labels.join('.')),
    fc.domain(),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        const name = checkName(given);
        const { message } = encodeQuery(name, { name: 'A', number: 1 }, false);
        const [question] = decode(message).questions ?? [];
        return (
          message.length <= 12 + 255 + 4 && nameKey(question?.name ?? '') === nameKey(name) && isName(name)
        );
      } catch (error) {
        return error instanceof InvalidInputError && !error.message.includes('\n');
      }
    }),
    { numRuns: runs(5000) },
  );
});

t.test('names to look up may have escapes, in the form in which names are printed', async (t) => {
  const accepted: Record<string, string> = {
    'My\\032Printer._ipp._tcp.local': 'My\\032Printer._ipp._tcp.local',
    'first\\.last.example.': 'first\\.last.example.',
    'a\\ b.example': 'a\\032b.example',
    'Printer\\032[Office].example': 'Printer\\032[Office].example',
    'dot\\.': 'dot\\.',
    'back\\\\.': 'back\\\\.',
    '\\097.example': 'a.example',
    'plain.example': 'plain.example',
  };
  for (const [name, checked] of Object.entries(accepted)) t.equal(checkQueryName(name), checked, name);
  for (const name of ['a\\', 'a\\25.example', 'a\\256.example', '\\032..example', 'é\\032.example'])
    t.throws(() => checkQueryName(name), { name: 'InvalidInputError' }, name);
  t.throws(() => checkName('a\\.b.example'), { message: /the character/ }, 'a host has none');
  t.equal(withoutFinalDot('dot\\.'), 'dot\\.');
  t.equal(withoutFinalDot('back\\\\.'), 'back\\\\');
});

t.test('any name that is printed is accepted, and is the same name on the wire', async () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
      const wire = Buffer.concat([
        Buffer.alloc(12),
        ...labels.flatMap((octets) => [Buffer.from([octets.length]), Buffer.from(octets)]),
        Buffer.alloc(1),
      ]);
      const read = new NameReader(wire).read(12);
      if (!read.ok) return false;
      if (!read.name.includes('\\')) return true;
      const { message, questionEnd } = encodeQuery(
        checkQueryName(read.name),
        { name: 'A', number: 1 },
        false,
      );
      return (
        checkQueryName(read.name) === read.name &&
        message.subarray(12, questionEnd - 4).equals(wire.subarray(12))
      );
    }),
    { numRuns: runs(3000) },
  );
});
