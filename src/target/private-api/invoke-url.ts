import type { Target } from '../../documents/target.js';
import { pathOf } from '../parse-target.js';
import { aliasName, defaultName, isEndpointName } from './names.js';

/** A way to call the same path of the same API: a URL, and the header it needs or null. */
export interface InvokeUrl {
  url: string;
  /** The name in the URL. */
  host: string;
  /** `Host: …` or `x-apigw-api-id: …`. */
  header: string | null;
}

/** By the API's own name: needs private DNS. null when the API's id or Region is not known. */
export function byDefaultName(target: Target): InvokeUrl | null {
  const name = target.privateApi && defaultName(target.privateApi);
  return name === null ? null : { url: urlAt(name, target), host: name, header: null };
}

/** By the alias of API and endpoint: resolves everywhere, needs the endpoint to be associated with the API. */
export function byAlias(target: Target): InvokeUrl | null {
  const name = target.privateApi && aliasName(target.privateApi);
  return name === null ? null : { url: urlAt(name, target), host: name, header: null };
}

/** By the endpoint's own name, with the API named in Host: resolves everywhere. null when either is not known. */
export function byEndpointName(target: Target): InvokeUrl | null {
  const api = target.privateApi;
  const host = api && defaultName(api);
  const name = endpointNameOf(target);
  return host === null || name === null
    ? null
    : { url: urlAt(name, target), host: name, header: `Host: ${host}` };
}

/** The endpoint's own DNS name, from the target or from `--vpce`; the alias is not one. */
function endpointNameOf({ host, privateApi: api }: Target): string | null {
  if (isEndpointName(api)) return host;
  return api?.endpointName?.startsWith('vpce-') ? api.endpointName : null;
}

function urlAt(host: string, target: Target): string {
  const path = pathOf(target);
  // A missing stage is the most common reason for Forbidden: the URL shows its place.
  return `https://${host}${path === '/' && target.privateApi?.stage === null ? '/STAGE' : path}`;
}
