import { findHosts } from '../../host/hosts-file.js';
import { compareAnswers } from '../../probe/dns/compare.js';
import type { ResolveOptions } from '../../probe/dns/options.js';
import { resolve } from '../../probe/dns/resolve.js';
import { resolveAtEach } from '../../probe/dns/resolve-at-each.js';
import { defaultConcurrency } from '../../probe/dns/resolve-many.js';
import { compareSystem, lookupSystem } from '../../probe/dns/system.js';
import type { DnsDocument, SystemLookup } from '../../probe/dns/types.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { cleanForTerminal } from '../../report/text/clean.js';
import { dnsText } from '../../report/text/dns.js';
import { dnsShort } from '../../report/text/dns-short.js';
import {
  type Arguments,
  familyOption,
  flag,
  type IntegerRule,
  integerOption,
  listOption,
  milliseconds,
  sourceOption,
} from '../arguments.js';
import { bulkOptions } from '../bulk.js';
import type { BulkResult, Command, CommandContext, CommandResult } from '../command.js';
import { networkOptions, type OptionTable, timeoutOption } from '../options.js';
import { conflict, questionOf } from './dns-question.js';

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
  'all-servers': { type: 'boolean', help: 'Ask every server, and show where they disagree' },
  tcp: { type: 'boolean', help: 'Ask over TCP' },
  reverse: {
    type: 'boolean',
    alias: 'x',
    help: 'Ask for the name of an address (implied where <name> is one)',
  },
  compare: { type: 'string', value: 'NAME', help: 'Say whether another name has the same addresses' },
  system: { type: 'boolean', help: 'Ask getaddrinfo too, as other programs here do: does it differ?' },
  short: { type: 'boolean', help: 'Print the data of the records alone, for scripts' },
  ...bulkOptions('names', defaultConcurrency),
  nsid: { type: 'boolean', help: 'Ask the server for its own name (NSID)' },
  cookie: { type: 'boolean', help: 'Send a DNS cookie, and take no reply with another' },
  ...timeoutOption('Wait this long for each reply (at most 1000, less with several servers)'),
  tries: { type: 'string', value: 'N', help: 'Ask a silent server up to this often (2)' },
  search: { type: 'boolean', negatable: 'on', help: "Try the host's search domains (on)" },
  ...networkOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult> {
  const { stop, progress } = context;
  if (flag(args, 'short') && flag(args, 'json')) throw conflict('--short', '--json prints everything');
  const how: ResolveOptions = {
    servers: serversOf(args),
    tcp: flag(args, 'tcp') || undefined,
    timeoutMs: integerOption(args, 'timeout', timeout),
    tries: integerOption(args, 'tries', tries),
    search: args.options.search !== false,
    source: sourceOption(args),
    nsid: flag(args, 'nsid'),
    cookie: flag(args, 'cookie'),
    stop,
  };
  if (args.options.file !== undefined)
    return await (await import('./dns-bulk.js')).dnsBulk(args, how, context);
  const question = questionOf(args);
  progress.show([`asking for ${cleanForTerminal(question.name)} …`]);
  const document = await measure(args, { ...how, types: question.types }, question);
  return {
    document,
    render: (style, verbose) =>
      flag(args, 'short')
        ? dnsShort(document)
            .map((line) => `${line}\n`)
            .join('')
        : dnsText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

async function measure(
  args: Arguments,
  how: ResolveOptions,
  { name, compare }: { name: string; compare: string | undefined },
): Promise<DnsDocument> {
  const ask = flag(args, 'all-servers') ? resolveAtEach : resolve;
  const [first, second, system] = await Promise.all([
    ask(name, how),
    compare === undefined ? null : resolve(compare, how),
    flag(args, 'system') ? askSystem(args, name, how) : null,
  ]);
  const comparison = second === null ? {} : { compare: compareAnswers(first, second) };
  const here = system === null ? {} : { system: compareSystem(system, first, await findHosts(name)) };
  return { ...first, ...comparison, ...here };
}

/** getaddrinfo for the families that DNS is asked for. */
function askSystem(args: Arguments, name: string, { types, stop }: ResolveOptions): Promise<SystemLookup> {
  const asked = new Set((types ?? ['A', 'AAAA']).map((type) => type.toUpperCase()));
  const only = asked.has('A') ? 4 : 6;
  const family = familyOption(args) ?? (asked.has('A') && asked.has('AAAA') ? undefined : only);
  return lookupSystem(name, { family, stop });
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
    {
      name: 'name',
      required: true,
      unless: 'file',
      help: 'Domain name; of an address, the name is asked for',
    },
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
    {
      command: 'pprobe dns api.example.com --system --all-servers',
      help: 'Do the servers agree, and does an application here get what they say?',
    },
    {
      command: 'pprobe dns --file names.txt --json > answers.jsonl',
      help: 'Many names: a JSON document per line, in the order of the names',
    },
  ],
  notes:
    'Exit code: 0 answered (with --compare by the same addresses, with --all-servers alike by all that know, with --file ' +
    'for every name); 10 anything else; 2 for a name that is none, in a file too, behind all that could be done.',
  run,
};
