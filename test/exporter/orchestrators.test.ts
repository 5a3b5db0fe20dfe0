import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { readServeConfig } from '../../src/exporter/config.js';

const shipped = 'scripts/archive';

/** The documents of a YAML file. Ansible needs python3-yaml, so it is there. */
function readYaml(file: string): unknown[] {
  const script = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))';
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
  spec?: {
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        hostNetwork?: boolean;
        containers: {
          args: string[];
          ports: { name: string; containerPort: number }[];
          securityContext: object;
        }[];
      };
    };
  };
}

t.test('the DaemonSets of Kubernetes: one in the network of pods, one in that of nodes', async (t) => {
  const manifests = readYaml(`${shipped}/kubernetes/daemonset.yaml`) as Manifest[];
  t.same(
    manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
    ['v1 Namespace', 'v1 ConfigMap', 'apps/v1 DaemonSet', 'apps/v1 DaemonSet'],
  );
  const [, map, ...sets] = manifests;
  t.ok(readServeConfig(map?.data?.['serve.json'] ?? '').modules.has('default'));
  t.same(
    sets.map(({ spec }) => spec?.template.spec.hostNetwork === true),
    [false, true],
  );
  for (const { spec, metadata } of sets) {
    t.equal(metadata.namespace, 'pprobe');
    t.same(spec?.selector.matchLabels, spec?.template.metadata.labels, 'the selector finds its own pods');
    const [container] = spec?.template.spec.containers ?? [];
    t.match(container?.args, ['serve', '--listen', /:\d+$/, '--config', '/etc/pprobe/serve.json']);
    t.match(container?.args[2], new RegExp(`:${container?.ports[0]?.containerPort}$`));
    t.match(container?.securityContext, { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true });
  }
});

t.test('the configuration that is shipped is a valid one', async (t) => {
  const config = readServeConfig(readFileSync(`${shipped}/monitoring/serve.json`, 'utf8'));
  t.same([...config.modules.keys()], ['default', 'path', 'port']);
});

t.test('the playbook of Ansible brings a report of each host, also of one with a fault', async (t) => {
  const directory = t.testdir({});
  // Stands for the executable of another host: one line, and with --exit-zero always 0.
  const program = join(directory, 'pprobe');
  writeFileSync(program, '#!/bin/sh\nprintf \'{"kind":"report","argv":"%s"}\\n\' "$*"\n');
  chmodSync(program, 0o755);
  const play = async (target: string): Promise<{ code: number; output: string }> => {
    const argv = ['-i', 'one,two,', '-c', 'local', `${shipped}/ansible/diagnose.yml`];
    const values = { target, reports: join(directory, 'reports'), pprobe: program };
    const env = { ...process.env, HOME: directory, ANSIBLE_LOCALHOST_WARNING: 'False', ANSIBLE_NOCOLOR: '1' };
    const running = promisify(execFile)('ansible-playbook', [...argv, '-e', JSON.stringify(values)], { env });
    return running.then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        output: stdout + stderr,
      }),
    );
  };
  const { code, output } = await play('10.0.0.1:443');
  t.equal(code, 0, output);
  const reports = readdirSync(join(directory, 'reports'));
  t.same(reports.sort(), ['one.ndjson', 'two.ndjson']);
  for (const name of reports) {
    const text = readFileSync(join(directory, 'reports', name), 'utf8');
    t.match(text, /^\{[^\n]+\}\n$/, 'one line');
    t.match(JSON.parse(text), {
      argv: 'diagnose --format ndjson --exit-zero --max-time 60s -- 10.0.0.1:443',
    });
  }
  const refused = await play('-x; rm');
  t.equal(refused.code, 2);
  t.match(refused.output, /give the target: -e target=URL/);
});

for (const name of ['serve', 'agent'])
  t.test(`the unit of systemd for ${name} is valid, hardened, and can be enabled`, async (t) => {
    const unit = `${shipped}/systemd/pprobe-${name}.service`;
    const text = readFileSync(unit, 'utf8');
    for (const line of [
      'DynamicUser=yes',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX',
      '\n[Install]\nWantedBy=multi-user.target\n',
    ])
      t.match(text, line);
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    if (verified.error !== undefined) return t.comment('systemd-analyze is not installed');
    t.same([verified.status, verified.stderr.replaceAll(/^.*pprobe.*is not executable.*\n/gm, '')], [0, '']);
  });

t.test('what stands in a unit as the command to enable it can be enabled', async (t) => {
  const units = readdirSync(`${shipped}/systemd`);
  for (const unit of units) {
    const text = readFileSync(`${shipped}/systemd/${unit}`, 'utf8');
    const named = /systemctl enable --now '?([\w@.:-]+)/
      .exec(text)?.[1]
      ?.replace(/@[^.]+(?:\.[^.]+)*\.(\w+)$/, '@.$1');
    t.equal(named === unit, text.includes('\n[Install]\n'), unit);
  }
});
