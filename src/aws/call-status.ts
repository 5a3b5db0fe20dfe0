import type { FactsCall } from '../documents/facts.js';
import { ownRefusalWords } from '../documents/terms/errno.js';
import type { AwsCall } from './calls.js';
import { type CallFailure, isOwnEnd } from './session.js';

/** What a failure is as the outcome of a call, in words that say what to do. */
export function statusOf(failure: CallFailure, call: AwsCall): Pick<FactsCall, 'status' | 'text'> {
  const { code, httpStatus, contentType, message } = failure;
  if (isOwnEnd(failure)) return { status: 'error', text: `not asked: ${message}` };
  if (isSilence(code)) return { status: 'silent', text: message === '' ? 'no answer' : message };
  if (isThrottling(code) || httpStatus === 429)
    return { status: 'throttled', text: `${code}: AWS limits the rate of calls; try again in a minute` };
  const credentials = credentialWords(code);
  if (credentials !== null) return { status: 'denied', text: `${code}: ${credentials}` };
  if (isDenial(code)) return { status: 'denied', text: denialText(call, message) };
  if (code === 'AnswerTooLong')
    return { status: 'error', text: 'the answer does not end, and was not read further' };
  const system = ownRefusalWords(code) ?? systemWords(code);
  if (system !== null) return { status: 'error', text: `${code}: ${system}` };
  // What a proxy or a captive portal says in place of AWS.
  if (contentType !== null && /html/i.test(contentType))
    return {
      status: 'error',
      text: `the answer is not one of AWS, but HTTP ${httpStatus ?? 'status unknown'} with ${contentType}: is a proxy in the way?`,
    };
  if (isAwsCode(code) && httpStatus !== null && httpStatus >= 400) return { status: 'error', text: code };
  return {
    status: 'error',
    text: `the answer cannot be read as one of AWS (${[code, httpStatus === null ? null : `HTTP ${httpStatus}`].filter((each) => each !== null).join(', ')})`,
  };
}

/** `ec2:DescribeSubnets is not allowed, which shows the blocks and zones of subnets`. */
export function refusalText({ permission, shows }: AwsCall): string {
  return permission === null ? `it shows ${shows}` : `IAM action ${permission}, which shows ${shows}`;
}

function denialText(call: AwsCall, message: string): string {
  const by = denier(message);
  return by === null ? refusalText(call) : `${refusalText(call)}; ${by}`;
}

/** Which kind of policy denies, as the message of AWS says it. */
function denier(message: string): string | null {
  const [, kind] =
    /(service control policy|resource control policy|permissions boundary|session policy|VPC endpoint policy)/i.exec(
      message,
    ) ?? [];
  if (kind !== undefined)
    return `a ${kind.replace(/^vpc/i, 'VPC').replace(/^[SRP]/, (each) => each.toLowerCase())} denies it`;
  return /explicit deny/i.test(message) ? 'a policy denies it explicitly' : null;
}

/** Whether a service did not answer at all. */
export function isSilence(code: string): boolean {
  return /^(?:TimeoutError|AbortError|ETIMEDOUT|ESOCKETTIMEDOUT)$/.test(code);
}

/** Whether a service cannot be reached, so that another call would only take time. */
export function isUnreachable(code: string): boolean {
  return isSilence(code) || systemWords(code) !== null;
}

function isThrottling(code: string): boolean {
  return /throttl|RequestLimitExceeded|TooManyRequests|^LimitExceededException$|BandwidthLimit/i.test(code);
}

function isDenial(code: string): boolean {
  return /^(?:UnauthorizedOperation|AccessDenied|AccessDeniedException|UnauthorizedException|NotAuthorized|ForbiddenException|AccessDeniedByOrganization\w*)$/.test(
    code,
  );
}

function credentialWords(code: string): string | null {
  if (/^(?:ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(code))
    return 'the credentials have expired, or the clock of this host is wrong; renew them';
  if (
    /^(?:AuthFailure|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|InvalidAccessKeyId)$/.test(
      code,
    )
  )
    return 'AWS does not accept the credentials, or the Region is not enabled for the account';
  return code === 'OptInRequired' ? 'the Region is not enabled for the account' : null;
}

function systemWords(code: string): string | null {
  switch (code) {
    case 'ECONNREFUSED':
      return 'the endpoint of the service refuses the connection';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the service is not resolved here';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to the endpoint of the service';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection ended in the middle of the answer';
    case 'EPROTO':
      return 'the endpoint of the service does not speak TLS as it should';
    case 'HPE_HEADER_OVERFLOW':
      return 'the header of the answer is too long';
    default:
      if (code.startsWith('HPE_')) return 'the answer is not HTTP';
      return isCertificate(code)
        ? 'the certificate of the endpoint is not trusted or not for its name: does a proxy open TLS? Give the file with its authority in AWS_CA_BUNDLE'
        : null;
  }
}

/** Whether a code is that of a certificate which OpenSSL or Node refuses. */
function isCertificate(code: string): boolean {
  return /CERT|^UNABLE_TO_|SIGNATURE_FAILURE$|^HOSTNAME_MISMATCH$/.test(code) && code.includes('_');
}

/** A code of AWS is a word such as `InvalidVpcID.NotFound`, and not the name of an error of JavaScript. */
function isAwsCode(code: string): boolean {
  return (
    /^[A-Z][\w.]{3,80}$/.test(code) && !/^(?:Error|SyntaxError|TypeError|RangeError|Unknown\w*)$/.test(code)
  );
}
