import t from 'tap';
import { availability, namespaceFlags } from '../lab/availability.js';
import { toolEnvironment } from '../lab/tools.js';
import { programArguments } from '../program.js';

/**
 * The scenarios below scenarios/ in namespaces of their own: a broker on loopback, agents as processes, and targets at the
 * addresses 10.90.0.10 to 10.90.0.12, because no agent sends anything to loopback. `two.example` has one address of each kind, and
 * `alias.example` that of a broker. What is sent to 10.91.0.5 is lost.
 */
const network = `
ip link set lo up
for last in 10 11 12; do ip address add 10.90.0.$last/32 dev lo; done
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
printf '127.0.0.1 localhost\\n10.90.0.10 two.example\\n127.0.0.1 two.example\\n' >/mnt/hosts
printf '10.90.0.11 broker.example alias.example\\n' >>/mnt/hosts
ip link add silent0 type veth peer name silent1
ip address add 10.91.0.1/24 dev silent0
ip link set silent0 up
ip link set silent1 up
ip neighbour add 10.91.0.5 lladdr 02:00:00:00:00:05 dev silent0 nud permanent
printf 'nameserver 10.90.0.12\\n' >/mnt/resolv.conf
mount --bind /mnt/hosts /etc/hosts
mount --bind /mnt/resolv.conf /etc/resolv.conf
`;

const found = await availability();
if (found.mode === null) t.plan(0, found.reason);
else {
  const script = programArguments(new URL('./scenarios/all.ts', import.meta.url));
  const program = [process.execPath, ...script];
  // tap sets NODE_OPTIONS to a loader, which every agent would start with.
  const inside = ['sh', '-euc', `${network}\nunset NODE_OPTIONS\nexec "$@"`, 'sh', ...program];
  await t.spawn(
    'unshare',
    [...namespaceFlags(found.mode), ...inside],
    { env: { ...process.env, ...toolEnvironment } },
    'a fleet over a real broker',
  );
}
