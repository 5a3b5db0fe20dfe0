import { type Fault, fault } from './fault.js';

/** TLS fails: something else answers at the address, or answers in the wrong name. */
export const tlsFaults: Fault[] = [
  fault(
    'certificate-name',
    'A load balancer answers in front of the endpoint, with a certificate for its own name.',
    'tls.name-mismatch',
    15,
    { endpoint: { certificate: 'other-name' } },
  ),
  fault(
    'certificate-untrusted',
    'An inspecting firewall answers with a certificate signed by an authority the client does not trust.',
    'tls.untrusted',
    15,
    { endpoint: { certificate: 'untrusted' } },
  ),
  fault(
    'certificate-expired',
    'A proxy of the owner answers with a certificate that ended yesterday.',
    'tls.expired',
    15,
    { endpoint: { certificate: 'expired' } },
  ),
  fault('tls-old', 'A proxy before the endpoint speaks TLS 1.1 and nothing later.', 'tls.protocol', 15, {
    endpoint: { tls: 'old' },
  }),
  fault(
    'tls-silent',
    'Something takes the connection and every byte of the handshake, and says nothing.',
    'tls.silent',
    15,
    { endpoint: { tls: 'silent' } },
  ),
  fault(
    'tls-closed',
    'Something takes the connection and closes it when the handshake begins.',
    'tls.closed',
    15,
    { endpoint: { tls: 'closes' } },
  ),
  fault(
    'name-filtered',
    'A firewall resets connections whose TLS handshake names the API (its server name is on no list).',
    'policy.sni-filtered',
    12,
    { endpoint: { tls: 'filters-name' } },
  ),
  fault(
    'mtu-black-hole',
    'The way back takes packets of 1400 bytes, and the security group drops the ICMP that would say so.',
    'tls.silent',
    15,
    {
      endpoint: { certificate: 'large' },
      mtus: [{ namespace: 'vpc', device: 'to-client', mtu: 1400 }],
      filters: {
        vpc: `chain output { type filter hook output priority 0;
          icmp type destination-unreachable icmp code frag-needed drop; icmpv6 type packet-too-big drop; }`,
      },
    },
  ),
];
