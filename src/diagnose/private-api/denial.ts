/** Which policy a denial names. `unknown`: the older wording, which names none. */
export type DenialLayer = 'resource' | 'endpoint' | 'identity' | 'organization' | 'unknown';

/** What the text of an AccessDenied answer or execution log says. */
export interface Denial {
  layer: DenialLayer;
  /** A Deny statement matched; otherwise no Allow did. */
  explicit: boolean;
  /** The policy in the words of the text: `VPC endpoint policy`, `permissions boundary`; null when it names none. */
  policy: string | null;
  /** `anonymous`, or an ARN; null in the sentence of a Lambda authorizer. */
  who: string | null;
  resource: DeniedResource | null;
}

/** Read from the ARN in the text. AWS masks the account but for its last four digits. */
export interface DeniedResource {
  arn: string;
  region: string;
  account: string;
  apiId: string;
  stage: string | null;
}

const ARN =
  '(?<arn>arn:[\\w-]+:execute-api:(?<region>[\\w-]+):(?<account>[\\d*]{12}):(?<api>[a-z0-9]+)(?:/(?<stage>[^\\s/"]*))?[^\\s"]*)';
// "Access denied error messages" of the IAM guide: `with an explicit deny in a(n) <policy>`, `because no <policy> allows
// the <action> action`; the texts of before 2021 end after the ARN or after `explicit deny`.
const REASON =
  '(?<explicit>,? with an explicit deny(?: in an? (?<denying>[\\w -]{1,60}?(?:policy|boundary)))?)?(?:,? because no (?<silent>[\\w -]{1,60}?) allows the [\\w:*-]+ action)?';

const ON_RESOURCE = new RegExp(
  `User: (?<who>\\S+) is not authorized to perform: execute-api:\\w+ on resource: ?(?:${ARN})?${REASON}`,
);
const AUTHORIZER = new RegExp(`User is not authorized to access this resource${REASON}`);

/** Reads the sentence of a denial, in a response body or an execution log; null when the text holds none. */
export function readDenial(text: string): Denial | null {
  const named = ON_RESOURCE.exec(text)?.groups;
  const parts = named ?? AUTHORIZER.exec(text)?.groups;
  if (parts === undefined) return null;
  const policy = parts.denying ?? parts.silent ?? null;
  return {
    // A Lambda authorizer speaks for the caller's identity, and its sentence names no other policy.
    layer: policy === null && named === undefined ? 'identity' : layerOf(policy),
    explicit: parts.explicit !== undefined,
    policy,
    who: parts.who ?? null,
    resource: resourceOf(parts),
  };
}

function resourceOf(parts: Record<string, string | undefined>): DeniedResource | null {
  const { arn, region, account, api, stage } = parts;
  if (arn === undefined || region === undefined || account === undefined || api === undefined) return null;
  return { arn, region, account, apiId: api, stage: stage || null };
}

function layerOf(policy: string | null): DenialLayer {
  if (policy === null) return 'unknown';
  if (/resource-based/i.test(policy)) return 'resource';
  if (/endpoint/i.test(policy)) return 'endpoint';
  if (/service control|resource control/i.test(policy)) return 'organization';
  // Boundaries and session policies narrow what the caller's own role may do.
  if (/identity-based|boundary|session/i.test(policy)) return 'identity';
  return 'unknown';
}
