import type { PeerCertificate } from 'node:tls';

/** A certificate of getPeerCertificate() with the given members. */
export function peerCertificate(members: Partial<PeerCertificate>): PeerCertificate {
  const name = { C: '', ST: '', L: '', O: '', OU: '', CN: 'api.test' };
  return {
    ca: false,
    raw: Buffer.alloc(0),
    subject: name,
    issuer: { ...name, CN: 'authority' },
    valid_from: 'Jan  1 00:00:00 2026 GMT',
    valid_to: 'Jan  1 00:00:00 2027 GMT',
    serialNumber: '01',
    fingerprint: '',
    fingerprint256: '',
    fingerprint512: '',
    ...members,
  };
}
