import { familyOf } from '../../address/family.js';
import { InvalidInputError } from '../../errors.js';
import { compareAnswers } from '../../probe/dns/compare.js';
import { resolve } from '../../probe/dns/resolve.js';
import { reverseName } from '../../probe/dns/reverse-name.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { cleanForTerminal } from '../../report/text/clean.js';
import { dnsText } from '../../report/text/dns.js';
import {
  type Arguments,
  familyOption,
  flag,
  type IntegerRule,
  integerOption,
  listOption,
  milliseconds,
  required,
  sourceOption,
  textOption,
} from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { networkOptions, type OptionTable, timeoutOption } from '../options.js';

const tries: IntegerRule = { noun: 'a number of tries', min: 1, max: 10 };

const timeout: IntegerRule = { ...milliseconds, max: 60_000 };

const options: OptionTable = {
  type: {
    type: 'string',
    alias: 't',
    value: 'TYPES',
    repeatable: true,
    help: 'Record types, parted by commas (A,AAAA)',
  },
  server: {
    type: 'string',
    value: 'ADDR[#PORT]',
    repeatable: true,
    help: "Ask this server; several are asked in turn (the host's own)",
  },
  tcp: { type: 'boolean', help: 'Ask over TCP' },
  reverse: {
    type: 'boolean',
    alias: 'x',
    help: 'The name is an address: ask for its name (by itself where that is all there is)',
  },
  compare: { type: 'string', value: 'NAME', help: 'Say whether another name has the same addresses' },
  ...timeoutOption('Wait this long for each reply (at most 1000, less with several servers)'),
  tries: { type: 'string', value: 'N', help: 'Ask a silent server up to this often (2)' },
  search: { type: 'boolean', negatable: true, help: "Try the host's search domains (on)" },
  ...networkOptions,
};

async function run(args: Arguments, { stop, progress }: CommandContext): Promise<CommandResult> {
  const question = questionOf(args);
  const options = {
    types: question.types,
    servers: serversOf(args),
    tcp: flag(args, 'tcp') || undefined,
    timeoutMs: integerOption(args, 'timeout', timeout),
    tries: integerOption(args, 'tries', tries),
    search: args.options.search !== false,
    source: sourceOption(args),
    stop,
  };
  progress.show([`asking for ${cleanForTerminal(question.name)} …`]);
  const [first, second] = await Promise.all([
    resolve(question.name, options),
    question.compare === undefined ? null : resolve(question.compare, options),
  ]);
  const document = second === null ? first : { ...first, compare: compareAnswers(first, second) };
  return {
    document,
    render: (style, verbose) => dnsText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

interface Question {
  name: string;
  types: string[] | undefined;
  compare: string | undefined;
}

function questionOf(args: Arguments): Question {
  const name = required(args, 0);
  const compare = textOption(args, 'compare');
  const types = listOption(args, 'type');
  const family = familyOption(args);
  if (flag(args, 'reverse')) {
    if (types !== undefined) throw conflict('--type', '--reverse asks for PTR records');
    if (compare !== undefined) throw conflict('--compare', '--reverse gives no addresses to compare');
    if (family !== undefined) throw conflict(`-${family}`, '--reverse asks for a name, not for addresses');
    return { name: reverseName(name), types: ['PTR'], compare };
  }
  // As nslookup does: who gives an address and says nothing else wants its name.
  const isAddress = familyOf(name) !== null && types === undefined && compare === undefined;
  if (isAddress) return { name: reverseName(name), types: ['PTR'], compare };
  return { name, types: family === undefined ? types : typesOf(family, types), compare };
}

/** What to ask for when addresses of one family are of no interest. */
function typesOf(family: 4 | 6, types: string[] = ['A', 'AAAA']): string[] {
  const unwanted = family === 4 ? 'AAAA' : 'A';
  const wanted = types.filter((type) => type.toUpperCase() !== unwanted);
  if (wanted.length === 0) throw conflict(`-${family}`, `--type asks for ${unwanted} records only`);
  return wanted;
}

function conflict(option: string, why: string): InvalidInputError {
  return new InvalidInputError(option, `${option}: leave it out; ${why}`);
}

function serversOf(args: Arguments): string[] | undefined {
  const [, positional] = args.positionals;
  const named = listOption(args, 'server');
  return positional === undefined ? named : [positional, ...(named ?? [])];
}

export const dnsCommand: Command = {
  name: 'dns',
  summary: 'Looks a name up in DNS: what it is an alias of, its addresses and who can reach them',
  positionals: [
    { name: 'name', required: true, help: 'Domain name; of an address, the name is asked for' },
    { name: 'server', required: false, help: "Ask this server instead of the host's own: ADDR or ADDR#PORT" },
  ],
  options,
  examples: [
    { command: 'pprobe dns api.example.com', help: 'What addresses does this host get?' },
    {
      command: 'pprobe dns api.example.com 10.0.0.2 -t TXT,MX',
      help: 'What does that server say of these types?',
    },
    {
      command:
        'pprobe dns abc123defg.execute-api.us-east-1.amazonaws.com \\\n' +
        '    --compare vpce-0abc-xyz.execute-api.us-east-1.vpce.amazonaws.com',
      help: 'Do the API and the VPC endpoint have the same addresses? If not, private DNS is off or of another VPC',
    },
    { command: 'pprobe dns -x 10.0.1.23', help: 'Whose address is this?' },
  ],
  notes: 'Exit code: 0 answered, with --compare: by the same addresses; 10 anything else.',
  run,
};
