import { attempt, evidence, HOST, probe, tcp, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

export const localRows: Row[] = [
  {
    name: 'this host’s firewall',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'denied' })] }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'high',
    remedy: ['sudo nft list ruleset'],
  },
  {
    name: 'this host’s firewall, seen by the trace as well',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'denied' })],
      trace: [trace('unreachable', [{ ttl: 1, probes: [probe({ reply: 'send-error', errno: 'EPERM' })] }])],
    }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'certain',
  },
  {
    name: 'this host’s security module',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'denied', { errno: 'EACCES' })])],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'medium',
  },
];
