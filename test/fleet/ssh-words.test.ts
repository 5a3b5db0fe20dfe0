import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { Delivery } from '../../src/fleet/carrier.js';
import { CopyTalk, copyFailureWords, copyScript } from '../../src/fleet/ssh/copy.js';
import { parseHostsFile, parseSshHosts } from '../../src/fleet/ssh/hosts.js';
import { deliveryOf, type SshEnd, SshWords } from '../../src/fleet/ssh/words.js';

const sent = 'debug1: Sending command: exec sh -c …\n';
const remote = 'debug1: Remote: /home/u/.ssh/authorized_keys:1: key options: command user-rc\n';
const directory = t.testdir();

function ended(
  stderr: string,
  status: SshEnd['status'],
  stdout: string | Buffer = '',
  more: Partial<SshEnd> = {},
): Delivery {
  const words = new SshWords();
  words.take(stderr);
  const usual = { cut: null, copyFailure: null, isCopied: true, deadlineMs: 60_000, remotePath: 'pprobe' };
  return deliveryOf({ status, stdout: Buffer.from(stdout), words, ...usual, ...more });
}

function told(delivery: Delivery): string {
  return delivery.outcome === 'document'
    ? `document ${Buffer.from(delivery.octets)}`
    : `${delivery.outcome}: ${delivery.reason}`;
}

t.test('each failure of ssh has one outcome, with its own words', (t) => {
  const rows: [string, number, RegExp][] = [
    ['ssh: connect to host 10.0.0.1 port 22: Connection refused\n', 255, /^silent: .*Connection refused/],
    ['ssh: connect to host 10.0.0.1 port 22: Connection timed out\n', 255, /^silent: .*timed out/],
    ['ssh: connect to host 10.0.0.1 port 22: No route to host\n', 255, /^silent: .*No route/],
    ['ssh: Could not resolve hostname web-1: Name or service not known\n', 255, /^silent: .*not known/],
    ['banner exchange: Connection to 10.0.0.1 port 22: invalid format\n', 255, /^silent: .*invalid format/],
    ['u@10.0.0.1: Permission denied (publickey).\n', 255, /^refused: .*Permission denied/],
    [
      'No ED25519 host key is known for web-1\nHost key verification failed.\n',
      255,
      /^refused: .*is known for web-1; Host key/,
    ],
    [
      '@@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@@@@\nHost key verification failed.\n',
      255,
      /^refused: .*IDENTIFICATION HAS CHANGED/,
    ],
    [
      'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\n',
      255,
      /^refused: .*Too many/,
    ],
    ['kex_exchange_identification: Connection closed by remote host\n', 255, /^refused: .*Connection closed/],
    [
      'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found.\n',
      255,
      /^refused: .*no matching/,
    ],
    [
      'channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\n',
      255,
      /^silent: .*refused/,
    ],
    ['', 255, /^silent: ssh failed and said nothing/],
    [`${sent}client_loop: send disconnect: Broken pipe\n`, 255, /^no-answer: .*Broken pipe/],
    [
      `${sent}sh: 1: pprobe: not found\n`,
      127,
      /^failed: no program pprobe there: .*--remote PATH .*--copy ARCHIVE/,
    ],
    [
      `${sent}/usr/bin/env: 'node': No such file or directory\n`,
      127,
      /^failed: no Node for pprobe there: .*--copy ARCHIVE/,
    ],
    [`${sent}pprobe needs Node 20.19 or later; this is 16.20.0\n`, 3, /^failed: .*needs Node 20\.19/],
    [
      `${sent}pprobe: --max-time: no such option\n`,
      2,
      /^failed: .*does not understand the command: .*--max-time.*upgraded/,
    ],
    [`${sent}Killed\n`, 137, /^failed: .*exit status 137, Killed/],
    [sent, 0, /^failed: .*exit status 0, it printed nothing/],
    [
      `${remote}${sent}only backups here\n`,
      1,
      /^failed: .*authorized_keys in place of ours: .*only backups here; .*--plain/,
    ],
  ];
  for (const [stderr, status, wanted] of rows) t.match(told(ended(stderr, status)), wanted);
  t.match(
    told(ended(`${remote}${sent}`, 0, 'Welcome to the git server\n')),
    /it printed Welcome to the git server; .*--plain/,
  );
  t.match(told(ended(sent, null, '', { cut: 'deadline' })), /^no-answer: no report within 60 s/);
  t.match(told(ended('', null, '', { cut: 'deadline' })), /^silent: no connection within 60 s/);
  t.match(
    told(ended(sent, null, '', { cut: 'copy', isCopied: false })),
    /^no-answer: pprobe could not be copied in time/,
  );
  t.end();
});

