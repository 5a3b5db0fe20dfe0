import { type Fault, fault } from './fault.js';

/** Faults of TLS: another device answers at the address, or interferes with the handshake. */
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
    'An inspecting firewall answers with a certificate of an authority that the client does not trust.',
    'tls.untrusted',
    15,
    { endpoint: { certificate: 'untrusted' } },
  ),
  fault(
    'certificate-expired',
    'A proxy answers with a certificate that expired yesterday.',
    'tls.expired',
    15,
    { endpoint: { certificate: 'expired' } },
  ),
  fault('tls-old', 'A proxy before the endpoint speaks TLS 1.1 and nothing later.', 'tls.protocol', 15, {
    endpoint: { tls: 'old' },
  }),
  fault(
    'tls-silent',
    'A device accepts the connection and reads the handshake, and sends nothing.',
    'tls.silent',
    15,
    { endpoint: { tls: 'silent' } },
  ),
  fault(
    'tls-closed',
    'A device accepts the connection and closes it when the handshake begins.',
    'tls.closed',
    15,
    { endpoint: { tls: 'closes' } },
  ),
  fault(
    'name-filtered',
    'A firewall resets connections whose TLS handshake names the API, because the server name is not on its list.',
    'policy.sni-filtered',
    12,
    { endpoint: { tls: 'filters-name' } },
  ),
  fault(
    'mtu-black-hole',
    'The path back carries packets of at most 1400 bytes, and the security group drops the ICMP messages about it.',
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
