import type { NetworkCase } from './case.js';
import { web } from './servers.js';

/** Situations in which one answer hid the failure of another, or programs had a trouble that pprobe did not tell. */

const diagnose = (host: string, ...more: string[]) => [
  'diagnose',
  `https://${host}/`,
  '--ca-file',
  '{ca}',
  ...more,
];
const secure = ['api.field.test'];

const reachable = (...says: RegExp[]) => ({ exitCodes: [0], causes: ['none'], says: [/REACHABLE/, ...says] });

export const warningCases: readonly NetworkCase[] = [
  {
    id: 'D2',
    situation: 'the first nameserver is dead, the second answers',
    source: 'https://github.com/cloudfoundry/os-conf-release/issues/33',
    before: 'reachable, and not a word of the dead one',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr {net}.9 drop; }; }'`,
    files: { '/etc/resolv.conf': 'nameserver {net}.9\nnameserver {net}.53\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: reachable(/10\.62\.\d+\.9\b/, /5 s/, /resolv\.conf|nameserver/i),
      },
    ],
  },
  {
    id: 'D3',
    situation: 'HTTPS_PROXY is set, and NO_PROXY holds only networks in CIDR notation',
    source: 'https://github.com/curl/curl/issues/9773',
    before: 'reachable; the rule fires in JSON alone',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        env: { HTTPS_PROXY: 'http://proxy.field.test:3128', NO_PROXY: '10.0.0.0/8' },
        expected: reachable(/HTTPS_PROXY|proxy\.field\.test/, /prox(y|ies)/i, /NO_PROXY/),
      },
    ],
  },
  {
    id: 'D4',
    situation: 'nsswitch.conf has "hosts: files", so programs never ask DNS',
    source: 'https://github.com/denoland/clawpatrol/pull/716',
    before: 'reachable',
    files: { '/etc/resolv.conf': 'nameserver {net}.53\n', '/etc/nsswitch.conf': 'hosts: files\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [{ args: diagnose('api.field.test'), expected: { exitCodes: [0, 10], says: [/nsswitch\.conf/] } }],
    peers: [{ argv: ['sh', '-c', 'getent hosts api.field.test || echo unresolved'], prints: /unresolved/ }],
  },
  {
    id: 'D5a',
    situation: "A is 0.0.0.0, a filter's answer, and this host listens on the port",
    source: 'https://github.com/AdguardTeam/dnsproxy/issues/68',
    before: 'open, reachable',
    zone: { 'api.field.test': ['0.0.0.0'] },
    onClient: [[process.execPath, '-e', "require('net').createServer().listen(443, '0.0.0.0')"]],
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: { exitCodes: [10], causes: ['dns.blocked'], says: [/0\.0\.0\.0/, /block|filter/i] },
      },
    ],
  },
  {
    id: 'D9',
    situation: 'the certificate expires in five days',
    source: 'https://github.com/tenex/rails-assets/issues/454',
    before: 'reachable, and not a word',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure, undefined, { days: 5 }) },
    steps: [{ args: diagnose('api.field.test'), expected: reachable(/certificate/i, /expires/i) }],
  },
  {
    id: 'D5b',
    situation: "AAAA is ::, a filter's answer, beside no A",
    source: 'https://github.com/AdguardTeam/DnsLibs/issues/40',
    before: 'refused or open: pprobe connects to this host',
    zone: { 'api.field.test': ['::'] },
    steps: [{ args: diagnose('api.field.test'), expected: { exitCodes: [10], causes: ['dns.blocked'] } }],
  },
  {
    id: 'D11',
    situation: 'resolv.conf names three nameservers, the first two are dead',
    source: 'https://github.com/hickory-dns/hickory-dns/issues/2150',
    before: 'reachable, and not a word of the dead ones',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr { {net}.8, {net}.9 } drop; }; }'`,
    files: { '/etc/resolv.conf': 'nameserver {net}.8\nnameserver {net}.9\nnameserver {net}.53\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      { args: diagnose('api.field.test'), expected: reachable(/10\.62\.\d+\.8\b/, /10\.62\.\d+\.9\b/) },
    ],
  },
];
