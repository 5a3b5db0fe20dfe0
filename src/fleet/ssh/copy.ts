import { excerpt } from '../../core/text.js';
import type { ProgramArchive } from './archives.js';

/** What is copied to the hosts. */
export interface CopyChoice {
  archives: readonly ProgramArchive[];
  /** The directory on the hosts in which copies are kept; null for that of the user's cache. */
  directory: string | null;
}

/** A copied program that was not used for so long is removed when another one is copied, days. */
const keptDays = 30;

/** Of the octets of an archive, the disk space that it and what it unpacks to need. */
const spaceFactor = 7;

const prefix = 'pprobe-copy:';

/**
 * What sh(1) runs on the host before the measurement. It finds the program that an earlier run has copied, or asks for the archive,
 * reads it from standard input, checks it and unpacks it beside its place. rename(2) then makes it visible as a whole: of several
 * runs at once, one is the first, and the others remove their own copies. It says on standard output what it needs, in lines of their
 * own, and ends with $1 as the program.
 *
 * Login shells differ in what they do with quotes: there is no line break, backslash or single quote in it, and no exclamation mark
 * but in `!=`, which csh(1) leaves alone.
 *
 * Its arguments are the directory, `ARCH:OCTETS:SHA256 …`, and the words of pprobe.
 */
export const copyScript = [
  `say() { echo; echo "${prefix} $*"; }`,
  'clean() { if [ -n "$new" ]; then rm -rf "$new"; fi; }',
  'die() { say "$@"; clean; exit 3; }',
  'has() { command -v "$1" >/dev/null 2>&1; }',
  'umask 077',
  'new=; want=; dir=$1; all=$2; shift 2',
  'os=$(uname -s); cpu=$(uname -m)',
  'if [ "$os" != Linux ]; then die system "$os"; fi',
  'case $cpu in x86_64|amd64) arch=x64;; aarch64|arm64) arch=arm64;; *) die machine "$cpu";; esac',
  `for each in $all; do case $each in $arch:*) want=\${each#*:};; esac; done`,
  'if [ -z "$want" ]; then die archive "$cpu"; fi',
  `size=\${want%%:*}; sum=\${want#*:}`,
  // XDG Base Directory specification: a path that is not absolute is ignored. The directory in which a login starts is no cache.
  'if [ -z "$dir" ]; then case $XDG_CACHE_HOME in /*) dir=$XDG_CACHE_HOME/pprobe;; *) case $HOME in /*) dir=$HOME/.cache/pprobe;; *) die home;; esac;; esac; fi',
  'base=$dir/fleet-$(id -u)',
  'why=$(mkdir -p "$dir" 2>&1 && { [ -d "$base" ] || mkdir "$base" 2>&1 || [ -d "$base" ]; }) || die directory "$base $why"',
  // Whoever else can write there could exchange the program.
  'own=$(ls -ldn "$base"); case $own in drwx------*) ;; *) die shared "$base";; esac',
  'own=$(echo "$own" | tr -s " " | cut -d " " -f 3); if [ "$own" != "$(id -u)" ]; then die shared "$base"; fi',
  'place=$base/$sum',
  'count() { find "$1" -type f 2>/dev/null | wc -l | tr -d " "; }',
  `whole() { [ "$(cat "$1/.files" 2>/dev/null)" = "$(count "$1")" ]; }`,
  // A cleaner of temporary files removes single files. Another run may see it, too, and put a whole copy there just before ours is
  // moved away: that one goes back.
  'old=$base/.old.$(uname -n).$$',
  'if [ -d "$place" ]; then if whole "$place"; then :; else mkdir "$old" && mv "$place" "$old/" 2>/dev/null; if whole "$old/$sum"; then mv "$old/$sum" "$base/" 2>/dev/null; fi; rm -rf "$old"; fi; fi',
  'if [ -d "$place" ]; then touch "$place" 2>/dev/null; else',
  'for tool in tar xz head sha256sum find; do if has $tool; then :; else die tool $tool; fi; done',
  'free=$(df -Pk "$base" 2>/dev/null | tail -n 1 | tr -s " " | cut -d " " -f 4)',
  `need=$((size * ${spaceFactor} / 1024)); case $free in *[0-9]) ;; *) free=$need;; esac`,
  'if [ "$free" -lt "$need" ]; then die space "$need $free $base"; fi',
  // Of runs that were killed, and of versions that nobody uses any more.
  `find "$base" -mindepth 1 -maxdepth 1 -name ".*" -mtime +0 -exec rm -rf {} + 2>/dev/null; find "$base" -mindepth 1 -maxdepth 1 -mtime +${keptDays} -exec rm -rf {} + 2>/dev/null`,
  // Homes of several hosts can be one directory, and processes of two of them have the same number.
  'new=$base/.new.$(uname -n).$$; rm -rf "$new"; trap clean EXIT; trap "exit 143" TERM HUP INT',
  'why=$(mkdir "$new" 2>&1) || die directory "$base $why"',
  'say want $arch',
  'why=$(head -c "$size" 2>&1 >"$new/archive") || die write "$base $why"',
  'got=$(wc -c <"$new/archive" | tr -d " "); if [ "$got" != "$size" ]; then die cut "$got"; fi',
  'say got',
  'got=$(sha256sum <"$new/archive" | cut -d " " -f 1); if [ "$got" != "$sum" ]; then die sum "$got"; fi',
  'mkdir "$new/$sum"; why=$({ xz -dc "$new/archive" | tar -xf - -C "$new/$sum"; } 2>&1) || die unpack "$base $why"',
  'rm -f "$new/archive"; prog=; for each in "$new/$sum"/*/bin/pprobe; do if [ -f "$each" ]; then prog=$each; fi; done',
  'if [ -z "$prog" ]; then die program; fi',
  'why=$("$prog" --version 2>&1 </dev/null) || { code=$?; die run "$code $base $why"; }',
  'echo $(($(count "$new/$sum") + 1)) >"$new/$sum/.files"',
  // The copy has its last name already, and mv(1) is told the directory above: it cannot land inside the copy of a run that was faster.
  // rename(2) refuses then (ENOTEMPTY), and nobody ever sees a copy with files too many.
  'why=$(mv "$new/$sum" "$base/" 2>&1) || [ -d "$place" ] || die write "$base $why"',
  'clean; new=; trap - EXIT TERM HUP INT; fi',
  // A run that repairs the copy takes it away for a moment.
  'prog=; for wait in 1 1 1 0; do for each in "$place"/*/bin/pprobe; do prog=$each; done; if [ -f "$prog" ]; then break; fi; sleep $wait; done; if [ -f "$prog" ]; then set -- "$prog" "$@"; else die gone "$place"; fi',
  'say ready',
]
  .join('; ')
  .replaceAll('else;', 'else');

