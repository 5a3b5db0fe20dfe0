import { isIPv6 } from 'node:net';
import t from 'tap';
import { configurationScript, namespacesScript, setupPlan } from './setup.js';
import { namespaceNames, type Topology, topology } from './topology.js';

const small: Topology = {
  namespaces: [
    { name: 'client', forwards: false },
    { name: 'vpc', forwards: true },
  ],
  links: [
    [
      { namespace: 'client', device: 'eth0', addresses: ['10.0.1.10/24', 'fd10::10/64'] },
      { namespace: 'vpc', device: 'to-client', addresses: ['10.0.1.1/24', 'fd10::1/64'] },
    ],
  ],
  loopback: [{ namespace: 'vpc', address: 'fd10::2/128' }],
  routes: [{ namespace: 'client', to: 'default', via: '10.0.1.1' }],
};

t.test('the ip commands of a topology: first the links, then each namespace', async (t) => {
  const plan = setupPlan(small);
  t.strictSame(plan.root, [
    'netns add client',
    'netns add vpc',
    'link add name eth0 netns client address 02:00:00:00:00:01 type veth ' +
      'peer name to-client netns vpc address 02:00:00:00:00:02',
  ]);
  t.strictSame(
    plan.namespaces.map(({ name, ip }) => ({ name, ip })),
    [
      {
        name: 'client',
        ip: [
          'link set lo up',
          'address add 10.0.1.10/24 dev eth0',
          'address add fd10::10/64 dev eth0 nodad',
          'link set eth0 up',
          'neighbour add 10.0.1.1 lladdr 02:00:00:00:00:02 nud permanent dev eth0',
          'neighbour add fd10::1 lladdr 02:00:00:00:00:02 nud permanent dev eth0',
          'route add default via 10.0.1.1',
        ],
      },
      {
        name: 'vpc',
        ip: [
          'link set lo up',
          'address add fd10::2/128 dev lo nodad',
          'address add 10.0.1.1/24 dev to-client',
          'address add fd10::1/64 dev to-client nodad',
          'link set to-client up',
          'neighbour add 10.0.1.10 lladdr 02:00:00:00:00:01 nud permanent dev to-client',
          'neighbour add fd10::10 lladdr 02:00:00:00:00:01 nud permanent dev to-client',
        ],
      },
    ],
  );
});

t.test('routers forward, and no namespace limits ICMP errors', async (t) => {
  const plan = setupPlan(small);
  const [client, vpc] = plan.namespaces.map(({ sysctls }) => new Map(sysctls));
  t.equal(client?.get('net/ipv4/ip_forward'), undefined);
  t.equal(vpc?.get('net/ipv4/ip_forward'), '1');
  t.equal(vpc?.get('net/ipv6/conf/all/forwarding'), '1');
  for (const sysctls of [client, vpc]) {
    t.equal(sysctls?.get('net/ipv4/icmp_ratelimit'), '0');
    t.equal(sysctls?.get('net/ipv6/icmp/ratelimit'), '0');
  }
});

t.test('the script configures every namespace inside it, and waits for all', async (t) => {
  const plan = setupPlan(small);
  for (const line of plan.root) t.match(namespacesScript(plan), `\n${line}\n`);
  const script = configurationScript(plan);
  for (const { name, ip } of plan.namespaces) {
    t.match(script, `nsenter --net=/run/netns/${name} sh -eu`);
    t.match(script, `\n${ip.join('\n')}\n`);
  }
  t.match(script, /wait "\$job"/);
});

t.test("the lab's own topology is sound", async (t) => {
  const hosts = topology.links.flat().flatMap(({ addresses }) => addresses.map((cidr) => cidr.split('/')[0]));
  t.equal(new Set(hosts).size, hosts.length, 'no address occurs twice');
  t.strictSame(
    topology.namespaces.map(({ name }) => name),
    [...namespaceNames],
  );
  for (const { namespace, to, via } of topology.routes) {
    const peers = topology.links
      .filter((link) => link.some((end) => end.namespace === namespace))
      .flatMap((link) => link.filter((end) => end.namespace !== namespace))
      .flatMap(({ addresses }) => addresses.map((cidr) => cidr.split('/')[0]));
    t.ok(peers.includes(via), `${namespace}: ${via}, the way to ${to}, is a neighbour`);
    if (to !== 'default')
      t.equal(to.includes(':'), isIPv6(via), `${namespace}: ${to} and ${via} are of one family`);
  }
});
