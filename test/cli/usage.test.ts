import { test } from 'tap';
import { commands, loadCommands } from '../../src/cli/commands.js';
import { validateDocument } from '../documents/validate.js';
import { pprobe } from './pprobe.js';

const longLabel = 'a'.repeat(64);
const longName = `${'abcdefgh.'.repeat(30)}com`;

/** Wrong command lines, and what the one line of the error must contain. */
const mistakes: [line: string, says: RegExp][] = [
  ['', /no command given; give diagnose, dns, tcp, trace, explain, collect, fleet, agent, serve or doctor/],
  ['dsn api.example', /"dsn" is not a command; did you mean "dns"\?/],
  ['ping api.example', /"ping" is not a command; give diagnose, dns/],
  ['--frob', /--frob: pprobe has no such option/],
  ['dns', /dns: <name> is missing; usage: pprobe dns <name> \[server\] \[options\]/],
  ['tcp', /<host> is missing/],
  ['trace', /<host> is missing/],
  ['diagnose', /<target> is missing/],
  ['explain', /<file> is missing/],
  ['dns a b c', /"c" is one too many; usage:/],
  [
    'collect h.test --commands -o f',
    /--output: is for what was read, and --commands reads nothing; leave it out/,
  ],
  ['collect --policy -o f', /--output: is for what was read, and --policy reads nothing/],
  // The options of every command are checked, and change nothing where nothing is measured.
  ['fleet show JOB --server nats://127.0.0.1:4222 --fleet c -4 --timeout 2s', /JOB is not known here/],
  ['fleet show JOB --server nats://127.0.0.1:4222 --fleet c --timeout 2', /is that 2s or 2ms/],
  [
    'fleet agents --server nats://127.0.0.1:4222 --fleet c --control a:1',
    /--control: pprobe fleet agents has no/,
  ],
  ['doctor now', /"now" is one too many/],
  [`dns ${longLabel}.example`, /label of 64 octets/],
  [`dns ${longName}`, /253/],
  [`tcp ${longLabel}.example`, /label of 64 octets/],
  ['dns a..b', /empty label/],
  ['dns a -t FOO', /"FOO" is not a record type/],
  ['dns a -t A,AAA', /"AAA" is not a record type: write AAAA or CAA/],
  ['dns a --server nope', /server: "nope" is not an IP address/],
  ['dns a 127.0.0.1:53', /write 127\.0\.0\.1#53/],
  ['dns -x not-an-address', /is not an IP address/],
  ['dns -x 10.0.0.1 -t A', /--type: leave it out; --reverse/],
  ['dns a --compare b -x', /--compare: leave it out/],
  ['dns a -t A -6', /-6: leave it out; --type/],
  [
    'dns a --timeout abc',
    /--timeout: "abc" is not a duration; give a duration from 1ms to 1m, like 5s or 500ms/,
  ],
  ['dns a --timeout', /--timeout: needs a value/],
  ['dns a --timeout 5 --timeout 6', /--timeout: given twice; give it once/],
  ['dns a --timeout=', /--timeout: needs a value/],
  ['dns a --tries 0', /--tries: "0" is not/],
  ['tcp 127.0.0.1 0', /port: "0" is not a port; give a whole number from 1 to 65535/],
  ['tcp 127.0.0.1 70000', /port: "70000"/],
  ['tcp 127.0.0.1 abc', /port: "abc"/],
  ['tcp 127.0.0.1 -6', /IPv4 address, but only IPv6/],
  ['tcp 127.0.0.1 -4 -6', /-4 and -6: give one of them/],
  ['tcp 127.0.0.1 --source eth0', /--source: "eth0" is not an IP address/],
  ['tcp 127.0.0.1 -u', /-u: pprobe tcp has no such option; it connects with TCP only/],
  ['tcp 127.0.0.1 -46', /-46: pprobe tcp has no such option/],
  ['tcp 127.0.0.1 --no-timeout', /--no-timeout: pprobe tcp has no such option/],
  ['tcp 127.0.0.1 --tmeout 5', /did you mean --timeout\?/],
  ['tcp 127.0.0.1 --host 10.0.0.1', /--host: pprobe tcp has no such option/],
  ['tcp 127.0.0.1 --retries 3', /--retries: pprobe tcp has no such option/],
  ['tcp 127.0.0.1 --count 0', /--count: "0" is not a number of attempts/],
  ['tcp 127.0.0.1 --interval 10ms', /--interval: is the time between attempts; give --count, too/],
  ['tcp 127.0.0.1 --timeout 5', /--timeout 5: is that 5s or 5ms\? A number under 20 needs its unit/],
  ['trace 127.0.0.1 -w 3', /--wait 3: is that 3s or 3ms\?/],
  ['tcp 127.0.0.1 --timeout 11m', /--timeout: "11m" is out of range; give a duration from 1ms to 10m/],
  ['tcp 127.0.0.1 --timeout 0.5', /--timeout 0\.5: is that 0\.5s or 0\.5ms\?/],
  ['tcp 127.0.0.1 --timeout -5s', /--timeout: "-5s" is not a duration/],
  ['tcp 127.0.0.1 --count -1', /--count: "-1" is not a number of attempts/],
  ['tcp 127.0.0.1 80,443', /port: "80,443" is more than one port/],
  ['tcp one two --file targets.txt', /--file: the hosts are in the file; leave out "one"/],
  ['trace 127.0.0.1 -p 1 -p 2', /--port: given twice/],
  ['trace 127.0.0.1 -q 11', /--queries: "11" is not a number of probes; give a whole number from 1 to 10/],
  ['trace 127.0.0.1 -f 9 -m 3', /first TTL/],
  ['trace 127.0.0.1 --method udp', /--method: "udp" is not a method; give auto, syn or connect/],
  ['trace 127.0.0.1 --wait 5s --timeout 6s', /--timeout: is the same as --wait/],
  ['trace 127.0.0.1 --count 3', /--count: works only with --watch; give --watch, too, or leave this out/],
  ['trace 127.0.0.1 --interval 100', /--interval: works only with --watch/],
  ['trace 127.0.0.1 --watch --count 0', /--count: "0" is not a number of rounds/],
  ['diagnose ftp://api.example/', /is not an https URL/],
  ['diagnose https://user:secret@api.example/', /carried credentials/],
  ['diagnose 127.0.0.1:99999', /99999/],
  [
    'diagnose 127.0.0.1:1 --html x --save x',
    /--html: "x" is the file of --save, too; give two different files/,
  ],
  ['diagnose 127.0.0.1:1 --save -', /--save: writes a file; for standard output, give --json/],
  ['explain a.json b.json --html x.html', /--html: makes a page of one report, not of several reports; /],
  ['explain --log a.log --html x.html', /--html: makes a page of one report, not of a log; /],
  ['tcp 127.0.0.1 --html x.html', /--html: pprobe tcp has no such option/],
  ['explain report.json --timeout x', /--timeout: "x"/],
  ['tcp 127.0.0.1 --banner=yes', /--banner: "yes" is not true or false; leave the value out/],
  ['tcp 127.0.0.1 --format', /--format: needs a value; give text, json or ndjson/],
  ['tcp 127.0.0.1 --format xml', /--format: "xml" is not a format; give text, json or ndjson/],
  [
    'diagnose 127.0.0.1:1 --format xml',
    /--format: "xml" is not a format; give text, json, ndjson, nagios or emf/,
  ],
  ['tcp 127.0.0.1 --format text --format text', /--format: given more than once; give it once/],
  [
    'completion tcsh',
    /completion: "tcsh" is not supported; give bash, zsh or fish, or nothing for the shell in use/,
  ],
];

/** Works on three items at a time: a small machine takes a second to start a dozen Node processes at once. */
async function inBatches<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all([lane(), lane(), lane()]);
}

