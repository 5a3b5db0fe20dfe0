/** What was found of the credentials. The keys themselves stay in the SDK. */
export interface CredentialsFound {
  /** Where they come from, in words: `the environment`, `profile "dev"`. */
  source: string;
  /** When they expire, in milliseconds since 1970; null where they do not say. */
  expiresMs: number | null;
}

/** What a session is opened with. */
export interface SessionOptions {
  /** null: that of the environment or of the profile. */
  region: string | null;
  profile: string | null;
  /** Do not ask the instance metadata service for credentials. */
  noMetadata?: boolean | undefined;
}

/** Why a call has no answer. */
export interface CallFailure {
  /** The code of AWS (`UnauthorizedOperation`), of the system (`ECONNREFUSED`), or of the SDK (`TimeoutError`). */
  code: string;
  /** The status of HTTP; null without an answer. */
  httpStatus: number | null;
  /** The form of the answer, where it is not one of AWS: `text/html`. */
  contentType: string | null;
  message: string;
}

/** The outcome of a call: the answer as JSON, or why there is none. */
export type CallOutcome = { answer: unknown } | { failure: CallFailure };

/**
 * The connection to AWS. It makes one call and does not judge, page or repeat beyond what the SDK does. Nothing rejects: what
 * fails is an outcome.
 */
export interface AwsSession {
  /** Resolves when the SDK is loaded, which takes long on a busy host. */
  ready: Promise<void>;
  /** Finds the credentials, and the Region that the environment or the profile names. */
  prepare(limitMs: number): Promise<Prepared>;
  call(
    service: string,
    action: string,
    input: Readonly<Record<string, unknown>>,
    region: string,
    limitMs: number,
  ): Promise<CallOutcome>;
  /** Ends every call. */
  close(): void;
}

/** What was found before the first call. */
export interface Prepared {
  credentials: CredentialsFound | { failure: CallFailure };
  /** null where nothing names one. */
  region: string | null;
}

/** Opens a session. The caller chooses how: in a thread with the bundled SDK, or directly in tests. */
export type OpenSession = (options: SessionOptions) => AwsSession;

/** The failure of a call whose session was closed. */
export const sessionClosed = ownFailure('SessionClosed', 'the session is closed');

/** The failure of a call that this process could not make, which says nothing of AWS. `message`: why. */
export function threadFailure(message: string): CallFailure {
  return ownFailure('ThreadFailed', message);
}

function ownFailure(code: string, message: string): CallFailure {
  return { code, httpStatus: null, contentType: null, message };
}

/** Whether a call ended because of this process, and not of AWS. */
export function isOwnEnd({ code }: CallFailure): boolean {
  return code === 'SessionClosed' || code === 'ThreadFailed';
}

/** The failure of a call that has no answer within its limit. */
export function silence(limitMs: number): CallFailure {
  return {
    code: 'TimeoutError',
    httpStatus: null,
    contentType: null,
    message: `no answer within ${Math.round(limitMs / 100) / 10} s`,
  };
}
