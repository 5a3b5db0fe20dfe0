import type { IncomingHttpHeaders } from 'node:http';
import { withoutSecrets } from '../../core/text.js';
import type { HttpDocument } from '../../documents/http.js';

/** The members of a document that come from the response. */
export type ResponseFacts = Pick<
  HttpDocument,
  | 'status'
  | 'errorType'
  | 'requestId'
  | 'gatewayId'
  | 'viaCloudFront'
  | 'via'
  | 'server'
  | 'location'
  | 'message'
>;

/** Characters. A denial with its ARN has 300. */
const longestMessage = 1000;

/** Reads a response. `body` is the part that was received. Pure; never throws. */
export function responseFacts(
  status: number | null,
  headers: IncomingHttpHeaders,
  body: string,
): ResponseFacts {
  const header = (name: string): string | null => [headers[name] ?? []].flat()[0] ?? null;
  const via = header('via');
  return {
    status,
    errorType: errorTypeOf(header('x-amzn-errortype')),
    requestId: header('x-amzn-requestid'),
    gatewayId: header('x-amz-apigw-id'),
    viaCloudFront:
      header('x-amz-cf-id') !== null ||
      [via, header('x-cache')].some((value) => /cloudfront/i.test(value ?? '')),
    via,
    server: header('server'),
    location: headers.location === undefined ? null : withoutSecrets(headers.location),
    message: messageOf(body),
  };
}

/** The type without its namespace: `ForbiddenException` of `ForbiddenException:http://…`. */
function errorTypeOf(value: string | null): string | null {
  return value?.split(/[:,]/, 1)[0]?.trim() || null;
}

/** API Gateway writes `message`, but its authorization errors have `Message`. */
function messageOf(body: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const message = [fields.get('message'), fields.get('Message')].find((value) => typeof value === 'string');
  // Array.from splits by code points, so no surrogate pair is cut.
  return typeof message === 'string' ? Array.from(message).slice(0, longestMessage).join('') : null;
}
