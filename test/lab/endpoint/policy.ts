/**
 * The part of IAM's policy language that decides whether an anonymous caller may invoke an API: the statements of resource
 * policies and endpoint policies.
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

/** The decision of one policy: a matching Deny denies, otherwise a matching Allow allows, otherwise it denies implicitly. */
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

/** Only `*` matches, because the lab's callers are anonymous. */
function namesEveryone(principal: Statement['Principal']): boolean {
  return principal === '*' || list(principal.AWS).includes('*');
}

/** `execute-api:/stage/method/path` is short for the same path in the ARN of the API that has the policy. */
function resourceMatches(pattern: string, arn: string): boolean {
  if (!pattern.startsWith('execute-api:/')) return like(pattern, arn);
  return like(pattern.slice('execute-api:'.length), arn.slice(arn.indexOf('/')));
}

/** Every operator and every key must hold. One equal value is enough; for the negations every value must differ. */
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

/** A key that the request lacks fails the comparison, and passes its negation. */
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
