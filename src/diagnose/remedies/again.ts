import type { Target } from '../../documents/target.js';
import { familyOf, withoutZone } from '../../net/address/address.js';
import { hostPort } from '../../target/host-port.js';
import { parseTarget } from '../../target/parse-target.js';
import type { Argv } from './advice.js';

/** What a new `pprobe` command measures: the target again, one address of it, or a name. */
export type Again =
  /** With options in place of those given, or beside them. */
  | { command: 'diagnose'; options?: Argv }
  | { command: 'trace' | 'tcp'; address: string; port?: number; options?: Argv }
  /** Asks the servers that were given, unless it names one. */
  | { command: 'dns'; name: string; server?: string; options?: Argv };

/**
 * The command line of a further measurement, which repeats the target as it was given and every option of the first that
 * the command has: the endpoint, the API, the source address, the family, the control, the trusted authorities and the
 * servers asked.
 */
export function pprobeAgain(target: Target, again: Again): Argv {
  const { given = {} } = target;
  switch (again.command) {
    case 'diagnose': {
      const { caFile, vpcResolver, servers = [], headers = [], timeoutMs } = given;
      const control = given.control && hostPort(given.control.host, given.control.port);
      const options = again.options ?? [];
      const kept = [
        ...endpointOptions(target),
        ...option('--ca-file', caFile),
        ...option('--control', control),
        ...servers.flatMap((server) => option('--server', server)),
        ...option('--vpc-resolver', vpcResolver),
        ...option('--source', given.source),
        ...headers.flatMap(({ field, value }) => ['-H', `${field}: ${value ?? 'VALUE'}`]),
        ...option('--timeout', timeoutMs === undefined ? undefined : `${timeoutMs}ms`),
        ...(given.http === false ? ['--no-http'] : []),
        ...(given.trace === undefined ? [] : [given.trace ? '--trace' : '--no-trace']),
        ...familyOption(target),
      ];
      return ['pprobe', 'diagnose', ...subject([subjectOf(target)], [...without(kept, options), ...options])];
    }
    case 'trace':
    case 'tcp': {
      const { command, address, port = target.port, options = [] } = again;
      const more = [...sourceFor(target, address), ...options];
      return command === 'trace'
        ? ['pprobe', command, ...subject([address], ['-p', String(port), ...more])]
        : ['pprobe', command, ...subject([address, String(port)], more)];
    }
    case 'dns': {
      const { name, server, options = [] } = again;
      const servers = server === undefined ? (given.servers ?? []) : [server];
      const asked = servers.flatMap((each) => option('--server', each));
      const [address] = servers.map(addressOfServer);
      const source = address === undefined ? option('--source', given.source) : sourceFor(target, address);
      return ['pprobe', 'dns', ...subject([name], [...asked, ...options, ...source])];
    }
  }
}

/** Enough connections to see how many of them fail. */
export function countAgain(target: Target, address: string): Argv {
  return pprobeAgain(target, { command: 'tcp', address, options: ['--count', '20'] });
}

/** Begins as an option of pprobe or of dig does, or as one whose hyphens became dashes. */
const asAnOption = /^[-+@\u2010-\u2015\u2212]/;

/** An option of pprobe. A value that begins as an option does follows `=`. */
export function option(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return asAnOption.test(value) ? [`${name}=${value}`] : [name, value];
}

/** Words of a command line followed by its options; words of which one begins as an option does come last, after `--`. */
export function subject(words: Argv, options: Argv): string[] {
  return words.some((word) => asAnOption.test(word)) ? [...options, '--', ...words] : [...words, ...options];
}

/** Options without a value. */
const switches: ReadonlySet<string> = new Set(['-4', '-6', '--no-http', '--trace', '--no-trace']);

/** `options` without those that `others` name. Headers stay, because there can be several. */
function without(options: Argv, others: Argv): string[] {
  return options.filter((word, index) => {
    const before = options[index - 1];
    if (word === '-H' || before === '-H') return true;
    const isValue = before?.startsWith('--') === true && !switches.has(before);
    const isReplaced = others.includes(word) || (isValue && others.includes(before));
    return !isReplaced;
  });
}

/** The target as it was given; written out where the text of a saved report no longer says the same. */
function subjectOf(target: Target): string {
  const { input, url, host, port } = target;
  return isSame(input, target) ? input : (url ?? hostPort(host, port));
}

function isSame(input: string, target: Target): boolean {
  try {
    const { host, port, url } = parseTarget(input);
    return host === target.host && port === target.port && url === target.url;
  } catch {
    return false;
  }
}

/** `--vpce` and `--api-id`, where the name does not say the same. */
function endpointOptions({ privateApi }: Target): string[] {
  if (privateApi === null) return [];
  const { form, apiId, vpceId, endpointName } = privateApi;
  const isInName = form === 'alias' || form === 'vpce' || form === 'zonal';
  const isDnsName = endpointName?.startsWith('vpce-') ?? false;
  const endpoint = isDnsName ? endpointName : isInName && endpointName === null ? null : vpceId;
  const isApiInName = form === 'default' || form === 'alias';
  return [
    ...option('--vpce', endpoint ?? undefined),
    ...option('--api-id', isApiInName ? undefined : (apiId ?? undefined)),
  ];
}

function familyOption({ given }: Target): string[] {
  return given?.family === undefined ? [] : [`-${given.family}`];
}

/** `--source` for a connection to one address, where both are of one family. */
function sourceFor({ given }: Target, address: string): string[] {
  const source = given?.source;
  if (source === undefined || familyOf(withoutZone(source)) !== familyOf(withoutZone(address))) return [];
  return ['--source', source];
}

/** `10.0.0.2` of `10.0.0.2#53`. */
function addressOfServer(server: string): string {
  return server.split('#', 1)[0] ?? server;
}
