import { portBound } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { andThen, type MaybePromise, unwrapOnceSettled } from '../../core/maybe-promise.js';
import { quoted } from '../../core/text.js';
import type { DnsDocument, SystemLookup } from '../../documents/dns.js';
import { stoppedMember } from '../../documents/header.js';
import { exitCodeOf } from '../../documents/terms/exit-code.js';
import { findHosts } from '../../host/hosts-file.js';
import { familyOf } from '../../net/address/address.js';
import { compareNames, compareSystem, lookupSystem } from '../../probe/dns/compare.js';
import { isRecordType, questionTypes } from '../../probe/dns/message/record-type.js';
import { type ResolveOptions, resolveBounds } from '../../probe/dns/options.js';
import { resolve } from '../../probe/dns/resolve.js';
import { resolveAtAll } from '../../probe/dns/resolve-at-all.js';
import { openResolver, type Resolver } from '../../probe/dns/resolve-many.js';
import { dnsLine, dnsShort, dnsText } from '../../report/text/dns.js';
import { failureWords } from '../../report/text/dns-words.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { checkQueryName, reverseName, withoutBrackets } from '../../target/dns-name.js';
import { bulkOptions, runBulk } from '../bulk.js';
import {
  type BulkResult,
  type Command,
  type CommandContext,
  type CommandResult,
  resultOf,
} from '../command.js';
import {
  type Arguments,
  familyOption,
  flag,
  limitOptions,
  listOption,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  required,
  sourceOption,
  textOption,
} from '../options.js';
import { dnsPeers } from '../peers/dns.js';

