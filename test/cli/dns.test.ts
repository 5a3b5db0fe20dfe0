import { test } from 'tap';
import { validateDocument } from '../documents/validate.js';
import { pprobe } from './pprobe.js';
import { dnsServer, patient } from './servers.js';

test('--short prints only data, --all-servers the answer of each server; the exit code tells success from failure', async (t) => {
  const [first, second] = await Promise.all([dnsServer(), dnsServer('10.7.7.7')]);
  t.teardown(() => [first, second].map(({ close }) => close()));
  const ask = (...words: string[]) => pprobe(['dns', '--server', first.server, ...patient, ...words]);
  t.match(await ask('api.example', '--short'), { code: 0, stdout: '10.0.1.23\n', stderr: '' });
  t.match(await ask('-x', '10.0.1.23', '--short'), { code: 0, stdout: 'api.example\n' });
  t.match(await ask('missing.example', '--short'), {
    code: 10,
    stdout: '',
    stderr: 'pprobe: missing.example: there is no such name (NXDOMAIN)\n',
  });
  t.match(await ask('missing.example', '--short', '--quiet'), { code: 10, stdout: '', stderr: '' });
  t.match(await ask('api.example', '--short', '--json'), { code: 2, stderr: /--short: leave it out/ });

  const both = ['api.example', '-t', 'A', '--server', second.server, '--all-servers'];
  const disagreeing = await ask(...both, '--json');
  t.equal(disagreeing.code, 10);
  const document = JSON.parse(disagreeing.stdout);
  t.same(validateDocument(document), []);
  t.match(document, {
    status: 'answered',
    allServers: { agree: false, views: [{ addresses: ['10.0.1.23'] }, { addresses: ['10.7.7.7'] }] },
  });
  t.match(
    (await ask(...both)).stdout,
    /✗ the servers disagree:\n {2}127\.0\.0\.1#\d+ .* A 10\.0\.1\.23\n.*A 10\.7\.7\.7/,
  );
});

test('--system compares getaddrinfo with DNS', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const { stdout } = await pprobe([
    ...['dns', '--server', server, ...patient],
    ...['localhost', '-4', '--system', '--json'],
  ]);
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.match(document.system, {
    addresses: ['127.0.0.1'],
    same: false,
    onlyDns: ['10.0.1.23'],
    hostsFile: Array,
  });
  for (const words of [
    ['-t', 'TXT'],
    ['-x', '10.0.0.1'],
  ])
    t.match(await pprobe(['dns', 'localhost', '--system', ...words]), {
      code: 2,
      stderr: /--system: leave it out/,
    });
});

test('an error names the argument or option as the user typed it', async (t) => {
  const mistakes: [string[], RegExp][] = [
    [['a.example', '--compare', 'b..c'], /^pprobe: --compare: "b\.\.c" has an empty label/],
    [
      ['a.example', '127.0.0.1', '--source', '192.0.2.1'],
      /^pprobe: source: 192\.0\.2\.1 is not an address of this host/,
    ],
    [
      ['a.example', '127.0.0.1', '--source', '::1'],
      /^pprobe: source: ::1 is IPv6 and cannot reach 127\.0\.0\.1/,
    ],
    [
      ['a.example', '127.0.0.1#0'],
      /^pprobe: server: "0" in "127\.0\.0\.1#0" is not a port; give a whole number from 1 to 65535/,
    ],
  ];
  for (const [words, message] of mistakes) {
    t.match(await pprobe(['dns', ...words]), { code: 2, stdout: '', stderr: message }, words.join(' '));
  }
});
