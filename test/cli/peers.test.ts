import fc from 'fast-check';
import { test } from 'tap';
import { commands, loadCommands } from '../../src/cli/commands.js';
import { outputOptions } from '../../src/cli/options.js';
import { parse } from '../../src/cli/parse.js';
import { runs } from '../runs.js';

/** The options and arguments of a command line, or its mistake. */
async function read(line: string): Promise<unknown> {
  const { request, output } = await parse(line.split(' '));
  if (request.kind === 'mistake') return request.error.message;
  if (request.kind !== 'run') return request.kind;
  const { command, args } = request;
  const defaults = Object.entries(command.options)
    .filter(([, { negatable }]) => negatable === 'on')
    .map(([name]) => name);
  const given = Object.entries(args.options).filter(
    ([name, value]) => !(defaults.includes(name) && value === true),
  );
  return [command.name, args.positionals, Object.fromEntries(given), ...(output.verbose ? ['verbose'] : [])];
}

/** Command lines in the words of other tools, and the same in pprobe's own. */
const same: [line: string, own: string][] = [
  ['https://a.test/prod', 'diagnose https://a.test/prod'],
  ['--timeout 5s https://a.test/ --json', 'diagnose https://a.test/ --timeout 5s --json'],
  // dig
  ['dns @10.0.0.2 a.test', 'dns a.test --server 10.0.0.2'],
  ['dns a.test MX @10.0.0.2', 'dns a.test -t MX --server 10.0.0.2'],
  ['dns MX a.test', 'dns a.test -t MX'],
  ['dns a.test IN aaaa', 'dns a.test -t aaaa'],
  ['dns ns localhost', 'dns localhost -t ns'],
  ['dns a a.test', 'dns a.test -t a'],
  ['dns a.test TYPE65 10.0.0.2', 'dns a.test 10.0.0.2 -t TYPE65'],
  ['dns a.test +short', 'dns a.test --short'],
  ['dns a.test +tcp', 'dns a.test --tcp'],
  ['dns a.test +noall +answer', 'dns a.test'],
  ['dns a.test +time=2 +tries=1', 'dns a.test --timeout 2s --tries 1'],
  ['dns a.test +retry=1 +nosearch', 'dns a.test --tries 2 --no-search'],
  ['dns -x 10.0.0.1 @10.0.0.2', 'dns --reverse 10.0.0.1 --server 10.0.0.2'],
  ['dns -q a.test -t TXT -c IN', 'dns a.test -t TXT'],
  ['dns a.test @10.0.0.2 -p 5353', 'dns a.test --server 10.0.0.2 --port 5353'],
  ['dns a.test +sho', 'dns a.test --short'],
  ['dns a.test +noall +ans +tim=2', 'dns a.test --timeout 2s'],
  ['dns --ipv6 a.test', 'dns a.test -6'],
  // nslookup and host
  ['dns -type=MX a.test 10.0.0.2', 'dns a.test 10.0.0.2 -t MX'],
  ['dns -query=txt a.test', 'dns a.test -t txt'],
  ['dns -q=txt a.test -vc', 'dns a.test -t txt --tcp'],
  ['dns -timeout=2 -retry=1 a.test', 'dns a.test --timeout 2s --tries 2'],
  ['dns -W 2 -R 1 -T a.test', 'dns a.test --timeout 2s --tries 1 --tcp'],
  // nc, telnet, ping, nmap, curl
  ['tcp -zv -w 2 a.test 443', 'tcp a.test 443 --timeout 2s --verbose'],
  ['tcp -vzw2 a.test 443', 'tcp a.test 443 --timeout 2s --verbose'],
  ['tcp -nz -w 500ms a.test 443', 'tcp a.test 443 --timeout 500ms'],
  ['tcp a.test -p 8443', 'tcp a.test --port 8443'],
  ['tcp -c 5 -i 0.2 -W 1 a.test', 'tcp a.test --count 5 --interval 0.2s --timeout 1s'],
  ['tcp -Pn -sT -p 443 a.test', 'tcp a.test --port 443'],
  ['tcp -s 10.0.0.5 a.test', 'tcp a.test --source 10.0.0.5'],
  ['tcp -connect a.test:443', 'tcp a.test:443'],
  ['tcp --connect-timeout 3 a.test', 'tcp a.test --timeout 3s'],
  ['tcp --ipv4 -G 3 a.test', 'tcp a.test -4 --timeout 3s'],
  // traceroute and mtr
  ['trace -n -T a.test 8443', 'trace a.test 8443 --no-resolve'],
  ['trace -T -p 8443 -q 1 -m 20 -f 2 -w 2s a.test', 'trace a.test -p 8443 -q 1 -m 20 -f 2 -w 2s'],
  ['trace -N 4 -s 10.0.0.5 a.test', 'trace a.test --parallel 4 --source 10.0.0.5'],
  ['trace -rwc 5 a.test', 'trace a.test --report --watch --count 5'],
  ['trace --tcp -P 8443 a.test', 'trace a.test --port 8443'],
  ['trace --report-cycles 3 --no-dns a.test', 'trace a.test --count 3 --watch --no-resolve'],
  ['trace -b a.test', 'trace a.test --resolve --verbose'],
  ['trace --max-hops=20 --first 2 --sim-queries 8 a.test', 'trace a.test -m 20 -f 2 --parallel 8'],
  ['trace --ipv6 -Z 2 a.test', 'trace a.test -6 --wait 2s'],
  // curl, openssl s_client, telnet
  ['diagnose -sSv https://a.test/', 'diagnose https://a.test/ --quiet --verbose'],
  ['diagnose --cacert CA.pem https://a.test/', 'diagnose https://a.test/ --ca-file CA.pem'],
  [
    'diagnose -m 10 --connect-timeout 2 https://a.test/',
    'diagnose https://a.test/ --max-time 10s --timeout 2s',
  ],
  ['diagnose -o /dev/null -X GET https://a.test/', 'diagnose https://a.test/'],
  ['diagnose -connect a.test:8443', 'diagnose a.test:8443'],
  ['diagnose a.test 8443', 'diagnose a.test:8443'],
  ['diagnose [fd00::1] https-alt', 'diagnose [fd00::1]:8443'],
  ['diagnose --port 8443 --ipv4 --proto =https a.test', 'diagnose a.test:8443 -4'],
  // blackbox_exporter, ssh
  [
    'serve --config.file=a.json --web.listen-address 127.0.0.1:9115',
    'serve --config a.json --listen 127.0.0.1:9115',
  ],
  ['fleet diagnose a.test -F c -H a,b', 'fleet diagnose a.test --ssh-config c --hosts a,b'],
  ['diagnose fd00::1 -p 8443', 'diagnose [fd00::1]:8443'],
];

