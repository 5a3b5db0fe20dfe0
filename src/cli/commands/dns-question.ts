import { familyOf } from '../../address/family.js';
import { InvalidInputError } from '../../errors.js';
import { checkName } from '../../probe/dns/name.js';
import { reverseName } from '../../probe/dns/reverse-name.js';
import { type Arguments, familyOption, flag, listOption, required, textOption } from '../arguments.js';

/** What one `pprobe dns` asks: in the contract's words, what nslookup is asked. */
export interface DnsQuestion {
  name: string;
  types: string[] | undefined;
  compare: string | undefined;
}

/** Reads the question for one name. Throws InvalidInputError for options that contradict each other. */
export function questionOf(args: Arguments): DnsQuestion {
  const compare = textOption(args, 'compare');
  if (compare !== undefined) checkName(compare, '--compare');
  if (flag(args, 'reverse') && compare !== undefined)
    throw conflict('--compare', '--reverse gives no addresses to compare');
  const ask = typesFor(args, compare !== undefined);
  return { ...ask(required(args, 0)), compare };
}

/**
 * How a name of the command line or of a file is asked for: as it stands, or, when it is an address and nothing else is
 * wanted, by its reverse name.
 */
export function typesFor(
  args: Arguments,
  wantsAddresses = flag(args, 'system'),
): (name: string) => Omit<DnsQuestion, 'compare'> {
  const types = listOption(args, 'type');
  const family = familyOption(args);
  if (flag(args, 'reverse')) {
    if (types !== undefined) throw conflict('--type', '--reverse asks for PTR records');
    if (flag(args, 'system')) throw conflict('--system', '--reverse gives no addresses to compare');
    if (family !== undefined) throw conflict(`-${family}`, '--reverse asks for a name, not for addresses');
    return (name) => ({ name: reverseName(name), types: ['PTR'] });
  }
  const wanted = family === undefined ? types : ofFamily(family, types);
  if (flag(args, 'system') && wanted?.every((type) => !/^(a|aaaa)$/i.test(type)))
    throw conflict('--system', `it gives addresses, and --type asks for ${wanted.join(', ')} only`);
  // As nslookup does: who gives an address and says nothing else wants its name.
  const reverses = types === undefined && !wantsAddresses;
  return (name) =>
    reverses && familyOf(name) !== null
      ? { name: reverseName(name), types: ['PTR'] }
      : { name, types: wanted };
}

/** What to ask for when addresses of one family are of no interest. */
function ofFamily(family: 4 | 6, types: string[] = ['A', 'AAAA']): string[] {
  const unwanted = family === 4 ? 'AAAA' : 'A';
  const wanted = types.filter((type) => type.toUpperCase() !== unwanted);
  if (wanted.length === 0) throw conflict(`-${family}`, `--type asks for ${unwanted} records only`);
  return wanted;
}

export function conflict(option: string, why: string): InvalidInputError {
  return new InvalidInputError(option, `${option}: leave it out; ${why}`);
}