test('every mistake: exit 2, nothing on stdout, one line on stderr that says what to give instead', async (t) => {
  await inBatches(mistakes, async ([line, says]) => {
    const args = line === '' ? [] : line.split(' ');
    const { code, stdout, stderr } = await pprobe(args);
    const label = `pprobe ${line.slice(0, 60)}`;
    t.equal(code, 2, label);
    t.equal(stdout, '', label);
    t.match(stderr, /^pprobe: [^\n]+\n$/, label);
    t.match(stderr, says, label);
  });
});

test('the name of a command may follow options, and names of other commands may be its arguments', async (t) => {
  for (const { name } of commands) {
    const [first, behind] = await Promise.all([
      pprobe([name, '--timeout', 'x']),
      pprobe(['--timeout', 'x', name]),
    ]);
    t.equal(first.code, 2, name);
    t.match(first.stderr, /^pprobe: [^\n]+\n$/, name);
    t.equal(behind.stderr, first.stderr, name);
  }
  const lines: [string, RegExp][] = [
    ['trace dns tcp', /port: "tcp" is not a port/],
    ['--port x trace dns', /--port: "x" is not a port/],
    // The name of a built file is not a command.
    ['any-command dns', /"any-command" is not a command/],
    ['no-command dns', /"no-command" is not a command/],
  ];
  for (const [line, says] of lines) {
    const { code, stderr } = await pprobe(line.split(' '));
    t.match([code, stderr], [2, says], line);
  }
});

