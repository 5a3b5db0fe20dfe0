import type { PrivateApi } from '../../documents/target.js';
import { SUFFIXES, suffixOf } from './partitions.js';

/** The parts of a host name under `execute-api`. */
export interface PrivateName {
  form: 'default' | 'alias' | 'vpce' | 'zonal' | 'service';
  apiId: string | null;
  vpceId: string | null;
  region: string;
  /** `amazonaws.com`, `amazonaws.com.cn`, … */
  suffix: string;
}

// All known ids have ten characters. A name with fewer or more is read as well, so that a typing error is reported.
const API = '(?<api>[a-z0-9]{4,32})';
const VPCE = '(?<vpce>vpce-(?:[0-9a-f]{17}|[0-9a-f]{8}))';
const REGION = '(?<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})';
const ZONE = '(?<zone>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}[a-z]|[a-z0-9]+-az[0-9]{1,2})';
const SUFFIX = `(?<suffix>${SUFFIXES.map((suffix) => suffix.replaceAll('.', '\\.')).join('|')})`;

const FORMS: readonly { form: 'default' | 'alias' | 'vpce' | 'service'; pattern: RegExp }[] = [
  { form: 'default', pattern: new RegExp(`^${API}\\.execute-api\\.${REGION}\\.${SUFFIX}$`) },
  { form: 'alias', pattern: new RegExp(`^${API}-${VPCE}\\.execute-api\\.${REGION}\\.${SUFFIX}$`) },
  {
    form: 'vpce',
    pattern: new RegExp(`^${VPCE}-[a-z0-9]{4,16}(?:-${ZONE})?\\.execute-api\\.${REGION}\\.vpce\\.${SUFFIX}$`),
  },
  { form: 'service', pattern: new RegExp(`^execute-api\\.${REGION}\\.${SUFFIX}$`) },
];

/** Reads a host name of a private API; null when it has none of their forms. `name` is lower case, without final dot. */
export function readPrivateName(name: string): PrivateName | null {
  for (const { form, pattern } of FORMS) {
    const parts = pattern.exec(name)?.groups;
    if (parts?.region === undefined || parts.suffix === undefined) continue;
    return {
      form: form === 'vpce' && parts.zone !== undefined ? 'zonal' : form,
      apiId: parts.api ?? null,
      vpceId: parts.vpce ?? null,
      region: parts.region,
      suffix: parts.suffix,
    };
  }
  return null;
}

/** `vpce-` and 17 or, on old endpoints, 8 hexadecimal digits. */
export function isVpceId(text: string): boolean {
  return new RegExp(`^${VPCE}$`).test(text);
}

/** Whether `text` has the characters of an API id; see `usualApiId` for the length. */
export function isApiId(text: string): boolean {
  return new RegExp(`^${API}$`).test(text);
}

/** Every API id seen so far has ten characters: another length is most likely a typing error. */
export function usualApiId(id: string): boolean {
  return id.length === 10;
}

interface Parts {
  apiId: string | null;
  vpceId: string | null;
  region: string | null;
}

/** `{api}.execute-api.{region}.{suffix}`: the API's own name, and the value of the Host header. null when a part is unknown. */
export function defaultName({ apiId, region }: Parts): string | null {
  const suffix = region === null ? null : suffixOf(region);
  return apiId === null || suffix === null ? null : `${apiId}.execute-api.${region}.${suffix}`;
}

/**
 * `{api}-{vpce}.execute-api.{region}.{suffix}`: resolves everywhere and needs no header, once the endpoint is
 * associated with the API. null when a part is unknown.
 */
export function aliasName({ apiId, vpceId, region }: Parts): string | null {
  const suffix = region === null ? null : suffixOf(region);
  return apiId === null || vpceId === null || suffix === null
    ? null
    : `${apiId}-${vpceId}.execute-api.${region}.${suffix}`;
}

/** Whether the name is an endpoint's own: AWS keeps its records, which have the addresses of the endpoint's network interfaces. */
export function isEndpointName(api: PrivateApi | null): boolean {
  return api?.form === 'vpce' || api?.form === 'zonal';
}

/** Whether only private APIs and their endpoints have names of this form. */
export function isOnlyPrivate(api: PrivateApi | null): boolean {
  return api?.form === 'alias' || isEndpointName(api);
}
