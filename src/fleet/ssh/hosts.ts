import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import type { FleetMember } from '../../documents/fleet.js';
import { familyOf } from '../../net/address/address.js';
import { checkHostAddress } from '../../target/host.js';
import { checkNumberForm } from '../../target/number-form.js';

/** A host of the roster, with what ssh(1) needs to reach it. */
export interface SshHost extends FleetMember {
  user: string | null;
  /** A name, an address, or an alias of the ssh configuration. */
  name: string;
  port: number | null;
}

const grammar = 'give [USER@]HOST[:PORT], or an alias of the ssh configuration';

/**
 * What may be in a host. It is narrow on purpose: a ProxyCommand of the user's ssh configuration passes the host (`%h`) and the
 * user (`%r`) to a shell (CVE-2023-51385).
 */
const hostForm =
  /^(?:([\p{L}\p{N}_][\p{L}\p{N}._+-]*\$?)@)?(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([\p{L}\p{N}_][\p{L}\p{N}._-]*))(?::(\d{1,5}))?$/u;

/** An IPv6 address without brackets, which has no port. */
const bareIpv6 = /^[0-9a-fA-F]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*(?:%[\w.-]+)?$/;

/** One host as it is written in a hosts file or in --hosts. Throws InvalidInputError, whose message begins with `where`. */
export function parseSshHost(text: string, where: string, group: string | null = null): SshHost {
  const ipv6 = bareIpv6.test(text) ? text : null;
  const [matched, user = null, bracketed, name, digits] = hostForm.exec(text) ?? [];
  const port = digits === undefined ? null : Number(digits);
  if (ipv6 === null && matched === undefined)
    throw new InvalidInputError('--hosts', `${where}: ${quoted(text)} is not a host; ${grammar}`);
  if (port !== null && (port < 1 || port > 65_535))
    throw new InvalidInputError(
      '--hosts',
      `${where}: ${quoted(text)}: ${port} is not a port; give 1 to 65535`,
    );
  const host = ipv6 ?? bracketed ?? name ?? '';
  checkAddress(host, where);
  return { agent: text, group, host, user, name: host, port };
}

/**
 * Refuses an address that pprobe refuses as a host, and a number form, which ssh takes for an address; a decimal number alone can be an
 * alias. Throws InvalidInputError, whose message begins with `where`.
 */
function checkAddress(host: string, where: string): void {
  try {
    if (familyOf(host) !== null) checkHostAddress(host, where, grammar);
    else if (!/^\d+$/.test(host)) checkNumberForm(host, where);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError('--hosts', error.message, { cause: error });
  }
}

/** The hosts of `--hosts H,H…`. */
export function parseSshHosts(list: string): SshHost[] {
  return distinct(
    list
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => parseSshHost(text, '--hosts')),
  );
}

/**
 * The hosts of a file: one a line, then optionally `group=NAME`. Empty lines and lines that begin with `#` are skipped. A host that
 * is there twice is one member. Throws InvalidInputError with the number of the line.
 */
export function parseHostsFile(text: string, file: string): SshHost[] {
  return distinct(
    text.split(/\r?\n/).flatMap((line, index) => {
      const [host, ...rest] = line
        .replace(/^\ufeff/, '')
        .trim()
        .split(/\s+/);
      if (host === undefined || host === '' || host.startsWith('#')) return [];
      const where = `${file} line ${index + 1}`;
      const groups = rest.map((word) => groupOf(word, where));
      if (groups.length > 1)
        throw new InvalidInputError('--hosts', `${where}: a host has one group; give group=NAME once`);
      return [parseSshHost(host, where, groups[0] ?? null)];
    }),
  );
}

function groupOf(word: string, where: string): string {
  const name = /^group=([\w.-]{1,64})$/.exec(word)?.[1];
  if (name !== undefined) return name;
  throw new InvalidInputError(
    '--hosts',
    `${where}: ${quoted(word)} is not understood; after a host, give group=NAME or nothing`,
  );
}

function distinct(hosts: readonly SshHost[]): SshHost[] {
  const first = new Map<string, SshHost>();
  for (const host of hosts) if (!first.has(host.agent)) first.set(host.agent, host);
  return [...first.values()];
}
