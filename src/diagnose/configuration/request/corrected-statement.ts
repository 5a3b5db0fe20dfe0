import type { KeyValue } from '../policy/condition.js';
import type { Statement } from '../policy/document.js';
import type { PolicyDecision, PolicyRequest } from '../policy/evaluate.js';

/** The statement with the value that the request has, or a new one for the endpoint alone; null where neither is known. */
export function correctedStatement(
  decision: PolicyDecision | null,
  request: PolicyRequest,
): { statement: object; isNew: boolean } | null {
  const { statement = null, condition = null } = decision ?? {};
  if (statement !== null && condition !== null) {
    const changed = withValue(
      statement,
      condition.condition.operator,
      condition.condition.key,
      condition.given,
      request,
    );
    if (changed !== null) return { statement: changed, isNew: false };
  }
  if (decision?.state === 'explicit-deny') return null;
  const endpoint = request.key('aws:sourcevpce');
  return Array.isArray(endpoint)
    ? {
        statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: { 'aws:SourceVpce': endpoint[0] } },
        },
        isNew: true,
      }
    : null;
}

function withValue(
  statement: Statement,
  operator: string,
  key: string,
  given: KeyValue,
  request: PolicyRequest,
): object | null {
  const conditions = statement.source.Condition;
  if (typeof conditions !== 'object' || conditions === null) return null;
  const keys: unknown = Reflect.get(conditions, operator);
  if (typeof keys !== 'object' || keys === null) return null;
  const isAddress = key.toLowerCase() === 'aws:sourceip';
  const source = request.key('aws:vpcsourceip');
  const name = isAddress ? 'aws:VpcSourceIp' : key;
  const value = isAddress
    ? Array.isArray(source)
      ? `${source[0]}/${source[0]?.includes(':') ? 128 : 32}`
      : null
    : Array.isArray(given)
      ? given[0]
      : null;
  const widens =
    /^(?:for(?:all|any)values?:)?(?:string(?:not)?equals|(?:not)?ipaddress|stringlike|stringnotlike)/i.test(
      operator,
    );
  if (value == null || !widens) return null;
  const { [key]: old, ...others } = keys as Record<string, unknown>;
  const values = isAddress ? [value] : [...[old].flat(), value];
  return { ...statement.source, Condition: { ...conditions, [operator]: { ...others, [name]: values } } };
}
