import fc from 'fast-check';
import { test } from 'tap';
import { parse } from '../../../src/cli/parse.js';
import { findingsOf } from '../../../src/diagnose/classify.js';
import type { Argv } from '../../../src/diagnose/remedies/advice.js';
import { countAgain, pprobeAgain } from '../../../src/diagnose/remedies/again.js';
import type { GivenOptions, Target } from '../../../src/documents/target.js';
import { familyOf } from '../../../src/net/address/address.js';
import { hostPort } from '../../../src/target/host-port.js';
import { parseTarget } from '../../../src/target/parse-target.js';
import { runs } from '../../runs.js';
import { anyEvidence } from '../any-evidence.js';
import { API, HOST, VPCE, VPCE_NAME } from '../evidence.js';
import { rows } from '../rules/all.rows.js';

/** A command of a remedy repeats the target and the options of the measurement: read back by the command line's own parser. */

const hosts = [
  HOST,
  `${API}-${VPCE}.execute-api.us-east-1.amazonaws.com`,
  VPCE_NAME,
  'execute-api.us-east-1.amazonaws.com',
  'api.example.com',
  '-odd-.example.com',
  '10.0.1.5',
  '[2001:db8::5]',
];

const input = fc
  .record({
    host: fc.constantFrom(...hosts),
    scheme: fc.constantFrom('', 'https://'),
    port: fc.constantFrom('', ':443', ':5432'),
    path: fc.constantFrom('', '/', '/prod/orders', "/it's/$HOME"),
  })
  .map(({ scheme, host, port, path }) => `${scheme}${host}${port}${path}`);

const given: fc.Arbitrary<GivenOptions> = fc.record(
  {
    family: fc.constantFrom(4, 6),
    source: fc.constantFrom('10.0.9.15', '2001:db8::15', 'fe80::15%eth0'),
    control: fc.record({
      host: fc.constantFrom('db.internal', '10.0.4.4', '2001:db8::4'),
      port: fc.constantFrom(443, 5432),
    }),
    servers: fc.array(fc.constantFrom('10.0.0.2', '10.0.0.3#5353', '2001:db8::53'), {
      minLength: 1,
      maxLength: 3,
    }),
    vpcResolver: fc.constantFrom('10.0.0.2', '169.254.169.253'),
    caFile: fc.constantFrom('ca.pem', '/etc/our certificates/root.pem'),
  },
  { requiredKeys: [] },
);

const target: fc.Arbitrary<Target> = fc
  .record({
    input,
    vpce: fc.constantFrom(undefined, VPCE, VPCE_NAME),
    apiId: fc.constantFrom(undefined, API),
    given: fc.option(given, { nil: undefined }),
  })
  .filter(({ input: text, vpce, apiId }) => isTarget(text, { vpce, apiId }))
  .map(({ input: text, vpce, apiId, given: options }) => ({
    ...parseTarget(text, { vpce, apiId }),
    ...(options === undefined ? {} : { given: options }),
  }));

function isTarget(text: string, options: Parameters<typeof parseTarget>[1]): boolean {
  try {
    parseTarget(text, options);
    return true;
  } catch {
    return false;
  }
}

/** What the parser of the command line makes of a command. */
async function read(argv: Argv) {
  const [program, ...words] = argv;
  if (program !== 'pprobe') throw new Error(`${argv.join(' ')} is not a pprobe command`);
  const { request } = await parse(words);
  if (request.kind !== 'run') throw new Error(`${argv.join(' ')} does not run a command`);
  const { command, args } = request;
  return { command: command.name, words: args.positionals, options: args.options };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());

test('a diagnosis again: the same target, and every option that was given', async (t) => {
  await fc.assert(
    fc.asyncProperty(target, async (asked) => {
      const { command, words, options } = await read(pprobeAgain(asked, { command: 'diagnose' }));
      t.equal(command, 'diagnose');
      const again = parseTarget(words[0] ?? '', {
        vpce: text(options.vpce),
        apiId: text(options['api-id']),
      });
      const { given: how = {}, ...what } = asked;
      t.same({ ...again, input: asked.input }, what);
      t.equal(options['ca-file'], how.caFile);
      t.equal(options.control, how.control && hostPort(how.control.host, how.control.port));
      t.same(texts(options.server), how.servers ?? []);
      t.equal(options['vpc-resolver'], how.vpcResolver);
      t.equal(options.source, how.source);
      t.same([options['4'] === true, options['6'] === true], [how.family === 4, how.family === 6]);
    }),
    { numRuns: runs(300) },
  );
});

