/**
 * Enough of IAM's policy language to decide whether an anonymous caller may invoke an API: the statements that API
 * Gateway's resource policies and endpoint policies are made of.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

type OneOrMore = string | readonly string[];

export type ConditionOperator = 'StringEquals' | 'StringNotEquals' | 'StringLike' | 'StringNotLike';

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal: '*' | { AWS: OneOrMore };
  Action: OneOrMore;
  Resource: OneOrMore;
  Condition?: Partial<Record<ConditionOperator, Record<string, OneOrMore>>>;
}

export interface Policy {
  Version: '2012-10-17';
  Statement: readonly Statement[];
}

/** `context` holds condition keys such as `aws:SourceVpce`; their names match in any letter case. */
export interface PolicyRequest {
  action: string;
  resource: string;
  context: Readonly<Record<string, string>>;
}

export type PolicyDecision = 'allow' | 'implicit-deny' | 'explicit-deny';

/** One policy's own answer: a matching Deny ends it, a matching Allow allows, and nothing is allowed by silence. */
export function evaluate(policy: Policy, request: PolicyRequest): PolicyDecision {
  const matching = policy.Statement.filter((statement) => matches(statement, request));
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'explicit-deny';
  return matching.some(({ Effect }) => Effect === 'Allow') ? 'allow' : 'implicit-deny';
}

function matches(statement: Statement, request: PolicyRequest): boolean {
  return (
    namesEveryone(statement.Principal) &&
    // Actions match in any letter case, resources do not.
    list(statement.Action).some((action) => like(action.toLowerCase(), request.action.toLowerCase())) &&
    list(statement.Resource).some((resource) => resourceMatches(resource, request.resource)) &&
    conditionHolds(statement.Condition ?? {}, request.context)
  );
}

/** The lab's callers are anonymous: a principal that is somebody is somebody else. */
function namesEveryone(principal: Statement['Principal']): boolean {
  return principal === '*' || list(principal.AWS).includes('*');
}

/** `execute-api:/stage/method/path` stands for the API the policy is attached to, whose ARN has five parts before it. */
function resourceMatches(pattern: string, arn: string): boolean {
  if (!pattern.startsWith('execute-api:/')) return like(pattern, arn);
  return like(pattern.slice('execute-api:'.length), arn.slice(arn.indexOf('/')));
}

/** Every operator and every key must hold; any one value is enough, and for the negations every value must differ. */
function conditionHolds(
  condition: NonNullable<Statement['Condition']>,
  context: PolicyRequest['context'],
): boolean {
  const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      operatorHolds(operator, known.get(key.toLowerCase()), list(values)),
    ),
  );
}

/** A key the request lacks fails the comparison, and so holds in its negation. */
function operatorHolds(operator: string, actual: string | undefined, values: readonly string[]): boolean {
  const equal = actual !== undefined && values.includes(actual);
  const alike = actual !== undefined && values.some((value) => like(value, actual));
  switch (operator) {
    case 'StringEquals':
      return equal;
    case 'StringNotEquals':
      return !equal;
    case 'StringLike':
      return alike;
    case 'StringNotLike':
      return !alike;
    default:
      throw new Error(`policy: condition operator ${operator} is not known here`);
  }
}

/** `*` is any run of characters, `?` any one. */
function like(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : `\\${character}`;
  });
  return new RegExp(`^${source}$`, 's').test(text);
}

function list(value: OneOrMore): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
