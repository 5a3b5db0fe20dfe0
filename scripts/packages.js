// Makes the packages of Debian and of Fedora, RHEL and Amazon Linux: `node scripts/packages.js [--fast] [--tree DIR] [ARCH…]`.
//
//   build/packages/pprobe_VERSION_amd64.deb, …_arm64.deb            by dpkg-deb
//   build/packages/pprobe-VERSION-1.x86_64.rpm, ….aarch64.rpm       by rpmbuild
//
// They contain the directory of the archive (scripts/archive/tree.js) in /usr/lib/pprobe, and links to its parts where the
// system looks for them. Both architectures are made on any machine, and the same commit gives the same octets. For tests:
// --fast does not compress them, --tree takes the contents of another directory, --to DIR puts them elsewhere.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  commitTime,
  filesBelow,
  makeTree,
  manifest,
  node,
  root,
  run,
  sha256,
  sharedFolders,
} from './archive/tree.js';

const { values, positionals } = parseArgs({
  options: { fast: { type: 'boolean' }, tree: { type: 'string' }, to: { type: 'string' } },
  allowPositionals: true,
});
const architectures = positionals.length === 0 ? Object.keys(node.integrity) : positionals;
const unknown = architectures.find((word) => !Object.hasOwn(node.integrity, word));
if (unknown !== undefined)
  throw new Error(`no architecture ${unknown}: there are ${Object.keys(node.integrity)}`);
const fast = values.fast === true;
const out = resolve(values.to ?? join(root, 'build/packages'));
const place = 'usr/lib/pprobe';
const longText = [
  'pprobe measures from this host why a target does not answer: names, TCP',
  'connections, TLS, HTTP and the path. It says what is wrong, on what evidence,',
  'and which resource to change. It carries its own Node.js.',
];
const summary = 'says why a private endpoint does not answer';

/** Each format: the names of the architectures, the directories that differ, and the function that makes the file. */
const formats = {
  deb: {
    tool: 'dpkg-deb',
    architectures: { x64: 'amd64', arm64: 'arm64' },
    zsh: 'usr/share/zsh/vendor-completions',
    make: makeDeb,
  },
  rpm: {
    tool: 'rpmbuild',
    architectures: { x64: 'x86_64', arm64: 'aarch64' },
    zsh: 'usr/share/zsh/site-functions',
    make: makeRpm,
  },
};

/** The files of a package below `to`, from the directory of the archive. Returns their size in KiB. */
function layOut(tree, to, { zsh }) {
  rmSync(to, { recursive: true, force: true });
  const write = (path, content) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), content);
  };
  const link = (target, path) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    symlinkSync(relative(dirname(path), target), join(to, path));
  };
  for (const part of ['bin', 'lib/pprobe'])
    cpSync(join(tree, part), join(to, place, part), { recursive: true });
  // A link where it can be one: Node's binary is 120 MB, and nothing changes it.
  run('cp', ['-al', join(tree, 'lib/node'), join(to, place, 'lib/node')]);
  link(`${place}/bin/pprobe`, 'usr/bin/pprobe');
  const share = (path) => readFileSync(join(tree, 'share', path));
  write('usr/share/man/man1/pprobe.1.gz', gzipSync(share('man/man1/pprobe.1'), { level: 9 }));
  write('usr/share/bash-completion/completions/pprobe', share('completions/pprobe.bash'));
  write(`${zsh}/_pprobe`, share('completions/_pprobe'));
  write('usr/share/fish/vendor_completions.d/pprobe.fish', share('completions/pprobe.fish'));
  write('usr/share/pprobe/ssm/pprobe-diagnose.json', share('ssm/pprobe-diagnose.json'));
  for (const folder of sharedFolders.filter((each) => existsSync(join(tree, 'share', each)))) {
    const place = folder === 'systemd' ? 'usr/lib/systemd/system' : `usr/share/pprobe/${folder}`;
    for (const file of readdirSync(join(tree, 'share', folder)))
      write(`${place}/${file}`, share(`${folder}/${file}`));
  }
  write('usr/share/doc/pprobe/copyright', readFileSync(join(tree, 'LICENSE')));
  write('usr/share/doc/pprobe/NOTICE', readFileSync(join(tree, 'NOTICE')));
  normalizeModes(to);
  const octets = filesBelow(to).reduce((sum, file) => sum + statSync(join(to, file)).size, 0);
  return Math.ceil(octets / 1024);
}

/** Modes and times that do not depend on the umask and on the clock. */
function normalizeModes(folder) {
  run('find', [folder, '-type', 'd', '-exec', 'chmod', '0755', '{}', '+']);
  run('find', [folder, '-type', 'f', '-perm', '/111', '-exec', 'chmod', '0755', '{}', '+']);
  run('find', [folder, '-type', 'f', '!', '-perm', '/111', '-exec', 'chmod', '0644', '{}', '+']);
  run('find', [folder, '-exec', 'touch', '-h', '-d', `@${commitTime()}`, '{}', '+']);
}

