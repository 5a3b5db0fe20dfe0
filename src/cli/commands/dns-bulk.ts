import type { ResolveOptions } from '../../probe/dns/options.js';
import { defaultConcurrency, openResolver, type Resolver } from '../../probe/dns/resolve-many.js';
import type { DnsDocument } from '../../probe/dns/types.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { dnsLine } from '../../report/text/dns-line.js';
import { dnsShort } from '../../report/text/dns-short.js';
import { andThen, kept, type Soon } from '../../soon.js';
import { type Arguments, flag } from '../arguments.js';
import { runBulk } from '../bulk.js';
import type { BulkResult, CommandContext } from '../command.js';
import { conflict, typesFor } from './dns-question.js';

// One name at a time is meant by these.
const single = ['compare', 'system', 'all-servers'];

/** `pprobe dns --file`: every name of a file, over shared sockets. Throws InvalidInputError and CapabilityError. */
export async function dnsBulk(
  args: Arguments,
  options: ResolveOptions,
  context: CommandContext,
): Promise<BulkResult> {
  const [positional] = args.positionals;
  if (positional !== undefined)
    throw conflict('--file', `"${positional}" is given beside it; a server goes with --server`);
  const unwanted = single.find((name) => args.options[name] !== undefined);
  if (unwanted !== undefined) throw conflict(`--${unwanted}`, 'it is for one name, not for those of --file');
  const ask = typesFor(args, false);
  const resolvers = new Map<string, () => Soon<Resolver>>();
  // Names and addresses may be mixed in one file, and are asked for different types.
  const resolverFor = (types: string[] | undefined): Soon<Resolver> => {
    const key = (types ?? []).join(',');
    const resolver = resolvers.get(key) ?? kept(openResolver({ ...options, types }));
    resolvers.set(key, resolver);
    return resolver();
  };
  // What is wrong with the options is said once, before the first line.
  await resolverFor(ask('.').types);
  const asShort = flag(args, 'short');
  return await runBulk<DnsDocument>(args, context, {
    noun: 'names',
    concurrency: defaultConcurrency,
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
