import { addresses, apiId, names, stage } from '../../lab/facts.js';
import { type CatalogueRow, from } from './row.js';

const { eniA } = addresses;

/** The connection opens and the handshake fails. */
export const tls: CatalogueRow[] = [
  {
    rows: '25 35',
    what: "another service's certificate",
    fault: 'certificate-name',
    verdict: 'tls tls.name-mismatch certain',
    remedy: from(eniA.ipv4, names.api),
  },
  {
    rows: '26',
    what: 'bare service name',
    fault: null,
    target: `https://${names.service}/${stage}`,
    options: { apiId },
    verdict: 'tls tls.name-mismatch certain',
    remedy: from(names.api),
  },
  {
    rows: '39',
    what: 'inspecting firewall',
    fault: 'certificate-untrusted',
    verdict: 'tls tls.untrusted high',
    remedy: /--ca-file/,
  },
  {
    rows: 'tls',
    what: 'certificate expired',
    fault: 'certificate-expired',
    verdict: 'tls tls.expired high',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '27',
    what: 'no TLS version in common',
    fault: 'tls-old',
    verdict: 'tls tls.protocol high',
    remedy: from(eniA.ipv4),
  },
  {
    rows: 'tls',
    what: 'handshake swallowed',
    fault: 'tls-silent',
    verdict: 'tls tls.silent medium',
    remedy: from(eniA.ipv4),
    waits: true,
  },
  {
    rows: 'tls',
    what: 'MTU black hole',
    fault: 'mtu-black-hole',
    verdict: 'tls tls.silent high',
    remedy: /MTU/,
    waits: true,
  },
  {
    rows: 'tls',
    what: 'handshake closed',
    fault: 'tls-closed',
    verdict: 'tls tls.closed medium',
    remedy: from(eniA.ipv4),
  },
  {
    rows: 'tls',
    what: 'server name filtered',
    fault: 'name-filtered',
    verdict: 'policy policy.sni-filtered high',
    remedy: from(names.api),
  },
];
