import type { DocumentHeader } from './header.js';

/**
 * `plain`: as given; `host`: with the API's own name in Host; `api-id`: with x-apigw-api-id; `bogus`: with an
 * id that cannot be.
 */
export type HttpVariant = 'plain' | 'host' | 'api-id' | 'bogus';

/**
 * What broke an exchange. `closed`: the peer ended the connection in an orderly way; `reset`: with an RST;
 * `malformed`: what came is not HTTP; `tls`: the TLS layer failed, as when a client certificate is demanded
 * after a TLS 1.3 handshake; `canceled`: it was stopped before it ended; `error`: anything else, named by
 * `errorCode`.
 */
export type HttpFailure = 'timeout' | 'closed' | 'reset' | 'malformed' | 'tls' | 'canceled' | 'error';

/** One GET and what came back; one of `observations.http`. */
export interface HttpDocument extends DocumentHeader<'http'> {
  variant: HttpVariant;
  /** Without query string, which may carry secrets, unless it was asked to be kept. */
  url: string;
  address: string;
  status: number | null;
  /** `x-amzn-errortype`, the one field an API's owner cannot rewrite. */
  errorType: string | null;
  requestId: string | null;
  /** `x-amz-apigw-id`: API Gateway's own front end answered. */
  gatewayId: string | null;
  viaCloudFront: boolean;
  /** `via`: what stands between, in its own words. */
  via: string | null;
  server: string | null;
  /** Where a redirect points, without query string. It is not followed. */
  location: string | null;
  /** `message` or `Message` of a JSON body. */
  message: string | null;
  /**
   * Null when a whole response came. Beside a status, it is the body that broke: what came before it is kept.
   */
  failure: HttpFailure | null;
  /** The parser's, OpenSSL's or the socket's code of that failure: `HPE_INVALID_CONSTANT`, `ECONNRESET`. */
  errorCode: string | null;
}
