import { type Authority, createAuthority, type Identity } from '../../lab/certificate/certificate.js';
import { selfSigned } from './self-signed.js';

const dayMs = 86_400_000;

const daysFromNow = (days: number): Date => new Date(Date.now() + days * dayMs);

const authority: Authority = createAuthority('pprobe test authority');

/** The authority behind every certificate here that is not self-signed. */
export const authorityPem: string = authority.certificate;

/** The name that a valid certificate is for. */
export const serverName = 'api.test';

function issue(name: string, fromDays: number, toDays: number): Identity {
  return authority.issue({ names: [name], validFrom: daysFromNow(fromDays), validTo: daysFromNow(toDays) });
}

export const identities = {
  valid: issue(serverName, -1, 30),
  expired: issue(serverName, -30, -1),
  notYetValid: issue(serverName, 10, 30),
  otherName: issue('*.execute-api.us-east-1.amazonaws.com', -1, 30),
  expiredOtherName: issue('other.test', -30, -1),
  /** One name that holds a comma and what looks like another name. */
  commaName: issue(`other.test, DNS:${serverName}`, -1, 30),
  selfSigned: selfSigned(serverName, daysFromNow(-1), daysFromNow(30)),
  selfSignedOtherName: selfSigned('other.test', daysFromNow(-1), daysFromNow(30)),
  selfSignedExpired: selfSigned(serverName, daysFromNow(-30), daysFromNow(-1)),
} satisfies Record<string, Identity>;