const options: OptionTable = {
  type: {
    type: 'string',
    alias: 't',
    value: 'TYPES',
    choices: questionTypes,
    repeatable: true,
    help: 'Record types, separated by commas (A,AAAA)',
  },
  server: {
    type: 'string',
    value: 'ADDR[#PORT]',
    repeatable: true,
    help: "Ask this server; several are asked one after the other (the host's own servers)",
  },
  'all-servers': { type: 'boolean', help: 'Ask every server, and show where the answers differ' },
  tcp: { type: 'boolean', help: 'Ask over TCP' },
  reverse: {
    type: 'boolean',
    alias: 'x',
    help: 'Look up the name of an address (the default if <name> is an address)',
  },
  compare: { type: 'string', value: 'NAME', help: 'Compare the addresses with those of another name' },
  system: {
    type: 'boolean',
    help: 'Also ask getaddrinfo(3), as other programs on this host do, and compare the addresses',
  },
  short: { type: 'boolean', help: 'Print only the data of the records, for scripts' },
  ...bulkOptions('names', resolveBounds.concurrency),
  nsid: { type: 'boolean', help: 'Ask the server for its identifier (NSID, RFC 5001)' },
  cookie: { type: 'boolean', help: 'Send a DNS cookie (RFC 7873), and ignore replies with a different one' },
  timeout: numberSpec(
    resolveBounds.timeoutMs,
    'Wait this long for each reply; by default 1s or less, depending on the number of servers',
  ),
  tries: numberSpec(resolveBounds.tries, 'Ask a server that does not answer this many times'),
  search: { type: 'boolean', negatable: 'on', help: 'Try the search domains of the host (on)' },
  port: numberSpec({ ...portBound, default: 53 }, 'The port of the servers that are given without one', {
    alias: 'p',
    value: 'PORT',
  }),
  ...limitOptions,
  ...networkOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult> {
  const { output, stop, progress } = context;
  if (flag(args, 'short') && output.format !== 'text') throw conflict('--short', 'JSON contains everything');
  const how: ResolveOptions = {
    servers: serversOf(args),
    tcp: flag(args, 'tcp') || undefined,
    timeoutMs: numberOption(args, 'timeout', resolveBounds.timeoutMs),
    tries: numberOption(args, 'tries', resolveBounds.tries),
    search: args.options.search !== false,
    source: sourceOption(args),
    nsid: flag(args, 'nsid'),
    cookie: flag(args, 'cookie'),
    stop,
  };
  if (args.options.file !== undefined) return await dnsBulk(args, how, context);
  const question = questionOf(args);
  progress.show([`asking for ${cleanForTerminal(question.name)} …`]);
  const measured = await measure(args, { ...how, types: question.types }, question);
  const document = { ...measured, ...stoppedMember(stop, measured.durationMs) };
  if (!flag(args, 'short')) return resultOf(document, dnsText);
  // Nothing on standard output, for scripts, is no answer for a person.
  if (dnsShort(document).length === 0 && !output.quiet)
    context.note(`pprobe: ${cleanForTerminal(question.name)}: ${failureWords(document)}`);
  return resultOf(document, shortText);
}

function shortText(document: DnsDocument): string {
  return dnsShort(document)
    .map((line) => `${line}\n`)
    .join('');
}

async function measure(
  args: Arguments,
  how: ResolveOptions,
  { name, compare }: { name: string; compare: string | undefined },
): Promise<DnsDocument> {
  const ask = flag(args, 'all-servers') ? resolveAtAll : resolve;
  const [first, second, system] = await Promise.all([
    ask(name, how),
    compare === undefined ? null : resolve(compare, how),
    flag(args, 'system') ? askSystem(args, name, how) : null,
  ]);
  const comparison = second === null ? {} : { compare: compareNames(first, second) };
  const here = system === null ? {} : { system: compareSystem(system, first, await findHosts(name)) };
  return { ...first, ...comparison, ...here };
}

/** Asks getaddrinfo(3) for the address families of the DNS question. */
function askSystem(args: Arguments, name: string, { types, stop }: ResolveOptions): Promise<SystemLookup> {
  const asked = new Set((types ?? ['A', 'AAAA']).map((type) => type.toUpperCase()));
  const only = asked.has('A') ? 4 : 6;
  const family = familyOption(args) ?? (asked.has('A') && asked.has('AAAA') ? undefined : only);
  return lookupSystem(name, { family, stop });
}

function serversOf(args: Arguments): string[] | undefined {
  const [, positional] = args.positionals;
  if (positional !== undefined && /^[a-z]+\d*$/i.test(positional) && familyOf(positional) === null)
    throw new InvalidInputError(
      'server',
      `server: ${quoted(positional)} is neither a record type, like AAAA or TYPE65, nor the address of a server`,
    );
  const named = listOption(args, 'server');
  const servers = positional === undefined ? named : [positional, ...(named ?? [])];
  const port = numberOption(args, 'port', portBound);
  if (port === undefined) return servers;
  if (servers === undefined)
    throw new InvalidInputError('--port', '--port: is the port of a server; give the server, too');
  return servers.map((server) => (server.includes('#') ? server : `${server}#${port}`));
}

/**
 * Takes record types and the class IN out of the arguments, where dig and host have them: `NAME TYPE`, `TYPE NAME`,
 * `NAME IN TYPE`, with a server before or behind the type.
 */
function arrange(args: Arguments): Arguments {
  const { positionals, options } = args;
  const [first = '', second = ''] = positionals;
  const isTypeFirst = isRecordType(first) && isNameBehindType(first, second);
  const isType = (word: string, index: number): boolean =>
    isRecordType(word) && (index === 0 ? isTypeFirst : !isTypeFirst || index > 1);
  const types = positionals.filter(isType);
  const isClass = (word: string, index: number): boolean => index > 0 && word.toUpperCase() === 'IN';
  const other = positionals.slice(1).find((word) => /^(?:ch|chaos|hs|hesiod)$/i.test(word));
  if (other !== undefined)
    throw new InvalidInputError(
      'class',
      `${quoted(other)} cannot be asked for; pprobe dns asks for class IN only`,
    );
  // Space comes along when a name is copied.
  const rest = positionals
    .filter((word, index) => !isType(word, index) && !isClass(word, index))
    .map((word) => word.trim() || word);
  if (types.length === 0) return { ...args, positionals: rest };
  const all = [...(options.type === undefined ? [] : [options.type].flat()), ...types];
  return { positionals: rest, options: { ...options, type: all.length === 1 ? all[0] : all } };
}

/** `MX example.com`, `ns localhost`, `a example.com`. `a b` and `a 10.0.0.2` are a name and its server. */
function isNameBehindType(type: string, word: string): boolean {
  if (word === '' || isRecordType(word) || familyOf(word.replace(/[#:]\d+$/, '')) !== null) return false;
  return type.length > 1 || word.includes('.');
}

export const dnsCommand: Command = {
  name: 'dns',
  summary: 'Looks up a name in DNS: its aliases, its addresses, and from which networks they can be reached',
  positionals: [
    {
      name: 'name',
      required: true,
      unless: 'file',
      help: 'Domain name; or an address, to look up its name',
    },
    { name: 'server', required: false, help: "Ask this server instead of the host's own: ADDR or ADDR#PORT" },
  ],
  options,
  peers: dnsPeers,
  arrange,
  examples: [
    { command: 'pprobe dns api.example.com', help: 'What addresses does this host get?' },
    {
      command: 'pprobe dns api.example.com 10.0.0.2 -t TXT,MX',
      help: 'What does this server answer for these types?',
    },
    {
      command:
        'pprobe dns abc123defg.execute-api.us-east-1.amazonaws.com \\\n' +
        '    --compare vpce-0abc-xyz.execute-api.us-east-1.vpce.amazonaws.com',
      help: 'Do the API and the VPC endpoint have the same addresses? If not, private DNS is off, or on for another VPC',
    },
    {
      command: 'pprobe dns @10.0.0.2 api.example.com MX +short',
      help: 'The words of dig, nslookup (-type=MX) and host (-t MX -W 2)',
    },
    { command: 'pprobe dns -x 10.0.1.23', help: 'Which name has this address?' },
    {
      command: 'pprobe dns api.example.com --system --all-servers',
      help: 'Do the servers agree, and does an application on this host get the same addresses?',
    },
    {
      command: 'pprobe dns --file names.txt --json > answers.jsonl',
      help: 'Many names: one JSON document per line, in the order of the names',
    },
  ],
  notes:
    'Exit code: 0 answered, 10 not answered. With --compare and --all-servers, 0 only if the addresses are the same; with ' +
    '--file, 0 only if every name was answered, and 2 if a line is not a valid name.',
  run,
};

/** What `pprobe dns` looks up. */
export interface DnsQuestion {
  name: string;
  types: string[] | undefined;
  compare: string | undefined;
}

/** Reads the question for one name. Throws InvalidInputError for options that contradict each other. */
export function questionOf(args: Arguments): DnsQuestion {
  const compare = textOption(args, 'compare');
  if (compare !== undefined) checkQueryName(compare, '--compare');
  if (flag(args, 'reverse') && compare !== undefined)
    throw conflict('--compare', '--reverse looks up no addresses to compare');
  const ask = typesFor(args, compare !== undefined);
  return { ...ask(required(args, 0)), compare };
}

/**
 * Returns a function from a name of the command line or of a file to the question for it. The question of an address is its
 * reverse name and PTR, unless an option says otherwise.
 */
export function typesFor(
  args: Arguments,
  wantsAddresses = flag(args, 'system'),
): (name: string) => Omit<DnsQuestion, 'compare'> {
  const types = listOption(args, 'type');
  const family = familyOption(args);
  if (flag(args, 'reverse')) {
    if (types !== undefined) throw conflict('--type', '--reverse looks up PTR records');
    if (flag(args, 'system')) throw conflict('--system', '--reverse looks up no addresses to compare');
    if (family !== undefined) throw conflict(`-${family}`, '--reverse looks up a name, not addresses');
    return (name) => ({ name: reverseName(name), types: ['PTR'] });
  }
  const wanted = family === undefined ? types : ofFamily(family, types);
  if (flag(args, 'system') && wanted?.every((type) => !/^(a|aaaa)$/i.test(type)))
    throw conflict('--system', `getaddrinfo gives addresses, and --type asks only for ${wanted.join(', ')}`);
  // As in nslookup: an address without further options is looked up by its reverse name.
  const reverses = types === undefined && !wantsAddresses;
  return (text) => {
    const name = withoutBrackets(text);
    if (reverses && familyOf(name) !== null) return { name: reverseName(name), types: ['PTR'] };
    return { name, types: wanted };
  };
}

/** The types without the address type of the other family. */
function ofFamily(family: 4 | 6, types: string[] = ['A', 'AAAA']): string[] {
  const unwanted = family === 4 ? 'AAAA' : 'A';
  const wanted = types.filter((type) => type.toUpperCase() !== unwanted);
  if (wanted.length === 0) throw conflict(`-${family}`, `--type asks only for ${unwanted} records`);
  return wanted;
}

/** The error for an option that does not go with another. `why` names the other. */
export function conflict(option: string, why: string): InvalidInputError {
  return new InvalidInputError(option, `${option}: leave it out; ${why}`);
}

/** Options that work with one name only. */
const single = ['compare', 'system', 'all-servers'];

/** `pprobe dns --file`: looks up every name of a file, over shared sockets. Throws InvalidInputError or CapabilityError. */
export async function dnsBulk(
  args: Arguments,
  options: ResolveOptions,
  context: CommandContext,
): Promise<BulkResult> {
  const [positional] = args.positionals;
  if (positional !== undefined)
    throw conflict('--file', `"${positional}" is given, too; give a server with --server`);
  const unwanted = single.find((name) => args.options[name] !== undefined);
  if (unwanted !== undefined) throw conflict(`--${unwanted}`, 'it works with one name, not with --file');
  const ask = typesFor(args, false);
  const resolvers = new Map<string, () => MaybePromise<Resolver>>();
  // A file may contain names and addresses, which are looked up with different types.
  const resolverFor = (types: string[] | undefined): MaybePromise<Resolver> => {
    const key = (types ?? []).join(',');
    const resolver = resolvers.get(key) ?? unwrapOnceSettled(openResolver({ ...options, types }));
    resolvers.set(key, resolver);
    return resolver();
  };
  // A mistake in the options is reported once, before the first line.
  await resolverFor(ask('.').types);
  const asShort = flag(args, 'short');
  return await runBulk<DnsDocument>(args, context, {
    noun: 'names',
    concurrency: resolveBounds.concurrency,
    measure(text, signal) {
      const { name, types } = ask(text);
      return andThen(resolverFor(types), (resolver) => resolver.resolve(name, signal));
    },
    line: (document, style) => (asShort ? dnsShort(document).join(' ') : dnsLine(document, style)),
    exitCode: exitCodeOf,
    close() {
      for (const resolver of resolvers.values()) {
        Promise.resolve(resolver())
          .then(({ close }) => close())
          .catch(() => {});
      }
    },
  });
}
