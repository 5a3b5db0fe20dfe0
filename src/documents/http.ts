import type { DocumentHeader } from './header.js';
import type { HeaderValue, IpAddress, StatusCode, Text } from './scalars.js';

/**
 * `plain`: the request as given; `host`: with the API's own name in the Host header; `api-id`: with x-apigw-api-id; `bogus`:
 * with an API id that cannot exist.
 */
export type HttpVariant = 'plain' | 'host' | 'api-id' | 'bogus';

/**
 * Why an exchange failed. `closed`: the peer closed the connection; `reset`: the peer sent a RST; `malformed`: the bytes
 * received are not HTTP; `tls`: the TLS layer failed, for example because the server demands a client certificate after a TLS
 * 1.3 handshake; `canceled`: the exchange was stopped before its end; `error`: anything else, named by `errorCode`.
 *
 * `malformed` is also what exceeds the limits of a client: a header field or chunk extension of more than 16 KB
 * (`HPE_HEADER_OVERFLOW`, `HPE_CHUNK_EXTENSIONS_OVERFLOW`), and more than 64 KB before a final response (`ENDLESS`); and frames of
 * HTTP/2, which was not agreed on (`HTTP2`).
 */
export type HttpFailure = 'timeout' | 'closed' | 'reset' | 'malformed' | 'tls' | 'canceled' | 'error';

/**
 * One GET request and its response; one of `observations.http`.
 *
 * @if { properties: { status: { type: 'null' } } }
 * @then { properties: { failure: { type: 'string' } } }
 */
export interface HttpDocument extends DocumentHeader<'http'> {
  variant: HttpVariant;
  /** Without the query, which can contain secrets, unless the caller asked to keep it. @pattern ^https?://[^#]*$ @maxLength 16384 */
  url: string;
  address: IpAddress;
  /** null when no response came. */
  status: StatusCode | null;
  /** The header `x-amzn-errortype`, which the owner of an API cannot change. */
  errorType: HeaderValue | null;
  /** The header `x-amzn-requestid`. */
  requestId: HeaderValue | null;
  /** The header `x-amz-apigw-id`, which only the front end of API Gateway sets. */
  gatewayId: HeaderValue | null;
  /** The header `apigw-requestid`, which only HTTP APIs of API Gateway set. Absent, like the next two, in earlier versions. */
  httpApiRequestId?: HeaderValue | null;
  /** Other headers of the answer that tell who sent it, by name in lower case; those of `RESPONDER_HEADERS`. */
  headers?: Record<string, HeaderValue>;
  /** The title of an HTML page, or its first heading, or the first line of the plain text of an error. @maxLength 200 */
  title?: string | null;
  viaCloudFront: boolean;
  /** The header `via`: the proxies on the path, as they name themselves. */
  via: HeaderValue | null;
  server: HeaderValue | null;
  /** The target of a redirect, without query. Redirects are not followed. @pattern ^[^?#]*$ @maxLength 16384 */
  location: string | null;
  /** `message` or `Message` of a JSON body, or `Code` and `Message` of an error of AWS in XML. @maxLength 1000 */
  message: string | null;
  /** null when the whole response came. Beside a status, the body broke off; what came before is kept. */
  failure: HttpFailure | null;
  /** The code of the failure, from the HTTP parser, OpenSSL or the socket: `HPE_INVALID_CONSTANT`, `ECONNRESET`. */
  errorCode: Text | null;
  /** What came, where no final response did. Absent in earlier versions, and beside a status. */
  received?: ReceivedInstead | null;
}

/** What a server sent in place of a final response. */
export interface ReceivedInstead {
  /** @minimum 0 @asType integer */
  octets: number;
  /** Interim responses (1xx, RFC 9110 section 15.2). @minimum 0 @asType integer */
  interim: number;
  /** The status of the last of them. */
  lastInterim: StatusCode | null;
}

/** The value of a header that was kept, or null. */
export function headerOf(doc: HttpDocument, name: string): string | null {
  return doc.headers?.[name] ?? null;
}