test('an option in place of one that was given takes its place', async (t) => {
  const asked = { ...parseTarget('db.internal:5432'), given: { caFile: 'old.pem', family: 4 as const } };
  const { options, words } = await read(
    pprobeAgain(asked, { command: 'diagnose', options: ['--ca-file', 'new.pem'] }),
  );
  t.same(words, ['db.internal:5432']);
  t.match(options, { 'ca-file': 'new.pem', 4: true });
});

test('a further header stands beside those that were given', async (t) => {
  const target: Target = {
    ...parseTarget('https://api.example.com/'),
    given: { headers: [{ field: 'authorization', value: null }] },
  };
  const header = 'x-apigw-api-id: abc123defg';
  const words = pprobeAgain(target, { command: 'diagnose', options: ['-H', header] });
  t.same(words.slice(2), ['https://api.example.com/', '-H', 'authorization: VALUE', '-H', header]);
});

test('an address, or a name, again: the port, the source of its family and the servers', async (t) => {
  const address = fc.constantFrom('10.0.1.5', '2001:db8::5', 'fe80::5%eth0');
  await fc.assert(
    fc.asyncProperty(target, address, async (asked, to) => {
      const source = asked.given?.source;
      const fitting = source !== undefined && familyOf(source) === familyOf(to) ? source : undefined;
      const traced = await read(pprobeAgain(asked, { command: 'trace', address: to }));
      t.same(traced.words, [to]);
      t.match(traced.options, { port: String(asked.port) });
      t.equal(traced.options.source, fitting);
      const connected = await read(pprobeAgain(asked, { command: 'tcp', address: to }));
      t.same(connected.words, [to, String(asked.port)]);
      t.equal(connected.options.source, fitting);
      const looked = await read(pprobeAgain(asked, { command: 'dns', name: asked.host }));
      t.same(looked.words, [asked.host]);
      t.same(texts(looked.options.server), asked.given?.servers ?? []);
    }),
    { numRuns: runs(200) },
  );
});

test('a name that begins as an option does, or with a dash of a word processor', async (t) => {
  const asked = parseTarget('https://api.example.com/');
  for (const name of ['-a.test', '--a.test', '+a.test', '@a.test', '\u2010', '\u2013a.test', '\u2212x.test'])
    t.same((await read(pprobeAgain(asked, { command: 'dns', name }))).words, [name]);
  const looked = await read(pprobeAgain(asked, { command: 'dns', name: 'a.test', server: '+a.test' }));
  t.same(texts(looked.options.server), ['+a.test']);
  for (const address of ['10.0.1.5', '-a.test', '+a.test']) {
    const counted = await read(countAgain(asked, address));
    t.same(counted.words, [address, '443']);
    t.match(counted.options, { count: '20' });
  }
});

test('every command of a remedy that names pprobe is one that it understands', async (t) => {
  const commandsOf = (evidence: Parameters<typeof findingsOf>[0]): Argv[] =>
    findingsOf(evidence)
      .flatMap(({ remedies }) => remedies)
      .flatMap(({ command, pipe }) => [command ?? [], pipe ?? []])
      .filter(([program]) => program === 'pprobe');
  const known = new Set<string>();
  for (const { name, given: evidence } of rows) {
    for (const argv of commandsOf(evidence)) {
      const { command } = await read(argv);
      known.add(command);
      t.pass(`${name}: ${argv.join(' ')}`);
    }
  }
  t.same([...known].sort(), ['diagnose', 'dns', 'doctor', 'explain', 'tcp', 'trace']);
  await fc.assert(
    fc.asyncProperty(anyEvidence, target, async (evidence, asked) => {
      for (const argv of commandsOf({ ...evidence, target: asked })) await read(argv);
    }),
    { numRuns: runs(200) },
  );
});
