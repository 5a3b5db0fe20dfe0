import type { NetworkCase } from './case.js';
import { listener, plain, web } from './servers.js';

/** Situations in which this host itself keeps packets, or sends them from where no answer comes back. */

const url = (host: string): string[] => ['diagnose', `https://${host}/`, '--ca-file', '{ca}'];

/** Connections to this port end at a program on the client, as those of a pod with the sidecar of a service mesh do. */
const redirected = (port: number, accept: string) => ({
  setUp: `client nft 'table ip mesh { chain out { type nat hook output priority -100; tcp dport ${port} redirect to :15001; }; }'`,
  onClient: [listener([15001], accept)],
});

const awsAdvice = [/security group of/i, /describe-network-interfaces/, /authorize-security-group/];

const v6 = {
  zone: { 'six.field.test': ['{net6}::10'] },
  servers: { '{net6}::10:443': web(['six.field.test'], plain('200 OK', {}, 'ok')) },
};

export const ownHostCases: readonly NetworkCase[] = [
  {
    id: 'C24',
    situation:
      'the sidecar of a service mesh accepts the connection and resets it, because it does not know the host',
    source: 'https://github.com/istio/istio/issues/21579',
    ...redirected(443, "s.once('data', () => s.resetAndDestroy());"),
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['api.field.test']) },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [12],
          causes: ['policy.proxy'],
          atMost: 'medium',
          says: [/A program on this host accepts the connections/, /nft list ruleset/, /ServiceEntry/],
          never: [/PROXY protocol/, ...awsAdvice],
        },
      },
      {
        args: ['trace', '{net}.10'],
        expected: { exitCodes: [0], says: [/this host or the gateway accepted the connection in its place/] },
      },
    ],
  },
  {
    id: 'C25',
    situation:
      'the sidecar of a service mesh accepts the connection and waits for a backend that does not answer',
    source: 'https://github.com/istio/istio/issues/24461',
    ...redirected(443, 's.resume();'),
    zone: { 'api.field.test': ['{net}.10'] },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [12],
          causes: ['policy.proxy'],
          atMost: 'medium',
          says: [/A program on this host accepts the connections/],
          never: awsAdvice,
        },
      },
    ],
  },
  {
    id: 'C26',
    situation: 'with the sidecar of a service mesh every port of every host is open',
    source: 'https://github.com/istio/istio/issues/36540',
    ...redirected(5432, 's.resume();'),
    zone: { 'db.field.test': ['{net}.10'] },
    steps: [
      {
        args: ['diagnose', 'db.field.test:5432'],
        expected: {
          exitCodes: [0],
          atMost: 'medium',
          says: [/This host itself accepts connections to/, /says nothing about another host/],
        },
      },
      {
        args: ['tcp', '{net}.10', '5432'],
        expected: {
          exitCodes: [0],
          says: [/this host itself did: the address is its own, or a rule redirects/],
        },
      },
    ],
    peers: [{ argv: ['nc', '-vz', '{net}.10', '5432'], prints: /succeeded|open/i }],
  },
  {
    id: 'C14',
    situation: 'the loopback interface of a new network namespace is down',
    source: 'https://github.com/moby/libnetwork/pull/224',
    setUp: 'client ip link set lo down',
    onClient: [listener([8443])],
    steps: [
      {
        args: ['diagnose', '127.0.0.1:8443'],
        expected: {
          exitCodes: [3],
          causes: ['local.firewall'],
          atMost: 'medium',
          says: [/ip link set lo up/],
          never: awsAdvice,
        },
      },
    ],
  },
  {
    id: 'C15',
    situation: "this host's own firewall drops what arrives on lo, too",
    source: 'https://github.com/moby/moby/issues/20243',
    setUp: `client nft 'table ip own { chain input { type filter hook input priority 0; tcp dport 8443 drop; }; }'`,
    onClient: [listener([8443])],
    steps: [
      {
        args: ['diagnose', '{here}.10:8443'],
        expected: {
          exitCodes: [3],
          causes: ['local.firewall'],
          atMost: 'medium',
          says: [/this host itself/i, /nft list ruleset/],
          never: awsAdvice,
        },
      },
    ],
  },
  {
    id: 'C16',
    situation:
      'another host on the link has the only IPv6 address of this host, so that it sends from a link-local one',
    source: 'https://github.com/metallb/metallb/issues/1592',
    ...v6,
    setUp: `router ip address add fd60:{n}::10/64 dev near nodad
client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/near/accept_dad'
client ip address del fd60:{n}::10/64 dev near
client ip address add fd60:{n}::10/64 dev near
client ip -6 route replace default via fd60:{n}::1 || :`,
    steps: [
      {
        args: url('six.field.test'),
        expected: {
          exitCodes: [14],
          atMost: 'high',
          says: [/tentative/, /ip -6 address show/],
          never: [/blackhole/],
        },
      },
    ],
  },
  {
    id: 'C17',
    situation: 'the source given is an address of loopback, and the target is elsewhere',
    source: 'https://github.com/eggheads/eggdrop/issues/301',
    servers: { '{net}.10:443': web(['api.field.test']) },
    steps: [
      {
        args: ['diagnose', '{net}.10:443', '--source', '127.0.0.1'],
        expected: {
          exitCodes: [14],
          causes: ['route.local'],
          says: [/cannot send from 127\.0\.0\.1/, /--source/],
          never: [/blackhole/],
        },
      },
    ],
  },
  {
    id: 'C18',
    situation: 'the packets leave through the interface of a VPN whose other end drops them',
    source: 'https://github.com/mr-canoehead/vpn_client_gateway/issues/7',
    setUp: `ip link add wg0 netns client-{n} type veth peer name wg0 netns router-{n}
client ip address add 10.64.{n}.10/32 dev wg0
router ip address add 10.64.{n}.1/24 dev wg0
client ip link set wg0 up
router ip link set wg0 up
client ip route add 10.64.{n}.1 dev wg0
client ip route add {net}.10 via 10.64.{n}.1 src 10.64.{n}.10
router nft 'table ip lost { chain in { type filter hook prerouting priority 0; iifname "wg0" tcp dport 443 drop; }; }'`,
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['api.field.test']) },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [11],
          causes: ['tcp.timeout-all'],
          atMost: 'medium',
          says: [/wg0/, /VPN/],
        },
      },
    ],
  },
  {
    id: 'C19',
    situation: 'IPv6 is switched off on this host, and the name has IPv6 addresses alone',
    source: 'https://github.com/pierrickrouxel/hassio-addon-transmission/issues/7',
    ...v6,
    setUp: `client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'`,
    steps: [
      {
        args: url('six.field.test'),
        expected: {
          exitCodes: [14],
          causes: ['route.local'],
          says: [/switched off/, /A record/],
        },
      },
    ],
  },
  {
    id: 'C21',
    situation:
      'the answers come in by another interface than the one that leads back, and rp_filter is strict',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/1392',
    setUp: `
ip link add other netns client-{n} type veth peer name other netns router-{n}
client ip address add 10.63.{n}.10/24 dev other
router ip address add 10.63.{n}.1/24 dev other
client ip link set other up
router ip link set other up
client ip route add {net}.10 via 10.63.{n}.1 src {here}.10
client sh -c 'for each in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$each; done'`,
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['api.field.test']) },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [3],
          causes: ['local.firewall'],
          atMost: 'medium',
          says: [/rp_filter/, /ip rule add from/],
          never: [/describe-network-interfaces/],
        },
      },
    ],
  },
];