test('the words of other tools mean the same as those of pprobe', async (t) => {
  for (const [line, own] of same) {
    t.same(await read(line), await read(own), line);
    t.equal(typeof (await read(line)), 'object', line);
  }
});

/** Options that pprobe has nothing for, and what the message says to give. */
const refused: [line: string, says: RegExp][] = [
  ['trace -I a.test', /^-I: pprobe trace has no such option; .*TCP SYNs only/],
  ['trace -U a.test', /TCP SYNs only/],
  ['trace --udp a.test', /TCP SYNs only/],
  ['trace -z 5 a.test', /--parallel 1/],
  ['trace -i eth0 a.test', /--source/],
  ['trace -P udp a.test', /TCP SYNs only/],
  ['trace -C a.test', /--format ndjson/],
  ['tcp -u a.test 53', /TCP only/],
  ['tcp -l 443', /nc -l/],
  ['tcp -I eth0 a.test', /--source/],
  ['tcp -w 500 a.test', /500s or 500ms\? Give --timeout/],
  ['tcp -w', /^-w: needs a value/],
  ['tcp a.test 1 -p 2 --timout 5s', /did you mean --timeout\?/],
  ['dns +trace a.test', /dig \+trace/],
  ['dns +dnssec a.test', /does not validate/],
  ['dns -c CH a.test', /class IN only/],
  ['dns a.test CH TXT', /class IN only/],
  ['dns a.test +yaml', /--json/],
  ['dns a.test +frob', /^\+frob: pprobe dns has no such option/],
  ['trace --localport 5000 a.test', /--paris/],
  ['fleet diagnose a.test --source 10.0.0.5', /routes/],
  ['fleet agents --creds a.creds', /PPROBE_NATS_CREDS=FILE/],
  ['diagnose --aws-sigv4 aws:amz a.test', /-H 'NAME: VALUE'/],
  ['diagnose -k https://a.test/', /--ca-file FILE/],
  ['diagnose -L https://a.test/', /redirect/],
  ['diagnose -I https://a.test/', /one GET/],
  ['diagnose -X POST https://a.test/', /one GET/],
  ['diagnose --resolve a.test:443:10.0.0.1 https://a.test/', /pprobe tcp ADDR PORT/],
  ['diagnose -w %{http_code} https://a.test/', /--json/],
  ['diagnose -o body https://a.test/', /--save FILE/],
  ['help dsn', /did you mean "dns"\?/],
  ['traceroute a.test', /give pprobe trace HOST/],
  ['curl https://a.test/', /give pprobe diagnose URL/],
  ['a.test', /pprobe diagnose a\.test/],
];

