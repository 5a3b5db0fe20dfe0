import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { Command } from '../../src/cli/command.js';
import { commands, loadCommands, shells } from '../../src/cli/commands.js';
import {
  durationText,
  formats,
  monitorFormats,
  type OptionSpec,
  withOutputOptions,
} from '../../src/cli/options.js';
import { parse } from '../../src/cli/parse.js';
import { exitCodeMeanings, exitCodes } from '../../src/documents/terms/exit-code.js';
import { samples } from '../documents/samples.js';
import { validateDocument } from '../documents/validate.js';
import { runs } from '../runs.js';
import type { Outcome } from './command-lines.js';
import { commandLinesIn } from './command-lines-apart.js';

/** Command lines for each property; `npm run fuzz` sets a million. */
const numRuns = Number(process.env.PPROBE_FUZZ_RUNS ?? runs(200));
const directory = t.testdir({ 'empty.json': '', 'list.txt': 'a..b\n' });
writeFileSync(join(directory, 'report.json'), JSON.stringify(samples.report));

const outcomeOf = commandLinesIn(t, directory);

const every = await loadCommands(commands);
/** Hosts of command lines that are run: names with an empty label, so that they end before anything is looked up. */
const wrongHost = fc.constantFrom('a..b', 'https://a..b/x', 'a..b:443');
const word = fc.constantFrom(
  ...'a..b https://a..b/ 443 https 10.0.0.1 fd00::1 A,MX TYPE65 report.json empty.json list.txt none.json x.html us-east-1 5s 1'.split(
    ' ',
  ),
  ...'vpce-0123456789abcdef0 vpc-0123456789abcdef0 a1b2c3d4e5 Host:\u0020x web syn none auto'.split(' '),
);

function anyValueOf({ bound, choices }: OptionSpec): fc.Arbitrary<string> {
  if (choices !== undefined) return fc.constantFrom(...choices);
  if (bound === undefined) return word;
  const { min, max, unit } = bound;
  return fc
    .integer({ min: Math.ceil(min), max })
    .map((value) => (unit === 'ms' ? durationText(value) : String(value)));
}

/** An option with a valid value, in one of its spellings. */
function given([name, spec]: [string, OptionSpec]): fc.Arbitrary<string[]> {
  const long = name.length === 1 ? `-${name}` : `--${name}`;
  const spelling = spec.alias === undefined ? fc.constant(long) : fc.constantFrom(long, `-${spec.alias}`);
  if (spec.type === 'string')
    return fc
      .tuple(spelling, anyValueOf(spec), fc.boolean())
      .map(([option, value, isOneWord]) => (isOneWord ? [`${option}=${value}`] : [option, value]));
  const off = spec.negatable === undefined ? spelling : fc.constantFrom(long, `--no-${name}`);
  return off.map((option) => [option]);
}

/** The words of options and positionals in any order, with some options twice, before and behind the name of the command. */
function commandLine(
  { name, options }: Command,
  positionals: fc.Arbitrary<string[]>,
): fc.Arbitrary<string[]> {
  const table = Object.entries(withOutputOptions(options));
  const keys = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  return fc
    .tuple(
      fc.array(fc.constantFrom(...table).chain(given), { maxLength: 6 }),
      positionals,
      keys,
      fc.boolean(),
    )
    .map(([options, places, keys, isTwice]) => {
      const pieces = [...options, ...(isTwice ? options.slice(0, 2) : []), ...places.map((each) => [each])];
      const mixed = pieces
        .map((piece, index) => ({ piece, key: keys[index] ?? 0 }))
        .toSorted((one, other) => one.key - other.key)
        .flatMap(({ piece }) => piece);
      const before = (keys[11] ?? 0) % 2;
      return [...mixed.slice(0, before), name, ...mixed.slice(before)];
    });
}

t.test(
  'valid options in any order and number: a command line is read, or is a mistake of the user',
  async () => {
    const line = fc
      .constantFrom(...every)
      .chain((each) => commandLine(each, fc.array(word, { maxLength: 3 })));
    await fc.assert(
      fc.asyncProperty(line, async (argv) => {
        const { request, output } = await parse(argv);
        if (request.kind === 'mistake' && !/^[^\n]+$/.test(request.error.message)) return false;
        return [...formats, ...monitorFormats].includes(output.format);
      }),
      { numRuns: numRuns * 2 },
    );
  },
);

const known = new Set(exitCodeMeanings.map(({ code }) => code));

