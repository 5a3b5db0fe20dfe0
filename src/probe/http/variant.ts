import type { HttpVariant } from './types.js';

/** How a private API is named in a request; null what is not known. */
export interface ApiNames {
  /** The API's own host name: `abc123defg.execute-api.us-east-1.amazonaws.com`, or a custom domain name. */
  apiHost: string | null;
  /** `abc123defg`. */
  apiId: string | null;
}

/** Of the form of an id, so that the gateway looks it up, and none that it gives out. */
const bogusApiId = '0000000000';

/**
 * The headers that make a request one of its variants, or null when what they would carry is not known. Asked
 * over one connection, the variants part an API that the endpoint does not find by its name from one that a
 * policy keeps closed: the gateway takes the API from Host or from x-apigw-api-id, and `bogus` shows what it
 * says of an API that does not exist. Pure.
 */
export function variantHeaders(variant: HttpVariant, names: ApiNames): Record<string, string> | null {
  switch (variant) {
    case 'plain':
      return {};
    case 'host':
      return names.apiHost === null ? null : { host: names.apiHost };
    case 'api-id':
      return names.apiId === null ? null : { 'x-apigw-api-id': names.apiId };
    case 'bogus':
      return { 'x-apigw-api-id': bogusApiId };
  }
}
