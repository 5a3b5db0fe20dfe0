import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { InvalidInputError } from '../core/errors.js';

/**
 * Signatures of jobs, Ed25519 (RFC 8032). The broker carries jobs and must not be able to make any: an agent measures only for those
 * whose public key its configuration has.
 */

/** A key with its name. */
export interface FleetKey {
  /** The first 16 hexadecimal digits of the SHA-256 of the public key's SubjectPublicKeyInfo. */
  id: string;
  key: KeyObject;
}

/** The headers of a job's message. */
export const jobHeaders = { signature: 'pprobe-signature', key: 'pprobe-key' } as const;

/**
 * Reads a public key: PEM, or only the base64 between its lines, which needs no escaping in JSON. Throws InvalidInputError that names
 * `argument`.
 */
export function readPublicKey(text: unknown, argument: string): FleetKey {
  const right = 'give what "openssl pkey -pubout" prints of an Ed25519 key';
  const given = typeof text === 'string' ? text : '';
  const [, between = given] = /-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----/s.exec(given) ?? [];
  const encoded = between.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(encoded))
    throw new InvalidInputError(argument, `${argument}: not a public key in PEM; ${right}`);
  const der = Buffer.from(encoded, 'base64');
  return checked(argument, right, () => createPublicKey({ key: der, format: 'der', type: 'spki' }));
}

/** Reads a private key in PEM, as "openssl genpkey -algorithm ed25519" writes it. Throws InvalidInputError that names `argument`. */
export function readPrivateKey(pem: string, argument: string): FleetKey {
  const right = 'give a file that "openssl genpkey -algorithm ed25519" wrote';
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem))
    throw new InvalidInputError(argument, `${argument}: not a private key in PEM; ${right}`);
  const { key } = checked(argument, right, () => createPrivateKey(pem));
  return { key, id: keyIdOf(createPublicKey(key)) };
}

function checked(argument: string, right: string, read: () => KeyObject): FleetKey {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new InvalidInputError(argument, `${argument}: the key is damaged; ${right}`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new InvalidInputError(
      argument,
      `${argument}: the key is of type ${key.asymmetricKeyType}; ${right}`,
    );
  return { key, id: key.type === 'public' ? keyIdOf(key) : '' };
}

function keyIdOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** The signature of a message's body, in base64. */
export function signatureOf(body: Uint8Array, { key }: FleetKey): string {
  return sign(null, body, key).toString('base64');
}

/** A signature is 64 octets. */
const signaturePattern = /^[A-Za-z0-9+/]{86}==$/;

/** The key that signed the body: the one that `keyId` names; null where it is not known or the signature is not its own. */
export function signerOf(
  body: Uint8Array,
  { signature, keyId }: { signature: string; keyId: string },
  keys: readonly FleetKey[],
): FleetKey | null {
  const named = keys.find(({ id }) => id === keyId);
  if (named === undefined || !signaturePattern.test(signature)) return null;
  return verify(null, body, named.key, Buffer.from(signature, 'base64')) ? named : null;
}