t.test('a banner of any length hides neither the login nor the reason', (t) => {
  const banner = 'Authorised use only. '.repeat(50_000);
  const lines = `${banner}\n`.repeat(3);
  t.match(
    told(ended(`${lines}u@h: Permission denied (publickey).\n`, 255)),
    /^refused: Authorised .* … .*Permission denied/,
  );
  t.match(told(ended(`${lines}${sent}`, 255)), /^no-answer: /);
  const words = new SshWords();
  for (let part = 0; part < 100; part++) words.take(banner);
  t.ok(words.text.length < 400);
  t.end();
});

t.test('the document is found between what start files and others print', (t) => {
  const document = '{"kind":"report","version":1}';
  const pretty = JSON.stringify(JSON.parse(document), null, 2);
  const noises = ['', '{ Welcome to { web-1 } }\n', '\n{"motd": 1}\n', 'Last login: today\r\n', '{\n'];
  for (const noise of noises) {
    for (const after of ['', '\n', '\nlogout\n', '\n{ bye }']) {
      for (const form of [document, pretty])
        t.equal(
          told(ended(sent, 0, `${noise}${form}${after}`)),
          `document ${form}`,
          JSON.stringify([noise, after]),
        );
    }
  }
  t.equal(
    told(ended(sent, 0, '{"kind":"report","ver')),
    'document {"kind":"report","ver',
    'a half one is judged as one',
  );
  t.match(told(ended(sent, 255, '{"kind":"report","ver')), /^no-answer/);
  t.match(told(ended(sent, 0, `\0\0${document}`)), /^failed: .*exit status 0/);
  t.end();
});

