import { afterRunning } from '../core/clock.js';
import { CapabilityError } from '../core/errors.js';
import type { DoctorAws, DoctorAwsCall } from '../documents/doctor.js';
import { ownRefusalWords } from '../documents/terms/errno.js';
import { isUnreachable, statusOf } from './call-status.js';
import { type AwsCall, awsCalls, type CallName, callNames, callOf } from './calls.js';
import { readingBounds, readingTimeout } from './reader.js';
import {
  type AwsSession,
  type CallFailure,
  type CallOutcome,
  isOwnEnd,
  type OpenSession,
} from './session.js';

/** How the calls are tried. */
export interface TryOptions {
  open: OpenSession;
  profile?: string | undefined;
  region?: string | undefined;
  /** The Region of this instance, where nothing else names one. */
  ownRegion?: string | null | undefined;
  timeoutMs?: number | undefined;
  stop?: AbortSignal | undefined;
}

/**
 * What the credentials of this host may read. Each call is made with a question that finds nothing: a dry run of EC2, or the id of
 * an API that cannot exist, of which AWS says so only to callers that may ask.
 */
export async function tryCalls({
  open,
  profile,
  region: given,
  ownRegion = null,
  timeoutMs = readingTimeout.default,
  stop,
}: TryOptions): Promise<DoctorAws> {
  const nothing = { account: null, principal: null, endpoints: [], calls: [] };
  let session: AwsSession;
  try {
    session = open({ region: given ?? null, profile: profile ?? null });
  } catch (error) {
    // The rest of what this host can do is told nevertheless.
    if (!(error instanceof CapabilityError)) throw error;
    return { ...nothing, credentials: null, region: given ?? null, problem: error.message };
  }
  const end = (): void => session.close();
  stop?.addEventListener('abort', end);
  if (stop?.aborted === true) end();
  const deadline = afterRunning(timeoutMs, end);
  try {
    const { credentials, region: named } = await session.prepare(timeoutMs * readingBounds.credentialsShare);
    const region = named ?? ownRegion;
    if ('failure' in credentials) {
      const { message, code } = credentials.failure;
      if (isOwnEnd(credentials.failure))
        return { ...nothing, credentials: null, region, problem: `the calls were not tried: ${message}` };
      return { ...nothing, credentials: null, region, problem: `no AWS credentials: ${message || code}` };
    }
    const found = {
      source: credentials.source,
      expiresAt: credentials.expiresMs === null ? null : new Date(credentials.expiresMs).toISOString(),
    };
    if (region === null)
      return {
        ...nothing,
        credentials: found,
        region,
        problem: 'the Region is not known; give --region R, or set AWS_REGION',
      };
    return await tried(session, region, timeoutMs * readingBounds.callShare, found);
  } finally {
    deadline.cancel();
    stop?.removeEventListener('abort', end);
    session.close();
  }
}

async function tried(
  session: AwsSession,
  region: string,
  limitMs: number,
  credentials: DoctorAws['credentials'],
): Promise<DoctorAws> {
  const names = callNames.filter((name) => callOf(name).cliOnly !== true);
  const outcomes = await Promise.all(
    names.map(async (name) => {
      const { service, trial = {} } = callOf(name);
      return { name, outcome: await session.call(service, name, trial, region, limitMs) };
    }),
  );
  const calls = outcomes.map(({ name, outcome }) => triedCall(name, outcome));
  const identity = outcomes.find(({ name }) => name === 'GetCallerIdentity')?.outcome;
  const services = [...new Set(names.map((name) => callOf(name).service))];
  return {
    credentials,
    region,
    ...callerOf(identity),
    problem: null,
    endpoints: services.map((service) => {
      const own = outcomes.filter(({ name }) => callOf(name).service === service);
      const answered = own.some(({ outcome }) => !('failure' in outcome) || !isLost(outcome.failure));
      const lost = own
        .map(({ outcome }) => ('failure' in outcome ? outcome.failure : null))
        .find((each) => each !== null);
      return {
        service,
        reachable: answered,
        text:
          answered || lost === undefined || lost === null
            ? null
            : statusOf(lost, awsCalls.GetCallerIdentity).text,
      };
    }),
    calls,
  };
}

function isLost(failure: CallFailure): boolean {
  return isUnreachable(failure.code) || ownRefusalWords(failure.code) !== null || isOwnEnd(failure);
}

function triedCall(action: CallName, outcome: CallOutcome): DoctorAwsCall {
  const call: AwsCall = callOf(action);
  const { service, permission } = call;
  const base = { service, action, permission };
  if (!('failure' in outcome) || isAllowed(outcome.failure.code))
    return { ...base, status: 'allowed', text: null };
  const { status, text } = statusOf(outcome.failure, call);
  const isOfApi = status === 'denied' && call.resource === 'rest-api';
  return {
    ...base,
    status: status === 'ok' || status === 'partial' ? 'error' : status,
    text: isOfApi ? `${text}; a role that may read one API alone is refused here, too` : text,
  };
}

/** AWS looks at the permission before it looks for the thing. */
function isAllowed(code: string): boolean {
  return code === 'DryRunOperation' || code === 'InvalidInput' || /NotFound(?:Exception)?$/.test(code);
}

/** Account and principal. The name of a session can be that of a person, and is left out. */
function callerOf(outcome: CallOutcome | undefined): Pick<DoctorAws, 'account' | 'principal'> {
  const answer: unknown = outcome !== undefined && 'answer' in outcome ? outcome.answer : null;
  const { Account, Arn } = Object(answer) as { Account?: unknown; Arn?: unknown };
  const principal = typeof Arn === 'string' ? /^arn:[\w-]+:(?:iam|sts)::\d*:(.+)$/.exec(Arn)?.[1] : undefined;
  return {
    account: typeof Account === 'string' && /^\d{12}$/.test(Account) ? Account : null,
    principal:
      principal?.replace(/^((?:assumed-role|federated-user)\/[^/]+)\/.*$/, '$1').slice(0, 255) ?? null,
  };
}