/** The arguments of the script before those of pprobe. */
export function copyWords({ archives, directory }: CopyChoice): string[] {
  const known = archives.map(({ arch, octets, digest }) => `${arch}:${octets}:${digest}`);
  return [directory ?? '', known.join(' ')];
}

/** What the script says in a line of its own. */
export type CopyWord =
  | { step: 'want'; archive: ProgramArchive }
  | { step: 'got' }
  | { step: 'ready' }
  | { step: 'failed'; reason: string };

/** The longest line of the script. What a shell's start files print may be longer and is no line of it. */
const longestLine = 8192;

/** Of what is no line of the script, so much is kept for a message. */
const mostHeard = 400;

/** Reads what a host prints until the program is there. What comes after `ready` belongs to the program. */
export class CopyTalk {
  readonly #choice: CopyChoice;
  #held: Buffer = Buffer.of();
  #heard = '';

  constructor(choice: CopyChoice) {
    this.#choice = choice;
  }

  /** The beginning of what the host has printed that is no word of the script. */
  get heard(): Buffer {
    return Buffer.from(`${this.#heard}${this.#held.toString('utf8')}`);
  }

  /** The words in the lines that are complete now, and what follows `ready`; null before. */
  take(chunk: Buffer): { words: CopyWord[]; rest: Buffer | null } {
    const words: CopyWord[] = [];
    let octets = Buffer.concat([this.#held, chunk]);
    for (let end = octets.indexOf(0x0a); end >= 0; end = octets.indexOf(0x0a)) {
      const line = octets.subarray(0, Math.min(end, longestLine)).toString('utf8').replace(/\r$/, '');
      const word = this.#wordIn(line);
      octets = octets.subarray(end + 1);
      if (word !== null) words.push(word);
      else if (this.#heard.length < mostHeard) this.#heard += `${line.slice(0, mostHeard)}\n`;
      if (word?.step === 'ready') return { words, rest: octets };
    }
    this.#held = octets.subarray(-longestLine);
    return { words, rest: null };
  }

  #wordIn(line: string): CopyWord | null {
    if (!line.startsWith(`${prefix} `)) return null;
    const [step = '', ...details] = line.slice(prefix.length + 1).split(' ');
    if (step === 'ready' || step === 'got') return { step };
    if (step !== 'want') return { step: 'failed', reason: copyFailureWords(step, details, this.#choice) };
    const archive = this.#choice.archives.find(({ arch }) => arch === details[0]);
    return archive === undefined ? null : { step, archive };
  }
}

const elsewhere = 'name a directory elsewhere on the host with --copy-to DIR';

/** Why the program cannot be copied, and what to do. `details`: the words of the host behind the step. */
export function copyFailureWords(step: string, details: readonly string[], choice: CopyChoice): string {
  const [first = '', ...others] = details.map((word) => excerpt(word, 300));
  const rest = excerpt(others.join(' '), 300);
  const because = rest === '' ? '' : `: ${rest}`;
  switch (step) {
    case 'system':
      return `pprobe is not copied: the host runs ${first}, and the archives are for Linux; install pprobe there, and name it with --remote PATH`;
    case 'machine':
      return `pprobe is not copied: there is no archive for the processor ${first}; install pprobe there with npm, and name it with --remote PATH`;
    case 'archive':
      return `pprobe is not copied: no archive for ${first} lies beside that of ${choice.archives.map(({ arch }) => arch).join(' and ')}; "npm run archive" makes those of both processors`;
    case 'home':
      return `pprobe is not copied: the user has no home directory there; ${elsewhere}`;
    case 'directory':
      return `pprobe is not copied: ${first} cannot be made there${because}; ${elsewhere}`;
    case 'shared':
      return `pprobe is not copied: other users may write in ${first}, or it is theirs; remove it, or ${elsewhere}`;
    case 'tool':
      return `pprobe is not copied: there is no ${first} on the host; install ${packagesOf(first)} there`;
    case 'space': {
      const place = excerpt(others.slice(1).join(' '), 300);
      const [needed, free] = [first, others[0] ?? ''].map(
        (kilobytes) => `${Math.ceil(Number(kilobytes) / 1024)} MB`,
      );
      return `pprobe is not copied: it needs ${needed} at ${place}, and ${free} are free; make room there, or ${elsewhere}`;
    }
    case 'write':
    case 'unpack':
      return `pprobe is not copied: the archive cannot be ${step === 'write' ? 'written' : 'unpacked'} in ${first}${because}; make room there, or ${elsewhere}`;
    case 'cut':
      return 'pprobe is not copied: the archive arrived only in part; try again';
    case 'sum':
      return 'pprobe is not copied: the archive was changed on the way or while it was read; try again';
    case 'program':
      return 'pprobe is not copied: the archive has no bin/pprobe; give one that "npm run archive" made';
    case 'gone':
      return `pprobe is not copied: another program removed the copy in ${first}; try again`;
    case 'run':
      return notRunning(Number(first), others);
    default:
      return `pprobe is not copied: the host says ${excerpt([step, ...details].join(' '), 300)}`;
  }
}

/** 126: found, and not executed (POSIX sh). */
function notRunning(status: number, [place = '', ...said]: readonly string[]): string {
  const words = excerpt(said.join(' '), 300);
  return status === 126
    ? `pprobe is not copied: programs in ${place} cannot be executed, as on a file system that is mounted noexec; ${elsewhere}`
    : `pprobe is not copied: it does not start there: ${words === '' ? `exit status ${status}` : words}`;
}

function packagesOf(tool: string): string {
  if (tool === 'xz') return 'xz-utils (Debian) or xz (dnf, apk)';
  if (tool === 'tar') return 'tar';
  return tool === 'find' ? 'findutils' : 'coreutils';
}
