import { stat } from 'node:fs/promises';
import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { version } from '../../core/version.js';
import { findArchives } from '../../fleet/ssh/archives.js';
import { SshCarrier } from '../../fleet/ssh/carrier.js';
import type { CopyChoice } from '../../fleet/ssh/copy.js';
import { parseHostsFile, parseSshHosts, type SshHost } from '../../fleet/ssh/hosts.js';
import { checkReadable, readInput } from '../files.js';
import { type Arguments, switchOption, textOption } from '../options.js';
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
    copy: {
      type: 'string',
      value: 'ARCHIVE',
      help: 'With --via ssh: copy pprobe to the hosts and use that: pprobe-VERSION-linux-x64.tar.xz or …-arm64.tar.xz, or a directory with both; each host gets that of its processor, once, and keeps it in ~/.cache/pprobe',
    },
    'copy-to': {
      type: 'string',
      value: 'DIR',
      help: 'With --copy: keep it in this directory of the hosts',
    },
    plain: {
      type: 'boolean',
      help: 'With --via ssh: the command on the hosts is "pprobe diagnose …" and nothing around it, for an sshd that allows only that (ForceCommand, command=). It goes on there until its own limit when the connection is cut',
    },
  },
  async open(args, { stop }) {
    const given = textOption(args, 'hosts', hostsHint);
    if (given === undefined) throw new InvalidInputError('--hosts', `--hosts: is missing; ${hostsHint}`);
    const configFile = textOption(args, 'ssh-config') ?? null;
    if (configFile !== null) await checkReadable(configFile);
    const choice = {
      configFile,
      remotePath: remotePath(args),
      isPlain: switchOption(args, 'plain') === true,
    };
    const copy = await copyChoice(args);
    const group = textOption(args, 'group');
    const all = await hostsOf(given, stop);
    const hosts = group === undefined ? all : all.filter((host) => host.group === group);
    const ofGroup = group === undefined ? '' : ` of the group ${quoted(group)}`;
    return {
      carrier: new SshCarrier(hosts, { ...choice, copy }),
      whereEmpty: `--hosts: ${quoted(given)} has no host${ofGroup}; ${hostsHint}`,
    };
  },
};

/** What is copied to the hosts; null without --copy. */
async function copyChoice(args: Arguments): Promise<CopyChoice | null> {
  const path = textOption(args, 'copy', 'give the archive that "npm run archive" makes');
  const directory = textOption(args, 'copy-to') ?? null;
  if (path === undefined) {
    if (directory === null) return null;
    throw new InvalidInputError('--copy-to', '--copy-to: works only with --copy; give --copy ARCHIVE, too');
  }
  for (const other of ['remote', 'plain']) {
    if (args.options[other] !== undefined)
      throw new InvalidInputError('--copy', `--copy: cannot go with --${other}; leave one of them out`);
  }
  if (directory !== null && !/^\/[^\p{Cc}]*$/u.test(directory))
    throw new InvalidInputError(
      '--copy-to',
      `--copy-to: ${quoted(directory)} is not the path of a directory; give one like /var/tmp`,
    );
  return { archives: await findArchives(path, version), directory };
}

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
