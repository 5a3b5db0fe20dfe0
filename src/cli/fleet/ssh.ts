import { stat } from 'node:fs/promises';
import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { SshCarrier } from '../../fleet/ssh/carrier.js';
import { parseHostsFile, parseSshHosts, type SshHost } from '../../fleet/ssh/hosts.js';
import { checkReadable, readInput } from '../files.js';
import { type Arguments, textOption } from '../options.js';
import type { CarrierEntry } from './carrier-entry.js';

const hostsHint = 'give a file with one host a line, or hosts with commas between them';

/** `--via ssh`: the ssh of the user, and no program that waits on the hosts. */
export const sshEntry: CarrierEntry = {
  name: 'ssh',
  options: {
    hosts: {
      type: 'string',
      value: 'FILE|H,H…',
      help: 'With --via ssh: the hosts, [USER@]HOST[:PORT] or aliases of the ssh configuration; or a file with one a line, optionally followed by group=NAME (- for standard input)',
    },
    'ssh-config': {
      type: 'string',
      value: 'FILE',
      help: 'With --via ssh: the configuration of ssh (ssh -F FILE)',
    },
    remote: {
      type: 'string',
      value: 'PATH',
      help: 'With --via ssh: pprobe on the hosts (pprobe, found by PATH)',
    },
  },
  async open(args, { stop }) {
    const given = textOption(args, 'hosts', hostsHint);
    if (given === undefined) throw new InvalidInputError('--hosts', `--hosts: is missing; ${hostsHint}`);
    const configFile = textOption(args, 'ssh-config') ?? null;
    if (configFile !== null) await checkReadable(configFile);
    const group = textOption(args, 'group');
    const all = await hostsOf(given, stop);
    const hosts = group === undefined ? all : all.filter((host) => host.group === group);
    const ofGroup = group === undefined ? '' : ` of the group ${quoted(group)}`;
    return {
      carrier: new SshCarrier(hosts, { configFile, remotePath: remotePath(args) }),
      whereEmpty: `--hosts: ${quoted(given)} has no host${ofGroup}; ${hostsHint}`,
    };
  },
};

/** Text with a slash, and the name of a file that is there, is a file. */
async function hostsOf(given: string, stop: AbortSignal): Promise<SshHost[]> {
  const isFile = given === '-' || given.includes('/') || (await stat(given).catch(() => null)) !== null;
  if (!isFile) return parseSshHosts(given);
  return parseHostsFile(await readInput(given, stop), given === '-' ? 'standard input' : given);
}

function remotePath(args: Arguments): string {
  const path = textOption(args, 'remote') ?? 'pprobe';
  if (/^[^-\p{Cc}][^\p{Cc}]*$/u.test(path)) return path;
  throw new InvalidInputError(
    '--remote',
    `--remote: ${quoted(path)} is not the path of a program; give a path like /opt/pprobe/bin/pprobe`,
  );
}