t.test('every end of ssh has exactly one outcome and a reason of one line', (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(sent, remote, 'Permission denied\n', 'Connection refused\n', '{"kind":'),
  );
  const end = fc.record({
    stderr: fc.array(text, { maxLength: 6 }),
    stdout: fc.oneof(fc.uint8Array({ maxLength: 80 }), text.map(Buffer.from)),
    status: fc.constantFrom(null, 0, 1, 2, 3, 10, 126, 127, 137, 255),
    cut: fc.constantFrom(null, 'deadline', 'interrupt', 'too-long', 'copy'),
    copyFailure: fc.constantFrom(null, 'pprobe is not copied'),
    isCopied: fc.boolean(),
  });
  fc.assert(
    fc.property(end, ({ stderr, stdout, status, ...more }) => {
      const delivery = ended(stderr.join(''), status, Buffer.from(stdout), more as Partial<SshEnd>);
      if (delivery.outcome === 'document') return true;
      return (
        ['refused', 'failed', 'no-answer', 'silent'].includes(delivery.outcome) &&
        delivery.reason !== '' &&
        delivery.reason.length < 1000 &&
        !/[\r\n]/.test(delivery.reason)
      );
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('the words of the copying host, in any pieces', (t) => {
  const archive = { arch: 'x64', file: 'a.tar.xz', octets: 10, digest: 'd' } as const;
  const choice = { archives: [archive], directory: null };
  const printed =
    'Welcome\npprobe-copy: wanted\n\npprobe-copy: want x64\n\npprobe-copy: got\n\npprobe-copy: ready\n{"kind":"report"}';
  fc.assert(
    fc.property(fc.array(fc.nat(printed.length), { maxLength: 8 }), (cuts) => {
      const talk = new CopyTalk(choice);
      const steps: string[] = [];
      let rest = '';
      const edges = [0, ...cuts.sort((one, other) => one - other), printed.length];
      let isReady = false;
      for (const [index, edge] of edges.entries()) {
        const piece = Buffer.from(printed.slice(edges[index - 1] ?? 0, edge));
        const taken: ReturnType<CopyTalk['take']> = isReady ? { words: [], rest: piece } : talk.take(piece);
        steps.push(...taken.words.map(({ step }) => step));
        isReady ||= taken.rest !== null;
        rest += taken.rest ?? '';
      }
      t.same(steps, ['failed', 'want', 'got', 'ready']);
      t.equal(rest, '{"kind":"report"}');
    }),
    { numRuns: 40 },
  );
  t.notMatch(copyScript, /['\\\n]|!(?!=)/, 'no login shell changes it');
  const steps = [...copyScript.matchAll(/die (\w+)/g)].map(([, step = '']) => step);
  for (const step of steps)
    t.notMatch(copyFailureWords(step, ['1', '2', '/home/u', 'words'], choice), /the host says/, step);
  t.end();
});

t.test(
  'the program is kept in the cache of the user, and never in the directory in which the login starts',
  (t) => {
    const { arch } = process;
    const rows: [xdg: string | undefined, home: string, kept: string | null][] = [
      [undefined, 'HERE/home', 'home/.cache/pprobe'],
      ['', 'HERE/home', 'home/.cache/pprobe'],
      ['HERE/xdg', 'HERE/home', 'xdg/pprobe'],
      ['HERE/xdg', '', 'xdg/pprobe'],
      ['cache', 'HERE/home', 'home/.cache/pprobe'],
      ['./cache', 'HERE/home', 'home/.cache/pprobe'],
      ['cache', '', null],
      ['cache', 'home', null],
      [undefined, '.', null],
    ];
    for (const [index, [xdg, home, kept]] of rows.entries()) {
      const here = join(directory, String(index));
      mkdirSync(join(here, 'login'), { recursive: true });
      const placed = (path: string): string => path.replace('HERE', here);
      const { stdout } = spawnSync('sh', ['-c', copyScript, 'sh', '', `${arch}:5:${'0'.repeat(64)}`], {
        cwd: join(here, 'login'),
        env: {
          PATH: process.env.PATH,
          HOME: placed(home),
          ...(xdg === undefined ? {} : { XDG_CACHE_HOME: placed(xdg) }),
        },
        input: '',
        encoding: 'utf8',
      });
      const label = `XDG_CACHE_HOME=${xdg} HOME=${home}`;
      // No archive is sent, so that the script ends before it unpacks one.
      t.match(stdout, kept === null ? /^pprobe-copy: home$/m : /^pprobe-copy: cut 0$/m, label);
      t.same(readdirSync(join(here, 'login')), [], label);
      if (kept !== null) t.ok(existsSync(join(here, kept)), label);
    }
    t.end();
  },
);

t.test('--hosts: an address follows the grammar of hosts; a decimal number can be an alias', (t) => {
  for (const [host, says] of [
    ['10.1', /^--hosts: "10\.1" is not an IPv4 address .*reads it as 10\.0\.0\.1/],
    ['ops@0x7f.1:22', /reads it as 127\.0\.0\.1/],
    ['010.0.0.1', /reads it as 8\.0\.0\.1/],
    ['224.0.0.1', /is a multicast address/],
    ['255.255.255.255', /is the broadcast address/],
    ['[ff02::1]:22', /is a multicast address/],
    ['fe80::1', /is link-local/],
  ] as const)
    t.throws(() => parseSshHosts(`web-1,${host}`), { argument: '--hosts', message: says }, host);
  t.throws(() => parseHostsFile('web-1\n10.1\n', 'h.txt'), { message: /^h\.txt line 2: "10\.1"/ });
  for (const host of ['42', 'web.1', '10.0.0.1', '[fd00::1]:22', 'fe80::1%eth0', 'ops@10.0.0.1:2222'])
    t.equal(parseSshHosts(host)[0]?.agent, host);
  t.end();
});