/** What is wrong with what a command line came to; null if nothing is. */
function wrongWith({ code, stdout, stderr }: Outcome, isJson: boolean): string | null {
  if (!known.has(code) || code === exitCodes.bug) return `exit ${code}: ${stderr}`;
  if (/^\s+at /m.test(stderr)) return `a stack: ${stderr}`;
  if (isJson && stdout !== '') {
    const document = JSON.parse(stdout);
    // `collect --policy` prints a document of IAM.
    const isOurs = code !== exitCodes.ok || document.Statement === undefined;
    const [problem] = isOurs ? validateDocument(document) : [];
    if (problem !== undefined) return `${problem}: ${stdout}`;
  }
  return isJson && stdout === '' && code !== exitCodes.ok ? `no document: ${stderr}` : null;
}

/** The commands that end by themselves, with positionals with which they send nothing. */
const ending: Readonly<Record<string, fc.Arbitrary<string[]>>> = {
  diagnose: fc.tuple(wrongHost).map((words) => [...words]),
  dns: fc.tuple(wrongHost).map((words) => [...words]),
  tcp: fc.tuple(wrongHost, fc.constantFrom('443', 'https')).map((words) => [...words]),
  trace: fc.tuple(wrongHost).map((words) => [...words]),
  explain: fc.array(fc.constantFrom('report.json', 'empty.json', 'none.json'), {
    minLength: 1,
    maxLength: 2,
  }),
  collect: fc.constantFrom(['--commands', 'a..b'], ['--commands', 'api.test']),
};

t.test(
  'a run without packets ends with a code of the contract, and with --json prints one document',
  async (t) => {
    const able = every.filter(({ name }) => ending[name] !== undefined);
    const line = fc
      .constantFrom(...able)
      .chain((each) => commandLine(each, ending[each.name] ?? fc.constant([])))
      .filter((argv) => !argv.some((each) => /^--(?:help|version|format)|^-[hV]/.test(each)));
    await fc.assert(
      fc.asyncProperty(line, fc.boolean(), async (argv, isJson) => {
        const wrong = wrongWith(await outcomeOf(isJson ? [...argv, '--json'] : argv), isJson);
        if (wrong !== null) throw new Error(`pprobe ${argv.join(' ')}: ${wrong}`);
      }),
      { numRuns },
    );
    for (const argv of [['doctor'], ...shells.map((shell) => ['completion', shell])]) {
      const { code, stderr } = await outcomeOf(argv);
      t.same([code, stderr], [exitCodes.ok, ''], argv.join(' '));
    }
  },
);

/** A text of the same form, in which every letter and digit is another one. */
function likeness(text: string): string {
  return text.replace(/[a-z0-9]/gi, (each) => {
    const next = '9zZ'.includes(each) ? -1 : 1;
    return String.fromCharCode(each.charCodeAt(0) + next);
  });
}

t.test('no error has a part of the password of a URL, wherever in a command line it was given', async () => {
  const printable = fc.stringMatching(/^[ -~]{8,40}$/);
  // Its beginning can look like a port.
  const start = fc.constantFrom('', '1/', '443?', '65535#', 'https/', '@', '"');
  const password = fc.tuple(start, printable).map((parts) => parts.join(''));
  const place = fc.constantFrom(...every).chain((each) => {
    const options = Object.entries(each.options).filter(([, { type }]) => type === 'string');
    const places: ((url: string) => string[])[] = [
      (url) => [each.name, url],
      (url) => [each.name, 'a..b', url],
      (url) => [each.name, 'a..b', 'c', url],
      (url) => [url, each.name],
      ...options.flatMap(([name]) => [
        (url: string) => [each.name, 'a..b', `--${name}=${url}`],
        (url: string) => [each.name, 'a..b', `--${name}`, url],
      ]),
    ];
    return fc.constantFrom(...places);
  });
  await fc.assert(
    // Whichever part of it is read as the host, it is no name.
    fc.asyncProperty(password, place, fc.boolean(), async (secret, lineWith, isJson) => {
      const outcomeWith = async (password: string) => {
        const argv = lineWith(`https://b..b:${password}@h..h/x`);
        const { stdout, stderr, code } = await outcomeOf(isJson ? [...argv, '--json'] : argv);
        return { said: `${stderr}\n${stdout}`, code };
      };
      const { said, code } = await outcomeWith(secret);
      for (let at = 0; at + 6 <= secret.length; at++) {
        const part = secret.slice(at, at + 6);
        // Words of the message and of the document can be the same by chance.
        if (/^[a-z]+$/.test(part) || !said.includes(part)) continue;
        // So can a word with its quotation mark: then it is also said with another password.
        const isWord = /[a-z0-9]/i.test(part) && (await outcomeWith(likeness(secret))).said.includes(part);
        if (!isWord) throw new Error(`exit ${code}: ${part} is in ${said}`);
      }
    }),
    { numRuns },
  );
});
