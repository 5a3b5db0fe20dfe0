import { InvalidInputError } from '../../errors.js';
import { checkHost } from '../host-syntax.js';
import { quote } from '../quote.js';
import type { PrivateApi } from '../target.js';
import { aliasName, isApiId, isVpceId, readPrivateName } from './names.js';
import { partitionOf } from './partitions.js';

/** `--vpce` and `--api-id` as typed. */
export interface PrivateApiOptions {
  vpce?: string | undefined;
  apiId?: string | undefined;
}

/**
 * Joins what the host name says of a private API with what the options say; null when neither says anything.
 * `path` is the URL's, or null when there is none.
 *
 * @throws InvalidInputError when an option is malformed, or contradicts the name.
 */
export function describePrivateApi(
  host: string,
  path: string | null,
  options: PrivateApiOptions,
): PrivateApi | null {
  const named = readPrivateName(host);
  const endpoint = options.vpce === undefined ? null : readVpce(options.vpce);
  const apiId = options.apiId === undefined ? null : readApiId(options.apiId);
  if (named === null && endpoint === null && apiId === null) return null;

  agree('--api-id', apiId, named?.apiId ?? null);
  agree('--vpce', endpoint?.vpceId ?? null, named?.vpceId ?? null);
  const region = named?.region ?? endpoint?.region ?? null;
  const api = {
    apiId: named?.apiId ?? apiId,
    vpceId: named?.vpceId ?? endpoint?.vpceId ?? null,
    region,
  };
  const endpointName = endpoint === null ? null : (endpoint.name ?? aliasName(api));
  return {
    form: named?.form ?? 'custom',
    ...api,
    stage: named === null ? null : stageOf(path),
    partition: region === null ? null : partitionOf(region),
    endpointName: endpointName === host ? null : endpointName,
  };
}

function readVpce(given: string): { vpceId: string; region: string | null; name: string | null } {
  const text = given.trim().toLowerCase();
  if (isVpceId(text)) return { vpceId: text, region: null, name: null };
  const name = text.includes('.') ? checkHost(text, '--vpce') : text;
  const parts = readPrivateName(name);
  if (parts !== null && parts.vpceId !== null && parts.form !== 'alias') {
    return { vpceId: parts.vpceId, region: parts.region, name };
  }
  throw new InvalidInputError(
    '--vpce',
    `--vpce: ${quote(given)} is neither an endpoint id (vpce- and 17 or 8 hexadecimal digits) nor its DNS name (vpce-….execute-api.REGION.vpce.amazonaws.com)`,
  );
}

function readApiId(given: string): string {
  const id = given.trim().toLowerCase();
  if (isApiId(id)) return id;
  throw new InvalidInputError(
    '--api-id',
    `--api-id: ${quote(given)} is not an API id: ten lower-case letters and digits, like a1b2c3d4e5`,
  );
}

function agree(option: string, given: string | null, named: string | null): void {
  if (given === null || named === null || given === named) return;
  throw new InvalidInputError(
    option,
    `${option}: ${given} contradicts the target's name, which says ${named}; drop one of them`,
  );
}

/** Stage names are letters, digits, hyphens and underscores, at most 128; anything else in first place is no stage. */
function stageOf(path: string | null): string | null {
  const first = path?.split('/')[1] ?? '';
  return /^[A-Za-z0-9_-]{1,128}$/.test(first) ? first : null;
}
