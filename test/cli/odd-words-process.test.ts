import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandLinesIn } from './command-lines-apart.js';

/**
 * What people type by mistake: an empty variable, a directory, a part of a URL. Each gets one line that names the word and says what
 * to give, and the exit code of the contract. In a network namespace without any interface that is up: nothing can be sent.
 */

const directory = t.testdir({ 'nul.txt': 'a.test\0b.test\n' });
mkdirSync(join(directory, 'dir'));

const outcomeOf = commandLinesIn(t, directory);

const long = 'a'.repeat(300);
/** By exit code: the command line, words parted by a space, and what the line says. `''` is an empty word. */
const typed: Readonly<Record<2 | 3, readonly (readonly [line: string, says: RegExp])[]>> = {
  2: [
    ["''", /"" is not a command; give/],
    ["dns ''", /"" is empty; give a domain name/],
    ["tcp ''", /"" has no host; give/],
    ["trace ''", /"" has no host; give/],
    ["diagnose ''", /nothing given; give a URL/],
    ["collect ''", /nothing given; give a URL/],
    ["dns a.test --timeout ''", /--timeout: needs a value; give a duration/],
    ['dns a.test --timeout=', /--timeout: needs a value; give a duration/],
    ['tcp a.test --timeout=-1', /"-1" is not a duration; give a duration/],
    ['tcp a.test --timeout 5', /--timeout 5: is that 5s or 5ms\?/],
    ["dns a.test ''", /server: "" is not an IP address; write ADDR/],
    ["dns a.test -t ''", /--type: needs a value/],
    ['dns a.test -t FOO', /"FOO" is not a record type: write one of A,/],
    [`dns ${long}`, /label of 300 octets.* has 63 at most/],
    [`diagnose https://${long}.test/`, /label of 300 octets/],
    [`dns ${'a.'.repeat(200)}test`, /25[0-9] /],
    ['dns a\x01b.test', /"a\\u0001b.test" has a control character/],
    ['dns a\0b.test', /control character/],
    ['dns a..test', /has an empty label/],
    ['dns https://user:pw@a.test/x', /is a URL; write only the host name/],
    ['diagnose https://user:pw@127.0.0.1:1/', /carried credentials; .*: leave out what is before the @$/m],
    ['diagnose https://', /"" has no host/],
    ['diagnose http://a.test', /is not an https URL/],
    ['diagnose https://a%20b.test/', /"a%20b.test" has the character % in it/],
    ['tcp a.test:99999', /"99999" is not a port; give a whole number/],
    ['tcp a.test 0', /"0" is not a port; give a whole number/],
    ["tcp a.test -p ''", /--port: needs a value/],
    ['tcp a.test nonsense', /"nonsense" is not a port; give/],
    ['tcp [::1', /"\[::1" is not host:port; .*\[2001:db8::1\]:443/],
    ['tcp [::1]:', /"" is not a port/],
    ['tcp 127.0.0.1.', /is not an IPv4 address; four numbers/],
    ['tcp a.test 443 80', /"80" is one too many; usage: /],
    ["trace a.test --source ''", /--source: needs a value/],
    ['trace a.test -q 0', /"0" is not a number of probes; give/],
    ["diagnose a.test --save ''", /--save: needs a value/],
    ["diagnose a.test -H ''", /there is no colon in it; give 'NAME: VALUE'/],
    ["diagnose a.test --format ''", /--format: needs a value; give text, json/],
    ['dns -a.test', /^pprobe: -a\.test: .* give -- before it: pprobe dns -- -a\.test$/m],
    ['tcp a.test -1', /^pprobe: -1: .*no value is negative$/m],
    ['tcp a.test \uff14\uff14\uff13', /has other digits or spaces than a port is written with; give 443/],
    [
      'dns a.test AAAAA',
      /"AAAAA" is neither a record type, like AAAA or TYPE65, nor the address of a server/,
    ],
    ['diagnose https//a.test/x', /is not a URL; write https:\/\/ with two slashes: "https:\/\/a\.test\/x"/],
    ['diagnose https:a.test', /with two slashes: "https:\/\/a\.test"/],
    ['tcp https//a.test/x', /is a damaged URL or has a path in it; write only the host name: "a\.test"/],
    ['dns http:/a.test?token=secret', /"http:\/a\.test" is a damaged URL or .*: "a\.test"/],
    [
      'diagnose arn:aws-cn:execute-api:cn-north-1:123456789012:abc123defg/prod/GET/x',
      /is an ARN; give the URL, like https:\/\/abc123defg\.execute-api\.cn-north-1\.amazonaws\.com\.cn\/prod/,
    ],
    [
      'collect arn:aws:apigateway:eu-west-1::/restapis/abc123defg/stages/v1',
      /like https:\/\/abc123defg\.execute-api\.eu-west-1\.amazonaws\.com\/v1/,
    ],
    ['diagnose arn:aws:s3:::bucket', /is an ARN; give the URL, like https:\/\/API\.execute-api\.REGION/],
    ['diagnose 10.0.0.0/16:443', /is a block of addresses; give one address/],
    ['tcp fd00::/64', /is a block of addresses; give one address/],
    ['tcp 10.0.0.1-5', /is a range of addresses; give one address/],
    ['diagnose ./names.txt', /is the path of a file; give a host/],
    ['dns ~/names.txt', /is the path of a file; give a host/],
    ['diagnose jdbc:postgresql://db.test:5432/x', /For TCP alone, give db\.test:5432$/m],
    ['diagnose \u2014json a.test', /begins with a dash in place of a hyphen; give --json/],
    ['diagnose -json a.test', /^pprobe: -json: .*; did you mean --json\?/m],
    [
      'explain https://user:pw@a.test/x?y',
      /reads reports that were saved; to measure, give pprobe diagnose "https:\/\/a\.test\/x"/,
    ],
    ['compare a.json b.json', /for what compare does, give pprobe explain FILE FILE/],
    ['explain', /<file> is missing; usage: /],
    ['explain nul.txt', /"nul.txt": not a report of pprobe: it is not JSON; give a file/],
    ['explain dir', /"dir" has no file whose name ends in/],
    ['fleet', /<command> is missing; usage: /],
    ["serve --listen ''", /--listen: needs a value/],
    ['serve --listen 127.0.0.1:99999', /is not ADDR:PORT; give/],
    ['serve --listen 127.1:0', /inet_aton\(3\) reads it as 127\.0\.0\.1:/],
    ['serve --listen 224.0.0.1:0', /is a multicast address/],
    ['serve --listen 255.255.255.255:0', /is the broadcast address/],
    ['serve --listen [::1%lo]:0', /has a zone, and only link-local/],
    ['serve --listen a.test:0', /is not an IP address; give an address of this host/],
    ['completion tcsh', /"tcsh" is not supported; give bash/],
    ['telnet a.test', /"telnet" is not a command; .*pprobe tcp HOST PORT/],
    ['DNS a.test', /did you mean "dns"\?/],
  ],
  3: [
    ['dns --file dir', /cannot read "dir": it is a directory/],
    ['tcp --file dir', /cannot read "dir": it is a directory/],
    ['dns --file none', /cannot read "none": there is no such file/],
    ["explain ''", /cannot read "": there is no such file/],
    ['explain --log none', /cannot read "none": there is no such file/],
    ['diagnose a..b --ca-file none', /cannot read "none"|empty label/],
    ['diagnose 127.0.0.1:1 --no-trace --save dir', /cannot write "dir": it is a directory/],
    ['diagnose 127.0.0.1:1 --no-trace --save none/x', /cannot write "none\/x": there is no such directory/],
    ['serve --config none', /cannot read "none": there is no such file/],
    ['agent --config none --server nats://127.0.0.1:1 --fleet f --id a', /cannot read "none"/],
  ],
};

t.test('one line, and the exit code of the contract', async (t) => {
  for (const [code, lines] of Object.entries(typed)) {
    for (const [line, says] of lines) {
      const argv = line.split(' ').map((word) => (word === "''" ? '' : word));
      const { code: ended, stderr: said } = await outcomeOf(argv);
      t.equal(ended, Number(code), `${line.slice(0, 80)}: ${said.slice(0, 200)}`);
      t.match(said, says);
      t.match(said, /^pprobe: [^\n]{1,700}\n$/, 'one line');
    }
  }
});
