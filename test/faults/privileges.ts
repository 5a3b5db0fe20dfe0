import { reportDocument } from '../report/documents.js';
import type { Fault } from './fault.js';
import { dns, silent } from './peers.js';

const part = 'privileges and files';
const files = () => ({ 'report.json': JSON.stringify(reportDocument('timeout')) });
const tellUser = `import { writeSync } from 'node:fs'; process.on('exit', () => { writeSync(2, 'user ' + process.geteuid() + '\\n'); });`;
const refused = ['diagnose', '127.0.0.1:CLOSED', '--no-trace', '--json'];

const asSudo = (args: readonly string[], code: readonly number[], more: Partial<Fault> = {}): Fault => ({
  id: `sudo-${args[0]}`,
  part,
  fault: 'the command is run with sudo',
  args,
  env: {
    SUDO_UID: '65534',
    SUDO_GID: '65534',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellUser)}`,
  },
  root: true,
  files,
  code,
  says: /user 65534/,
  costly: true,
  ...more,
});

/** A directory that everybody can write to, as /tmp is. */
const sticky = 'mkdir "$DIR/shared"; chmod 1777 "$DIR/shared"; ';

export const privileges: readonly Fault[] = [
  asSudo(['dns', 'api.example', '127.0.0.1#PORT', '--timeout', '60000'], [0], { peer: dns }),
  asSudo(['tcp', '127.0.0.1', 'PORT'], [0], { peer: silent }),
  asSudo(['trace', '127.0.0.1', '-p', 'PORT'], [0], { peer: silent }),
  asSudo(refused, [13]),
  asSudo(['explain', 'DIR/report.json'], [20]),
  asSudo(['collect', '10.0.0.1:443', '--commands', '--region', 'us-east-1'], [0]),
  {
    id: 'planted-getent',
    part,
    fault: 'a program called getent in a directory of PATH',
    args: ['dns', 'localhost', '127.0.0.1#PORT', '--timeout', '60000', '--system'],
    peer: dns,
    files: () => ({ getent: '#!/bin/sh\ntouch "$DIR/ran"\n' }),
    shell:
      'chmod +x "$DIR/getent"; PATH="$DIR:$PATH" "$@"; code=$?; [ -e "$DIR/ran" ] && echo the planted one ran; exit $code',
    code: [0, 10],
    never: /the planted one ran/,
    costly: true,
  },
  ...(['--save', '--html'] as const).map(
    (option): Fault => ({
      id: `foreign-link${option}`,
      part,
      fault: 'in a shared directory, a link of another user has the name of the file to write',
      args: [...refused, option, 'DIR/shared/report'],
      shell: `${sticky}ln -s "$DIR/victim" "$DIR/shared/report"; chown -h 65534 "$DIR/shared/report"; "$@"; code=$?; [ -e "$DIR/victim" ] && echo the victim was written >&2; exit $code`,
      root: true,
      code: [3],
      says: /belongs to another user/,
      never: /the victim was written/,
      costly: true,
    }),
  ),
  {
    id: 'foreign-file',
    part,
    fault: 'in a shared directory, a file of another user has the name of the file to write',
    args: [...refused, '--save', 'DIR/shared/report'],
    shell: `${sticky}touch "$DIR/shared/report"; chmod 666 "$DIR/shared/report"; chown 65534 "$DIR/shared/report"; "$@"; code=$?; [ -s "$DIR/shared/report" ] && echo it has the report >&2; exit $code`,
    root: true,
    code: [3],
    says: /belongs to another user/,
    never: /it has the report/,
    costly: true,
  },
  {
    id: 'own-link',
    part,
    fault: 'the file to write is a link of the same user',
    args: [...refused, '--save', 'DIR/link'],
    shell:
      'touch "$DIR/real"; ln -s real "$DIR/link"; "$@"; code=$?; [ -L "$DIR/link" ] && [ -s "$DIR/real" ] && echo the link is kept >&2; exit $code',
    code: [13],
    document: 'report',
    says: /the link is kept/,
    costly: true,
  },
  ...(['--save', '--html'] as const).map(
    (option): Fault => ({
      id: `umask${option}`,
      part,
      fault: 'umask 000',
      args: [...refused, option, 'DIR/report'],
      shell: 'umask 000; "$@"; code=$?; stat -c "mode %a" "$DIR/report" >&2; exit $code',
      code: [13],
      document: 'report',
      says: /mode 600/,
      costly: true,
    }),
  ),
  ...(['--save', '--html'] as const).map(
    (option): Fault => ({
      id: `small-disk${option}`,
      part,
      fault: 'the disk is full before the file is written',
      args: [...refused, option, 'DIR/small/report'],
      shell:
        'exec unshare --mount sh -c \'mkdir "$DIR/small"; mount -t tmpfs -o size=8k,mode=777 none "$DIR/small"; head -c 4096 /dev/zero >"$DIR/small/held"; ' +
        'echo old >"$DIR/small/report"; "$@"; code=$?; echo "left: $(ls -A "$DIR/small" | tr "\\n" " ")$(cat "$DIR/small/report")" >&2; exit $code\' sh "$@"',
      root: true,
      code: [3],
      document: 'report',
      says: /the disk is full[\s\S]*left: held report old/,
      costly: true,
    }),
  ),
];
