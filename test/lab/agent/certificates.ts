import { createAuthority, type Identity } from '../certificate/certificate.js';
import { region } from '../facts.js';
import type { CertificateKind } from '../state.js';

const hourMs = 3_600_000;
/** The names of the real certificate; the bare service name is not among them. */
const serviceNames = [`*.execute-api.${region}.amazonaws.com`, `*.execute-api.${region}.vpce.amazonaws.com`];
/** So many names that the certificate takes several packets: real chains have 4 to 6 KB. */
const manyNames = Array.from(
  { length: 60 },
  (_, index) => `*.shard-${index}.execute-api.${region}.amazonaws.com`,
);
const otherNames = [`internal-orders-1234567890.${region}.elb.amazonaws.com`];

export interface Certificates {
  /** PEM of the authority that the lab's clients trust. */
  authority: string;
  byKind: Record<CertificateKind, Identity>;
}

/** Makes the certificates that a lab can serve, new for each lab. */
export async function makeCertificates(): Promise<Certificates> {
  const trusted = await createAuthority('pprobe lab CA');
  const stranger = await createAuthority('Inspecting Firewall CA');
  const now = Date.now();
  // More than the 14 days before which `diagnose` warns.
  const current = { validFrom: new Date(now - hourMs), validTo: new Date(now + 30 * 24 * hourMs) };
  const past = { validFrom: new Date(now - 48 * hourMs), validTo: new Date(now - 24 * hourMs) };
  return {
    authority: trusted.certificate,
    byKind: {
      valid: await trusted.issue({ names: serviceNames, ...current }),
      large: await trusted.issue({ names: [...serviceNames, ...manyNames], ...current }),
      'other-name': await trusted.issue({ names: otherNames, ...current }),
      untrusted: await stranger.issue({ names: serviceNames, ...current }),
      expired: await trusted.issue({ names: serviceNames, ...past }),
    },
  };
}