test('no option is a switch in one command and takes a value in another', async (t) => {
  const types = new Map<string, string>();
  for (const { options } of await loadCommands(commands)) {
    for (const [name, { type, alias = name }] of Object.entries(options)) {
      t.equal(types.get(name) ?? type, type, name);
      t.equal(types.get(alias) ?? type, type, alias);
      types.set(name, type).set(alias, type);
    }
  }
});

test('--json: a mistake is also one valid document on stdout', async (t) => {
  const lines = [
    'dns --json',
    'tcp 127.0.0.1 0 --json',
    '--json tcp 127.0.0.1 --bogus',
    'dsn --json',
    'dns a --timeout --json',
    'diagnose 127.0.0.1:1 --html - --json',
  ];
  await inBatches(lines, async (line) => {
    const { code, stdout, stderr } = await pprobe(line.split(' '));
    t.equal(code, 2, line);
    t.match(stderr, /^pprobe: [^\n]+\n$/, line);
    const document = JSON.parse(stdout);
    t.same(validateDocument(document), [], line);
    t.equal(document.error.code, 'invalid-input', line);
    t.equal(stderr, `pprobe: ${document.error.message}\n`, line);
  });
});

test('a quoted argument can neither control the terminal nor break the line', async (t) => {
  const { code, stderr } = await pprobe(['dns', 'a\nb\x1b[31m']);
  t.equal(code, 2);
  t.match(stderr, /^pprobe: [^\n\x1b]+\n$/);
});

test('a file that cannot be read or written is exit 3, before anything is measured', async (t) => {
  const lines: [string, RegExp][] = [
    ['explain /nonexistent.json', /cannot read "\/nonexistent\.json": there is no such file/],
    ['diagnose 127.0.0.1:1 --save /nonexistent/report.json', /cannot write .*: there is no such directory/],
    ['diagnose 127.0.0.1:1 --html /nonexistent/report.html', /cannot write .*: there is no such directory/],
    ['diagnose 127.0.0.1:1 --ca-file /nonexistent.pem', /cannot read "\/nonexistent\.pem"/],
  ];
  await inBatches(lines, async ([line, says]) => {
    const { code, stdout, stderr } = await pprobe(line.split(' '));
    t.equal(code, 3, line);
    t.equal(stdout, '', line);
    t.match(stderr, says, line);
  });
});