/** The version of a package: both formats sort `1.0~rc.1` before `1.0`, and neither allows `-`. */
const packageVersion = manifest.version.replaceAll('-', '~');

function makeDeb(tree, arch) {
  const label = formats.deb.architectures[arch];
  const folder = join(out, 'work', `deb-${arch}`);
  const size = layOut(tree, folder, formats.deb);
  const control = [
    'Package: pprobe',
    `Version: ${packageVersion}`,
    `Architecture: ${label}`,
    'Maintainer: pprobe maintainers <pprobe@localhost>',
    `Installed-Size: ${size}`,
    'Depends: libc6 (>= 2.28), libstdc++6 (>= 5), libgcc-s1 | libgcc1',
    'Suggests: bash-completion',
    'Section: net',
    'Priority: optional',
    `Description: ${summary}`,
    ...longText.map((line) => ` ${line}`),
  ];
  const debian = join(folder, 'DEBIAN');
  mkdirSync(debian);
  writeFileSync(join(debian, 'control'), `${control.join('\n')}\n`);
  const sums = filesBelow(folder)
    .filter((file) => !file.startsWith('DEBIAN/') && file !== 'usr/bin/pprobe')
    .map((file) => `${md5(join(folder, file))}  ${file}`);
  writeFileSync(join(debian, 'md5sums'), `${sums.join('\n')}\n`);
  normalizeModes(debian);
  const file = join(out, `pprobe_${packageVersion}_${label}.deb`);
  const compression = fast ? ['-Znone'] : ['-Zxz', '-z6'];
  run('dpkg-deb', ['--root-owner-group', ...compression, '-b', folder, file], { env: reproducible() });
  return file;
}

function md5(file) {
  return run('md5sum', [file]).slice(0, 32);
}

function makeRpm(tree, arch) {
  const label = formats.rpm.architectures[arch];
  const work = join(out, 'work', `rpm-${arch}`);
  const content = join(work, 'content');
  layOut(tree, content, formats.rpm);
  const files = run('find', [content, '!', '-type', 'd', '-printf', '/%P\n']).trimEnd().split('\n').sort();
  const directories = [`/${place}`, '/usr/share/pprobe', '/usr/share/doc/pprobe'];
  const below = run('find', [
    join(content, place),
    join(content, 'usr/share/pprobe'),
    '-mindepth',
    '1',
    '-type',
    'd',
  ]);
  const inside = below
    .trimEnd()
    .split('\n')
    .map((path) => path.slice(content.length))
    .sort();
  const spec = [
    'Name: pprobe',
    `Version: ${packageVersion}`,
    'Release: 1',
    `Summary: ${summary}`,
    'License: MIT',
    'Requires: glibc >= 2.28, libstdc++ >= 5, libgcc',
    // rpmbuild looks into every file for what it needs; the line above has it.
    'AutoReqProv: no',
    '%description',
    ...longText,
    '%install',
    'mkdir -p %{buildroot}',
    `cp -al '${content}/.' %{buildroot}/`,
    '%files',
    '%defattr(-,root,root,-)',
    ...[...directories, ...inside].map((path) => `%dir "${path}"`),
    ...files.map((path) => `"${path}"`),
  ];
  const specFile = join(work, 'pprobe.spec');
  writeFileSync(specFile, `${spec.join('\n')}\n`);
  const macros = {
    _topdir: join(work, 'top'),
    _rpmdir: out,
    _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
    // No strip, no debuginfo, no byte compilation: the files are those of the archive, and Node's are of another architecture.
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    _build_id_links: 'none',
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    _binary_payload: fast ? 'w0.gzdio' : 'w6.xzdio',
  };
  const defines = Object.entries(macros).flatMap(([key, value]) => ['--define', `${key} ${value}`]);
  run('rpmbuild', ['-bb', '--quiet', '--target', `${label}-linux`, ...defines, specFile], {
    env: reproducible(),
  });
  return join(out, `pprobe-${packageVersion}-1.${label}.rpm`);
}

function reproducible() {
  return { ...process.env, SOURCE_DATE_EPOCH: commitTime(), LC_ALL: 'C', TZ: 'UTC' };
}

mkdirSync(out, { recursive: true });
const made = [];
for (const arch of architectures) {
  const tree = values.tree === undefined ? await makeTree(arch) : resolve(values.tree);
  for (const [format, { tool, make }] of Object.entries(formats)) {
    if (spawnSync(tool, ['--version']).error !== undefined) {
      console.error(`packages: ${tool} is not installed, so no .${format} is made`);
      process.exitCode = 3;
      continue;
    }
    made.push(make(tree, arch));
  }
}
rmSync(join(out, 'work'), { recursive: true, force: true });
writeFileSync(
  join(out, 'SHA256SUMS'),
  made.map((file) => `${sha256(file)}  ${relative(out, file)}\n`).join(''),
);
for (const file of made) console.log(`${(statSync(file).size / 1e6).toFixed(1)} MB  ${file}`);