test('an option that pprobe has nothing for is answered with what to give', async (t) => {
  for (const [line, says] of refused) {
    const said = await read(line);
    t.match(typeof said === 'string' ? said : JSON.stringify(said), says, line);
    t.equal(typeof said, 'string', line);
  }
});

test('help, version, -V and -v', async (t) => {
  for (const line of ['version', '-V', '-v', 'tcp -V', '--version'])
    t.equal(await read(line), 'version', line);
  for (const line of ['help', 'help dns', 'dns --help']) t.equal(await read(line), 'help', line);
  for (const line of ['help completion', 'completion --help', 'completion bash -h'])
    t.equal(await read(line), 'completion-help', line);
});

test('no option of another tool has the spelling of an option of the command', async (t) => {
  for (const { name, options, peers } of await loadCommands(commands)) {
    const own = Object.entries({ ...options, ...outputOptions }).flatMap(([long, { alias, negatable }]) => [
      long.length === 1 ? `-${long}` : `--${long}`,
      ...(alias === undefined ? [] : [`-${alias}`]),
      ...(negatable === undefined ? [] : [`--no-${long}`]),
    ]);
    const twice = Object.keys(peers?.options ?? {}).filter((spelling) => own.includes(spelling));
    t.same(twice, [], name);
  }
});

test('every option of another tool gives options that the command has, or one line', async (t) => {
  for (const { name, options, peers } of await loadCommands(commands)) {
    const all = { ...options, ...outputOptions };
    for (const [spelling, peer] of Object.entries(peers?.options ?? {})) {
      for (const value of ['', '5', '10.0.0.1', 'word', '/dev/null']) {
        try {
          for (const meant of peer.meaning(value, spelling)) {
            const type = meant.name === null ? 'string' : all[meant.name]?.type;
            t.equal(typeof meant.value, type, `${name} ${spelling} ${value}: ${meant.name}`);
          }
        } catch (error) {
          t.match(error, { code: 'invalid-input', argument: spelling, message: /^\S[^\n]+$/ });
        }
      }
    }
  }
});

test('any words give a request, and a mistake is one line', async (t) => {
  const spellings = (await loadCommands(commands)).flatMap(({ peers }) => Object.keys(peers?.options ?? {}));
  const word = fc.oneof(
    fc.constantFrom(
      ...spellings,
      ...commands.map(({ name }) => name),
      'MX',
      'a.test',
      '443',
      '5',
      'https://a.test/',
    ),
    fc.string({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
      const { request } = await parse(argv);
      return request.kind !== 'mistake' || !/[\r\n]/.test(request.error.message);
    }),
    { numRuns: runs(300) },
  );
  t.pass();
});
