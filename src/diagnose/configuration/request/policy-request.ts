import { version } from '../../../core/version.js';
import { denialOf } from '../../../documents/gateway-answer.js';
import { judgedAnswers } from '../../../documents/observed/http.js';
import { scopeOf } from '../../../net/address/scope.js';
import type { Context } from '../context.js';
import type { End } from '../ends.js';
import type { KeyValue } from '../policy/condition.js';
import type { PolicyRequest } from '../policy/evaluate.js';
import { routeBetween } from '../route-gates.js';
import { mayTranslate } from '../routes.js';
import { accountOfApi } from '../use.js';

/** The request that pprobe sent, as policies see it. */
export function requestOf(context: Context, client: End | null, target: End | null): PolicyRequest {
  const { evidence, facts, region, called } = context;
  const { privateApi: api, given } = evidence.target;
  const denial = judgedAnswers(evidence)
    .map(({ doc }) => denialOf(doc))
    .find((each) => each !== null);
  const isSigned = given?.headers?.some(({ field }) => field.toLowerCase() === 'authorization') === true;
  const caller = denial?.who ?? (isSigned ? null : 'anonymous');
  const apiId = called.apiId ?? denial?.resource?.apiId ?? facts.apigateway.restApi?.id ?? null;
  const named =
    denial?.resource?.arn
      .split(':')
      .slice(5)
      .join(':')
      .replace(/^[^/]*\//, '') ?? null;
  const path =
    named ?? (called.stage === null || called.path === null ? null : `${called.stage}/GET${called.path}`);
  const account = facts.apigateway.restApi == null ? null : accountOfApi(facts);
  const keys = keysOf(context, client, target, caller);
  return {
    caller,
    action: 'execute-api:Invoke',
    resource:
      apiId === null
        ? null
        : {
            partition: api?.partition ?? 'aws',
            region: api?.region ?? region ?? 'unknown',
            account,
            apiId,
            path,
          },
    key: (name) => {
      const value = keys.get(name);
      if (value !== undefined) return value;
      return (caller === 'anonymous' && ofSignedCalls.test(name)) || ofServices.test(name)
        ? 'absent'
        : 'unknown';
    },
  };
}

/** Keys that only signed requests have. */
const ofSignedCalls =
  /^aws:(?:principal(?!type$)|username|tokenissuetime|multifactorauth|federated|sourceidentity|ec2instancesource)/;

/** Keys that only requests have which a service of AWS makes for somebody. */
const ofServices = /^aws:(?:source(?:arn|account|orgid|orgpaths)|calledvia(?:first|last)?)$/;

/** The condition keys whose values are known. */
function keysOf(
  context: Context,
  client: End | null,
  target: End | null,
  caller: string | null,
): Map<string, KeyValue> {
  const { evidence, facts, region } = context;
  const keys = new Map<string, KeyValue>();
  const known = (name: string, value: string | null | undefined): void => {
    keys.set(name, value == null ? 'unknown' : [value]);
  };
  // The IPv6 addresses of a VPC are public ones.
  const isInside = target !== null && (target.endpoint !== null || scopeOf(target.address) !== 'public');
  const endpoint = target?.endpoint?.VpcEndpointId ?? evidence.target.privateApi?.vpceId;
  if (isInside) {
    // Something else at the address, such as a load balancer, leads on to an endpoint that can be in another VPC.
    const isOther = target.endpoint === null && target.found && target.interfaceType !== 'vpc_endpoint';
    known('aws:sourcevpce', endpoint);
    known('aws:sourcevpc', isOther ? null : (target.endpoint?.VpcId ?? target.vpcId));
    // Behind a NAT or a proxy it is another address; inside one VPC only a route to one changes it.
    const isInOne = client !== null && client.vpcId !== null && client.vpcId === target.vpcId && !isOther;
    const isDirect = isInOne && !mayTranslate(routeBetween(context, client, target));
    known('aws:vpcsourceip', isDirect ? client.address : null);
    keys.set('aws:sourceip', 'absent');
  } else if (target !== null && !target.found && !target.address.includes(':')) {
    // A public address that no interface of the VPC has: the request goes through no endpoint.
    for (const name of ['aws:sourcevpce', 'aws:sourcevpc', 'aws:vpcsourceip']) keys.set(name, 'absent');
  }
  if (caller === 'anonymous') keys.set('aws:principalaccount', ['anonymous']);
  const when = evidence.observations.http[0]?.startedAt;
  known('aws:currenttime', when);
  known('aws:epochtime', when === undefined ? null : String(Math.floor(Date.parse(when) / 1000)));
  known('aws:securetransport', 'true');
  known('aws:viaawsservice', 'false');
  known('aws:requestedregion', evidence.target.privateApi?.region ?? region);
  const headers = evidence.target.given?.headers ?? [];
  const sent = (field: string): boolean => headers.some((each) => each.field.toLowerCase() === field);
  if (!sent('user-agent')) keys.set('aws:useragent', [`pprobe/${version}`]);
  if (!sent('referer')) keys.set('aws:referer', 'absent');
  if (facts.apigateway.restApi != null) known('aws:resourceaccount', accountOfApi(facts));
  return keys;
}
