import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '../protocol.js';
import { configurationScript, namespacesScript, setupPlan } from '../setup.js';
import { runTool } from '../tools.js';
import { topology } from '../topology.js';

const plan = setupPlan(topology);

/**
 * Makes the lab's network namespaces inside the namespaces of this process. A tmpfs on /run holds their names, and the lab's
 * resolv.conf and hosts are mounted over those of the machine.
 *
 * /etc/resolv.conf is often a link into /run (systemd-resolved), so its target is resolved before /run is covered, and
 * created again afterwards. The tmpfs also hides the sockets of the machine's resolver and name cache from the lab.
 */
export async function createNamespaces(dir: string, nameservers: readonly string[]): Promise<void> {
  writeResolvConf(dir, nameservers);
  writeHosts(dir, []);
  const covers = [join(dir, files.resolvConf), join(dir, files.hosts)];
  await runTool(['sh', '-s', ...covers], mounts + namespacesScript(plan));
}

/** Gives the namespaces their addresses, routes and settings. Afterwards the network forwards packets. */
export async function configureNamespaces(): Promise<void> {
  await runTool(['sh', '-s'], configurationScript(plan));
}

/** Writes the file in place: a renamed file would not be the one that is mounted over /etc/resolv.conf. */
export function writeResolvConf(dir: string, nameservers: readonly string[]): void {
  const lines = ['search ec2.internal', ...nameservers.map((address) => `nameserver ${address}`), ''];
  writeFileSync(join(dir, files.resolvConf), lines.join('\n'));
}

/** Writes the file in place, like resolv.conf. */
export function writeHosts(dir: string, lines: readonly string[]): void {
  writeFileSync(join(dir, files.hosts), ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n'));
}

const mounts = `set -eu
mount --make-rprivate /
resolv=$(readlink -f /etc/resolv.conf)
hosts=$(readlink -f /etc/hosts)
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir /run/netns
over() {
  case $2 in /run/*) mkdir -p "$(dirname "$2")"; : > "$2" ;; esac
  mount --bind "$1" "$2"
}
over "$1" "$resolv"
over "$2" "$hosts"
`;
