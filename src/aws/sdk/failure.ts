import type { CallFailure } from '../session.js';

/** Why a call of the SDK failed. Messages of AWS name the caller, whose session can be a person, so they are reduced. */
export function sdkFailure(error: unknown): CallFailure {
  const { name, code, message, $metadata, $response, cause } = members(error);
  const inner = members(cause);
  const status = members($metadata).httpStatusCode ?? members($response).statusCode;
  const type = members(members($response).headers)['content-type'];
  const system = [code, inner.code].find((each) => typeof each === 'string' && systemCode.test(each));
  const word = [system, name].find((each) => typeof each === 'string' && /^[\w.]{1,100}$/.test(each));
  return {
    code: typeof word === 'string' ? word : 'Error',
    httpStatus: typeof status === 'number' ? status : null,
    contentType: typeof type === 'string' ? (/^[\w./+-]{1,60}/.exec(type)?.[0] ?? null) : null,
    message: withoutNames(typeof message === 'string' ? message : ''),
  };
}

/** `ECONNREFUSED` of a system call, `HPE_HEADER_OVERFLOW` of the parser, `DEPTH_ZERO_SELF_SIGNED_CERT` of TLS. */
const systemCode = /^(?:E[A-Z]+|[A-Z]+(?:_[A-Z]+)+)$/;

/** Why there are no credentials. */
export function credentialsFailure(error: unknown): CallFailure {
  const failure = sdkFailure(error);
  // The output of a credential process can hold keys.
  return {
    ...failure,
    message: failure.message.replace(/Command failed:.*/s, 'the credential process failed'),
  };
}

/** A message without access keys, without what may be a secret, and without the name of a session. */
export function withoutNames(message: string): string {
  return message
    .replaceAll(/(assumed-role\/[^/\s"',]+)\/[^\s"',]+/g, '$1')
    .replaceAll(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}\b/g, '***')
    .replaceAll(/[A-Za-z0-9+/=_-]{36,}/g, '***')
    .slice(0, 1000);
}

/** The marks that providers of the SDK put on credentials, and what they mean. */
const sources: readonly [mark: string, words: string][] = [
  ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'a role assumed with a web identity token'],
  ['CREDENTIALS_STS_ASSUME_ROLE', 'a role that the profile assumes'],
  ['CREDENTIALS_PROFILE_SSO', 'single sign-on of the profile'],
  ['CREDENTIALS_SSO', 'single sign-on of the profile'],
  ['CREDENTIALS_PROFILE_PROCESS', 'the credential process of the profile'],
  ['CREDENTIALS_PROCESS', 'the credential process of the profile'],
  ['CREDENTIALS_ENV_VARS', 'the environment (AWS_ACCESS_KEY_ID)'],
  ['CREDENTIALS_HTTP', 'the credentials service of the container'],
  ['CREDENTIALS_IMDS', 'the role of this instance'],
  ['CREDENTIALS_LOGIN', 'aws login'],
  ['CREDENTIALS_PROFILE', 'the credentials file'],
];

/** Where credentials come from, in words. */
export function sourceOf(credentials: object, profile: string | null): string {
  const marks = Object.keys(members(members(credentials).$source));
  const words = sources.find(([mark]) => marks.some((each) => each.startsWith(mark)))?.[1];
  const origin = words ?? 'the AWS SDK';
  return profile === null ? origin : `${origin}, profile ${JSON.stringify(profile)}`;
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
