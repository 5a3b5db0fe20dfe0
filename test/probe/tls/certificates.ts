import { createAuthority, type Identity, selfSigned } from '../../lab/certificate/certificate.js';

const dayMs = 86_400_000;

const daysFromNow = (days: number): Date => new Date(Date.now() + days * dayMs);

const authority = await createAuthority('pprobe test authority');

/** The authority behind every certificate here that is not self-signed. */
export const authorityPem: string = authority.certificate;

/** The name that a valid certificate is for. */
export const serverName = 'api.test';

const period = (fromDays: number, toDays: number) => ({
  validFrom: daysFromNow(fromDays),
  validTo: daysFromNow(toDays),
});

function issue(name: string, fromDays: number, toDays: number): Promise<Identity> {
  return authority.issue({ names: [name], ...period(fromDays, toDays) });
}

export const identities = {
  valid: await issue(serverName, -1, 30),
  expired: await issue(serverName, -30, -1),
  notYetValid: await issue(serverName, 10, 30),
  otherName: await issue('*.execute-api.us-east-1.amazonaws.com', -1, 30),
  expiredOtherName: await issue('other.test', -30, -1),
  /** One name that contains a comma and text that looks like another name. */
  commaName: await issue(`other.test, DNS:${serverName}`, -1, 30),
  selfSigned: await selfSigned(serverName, period(-1, 30)),
  selfSignedOtherName: await selfSigned('other.test', period(-1, 30)),
  selfSignedExpired: await selfSigned(serverName, period(-30, -1)),
} satisfies Record<string, Identity>;
