import { dns, evidence, tcp } from '../evidence.js';
import type { Row } from './row.js';

/** What this host cannot measure. */

export const missingCapabilityRows: Row[] = [
  {
    name: 'no resolver to ask',
    given: evidence({
      target: 'db.internal:5432',
      skipped: [
        {
          step: 'dns',
          reason: '/etc/resolv.conf names no server',
          missing: '/etc/resolv.conf',
          remedy: 'pprobe dns db.internal --server ADDR',
        },
      ],
    }),
    class: 'local',
    cause: 'local.capability',
    confidence: 'certain',
    summary: ['/etc/resolv.conf names no server'],
    remedy: ['--server ADDR'],
  },
  {
    name: 'an interrupt with one address open and the other not settled',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5', '10.0.2.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'open', '10.0.2.5': 'error' }, 5432)],
    }),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
  },
];
