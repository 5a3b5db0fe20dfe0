import { type CallResource, callNames, callOf } from './calls.js';

/** What a policy is limited to. */
export interface PolicyScope {
  region?: string | null | undefined;
  apiId?: string | null | undefined;
  partition?: string | null | undefined;
}

/** One statement of a policy of IAM. */
interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string | string[];
}

/** A policy of IAM. */
export interface IamPolicy {
  Version: '2012-10-17';
  Statement: Statement[];
}

const sids: Readonly<Record<string, string>> = {
  'ec2 any': 'Network',
  'apigateway rest-api': 'Api',
  'apigateway domain-name': 'DomainName',
  'apigateway access-association': 'AccessAssociation',
  'apigateway account': 'Account',
  'logs execution-log': 'ExecutionLog',
  'route53 any': 'Names',
  'route53resolver any': 'Names',
};

/**
 * The least that a role must be allowed so that `pprobe collect`, `--aws` and `doctor --aws` read all that they use: every call of
 * the table, and no other. Reading only.
 */
export function leastPrivilegePolicy(scope: PolicyScope = {}): IamPolicy {
  const statements = new Map<string, Statement>();
  for (const name of callNames) {
    const { service, permission, resource, cliOnly } = callOf(name);
    if (permission === null) continue;
    const key = `${service} ${resource}`;
    const sid = cliOnly === true ? 'PrintedCommands' : (sids[key] ?? service);
    const known = statements.get(sid);
    const statement = known ?? {
      Sid: sid,
      Effect: 'Allow',
      Action: [],
      Resource: resourcesOf(resource, scope),
    };
    if (!statement.Action.includes(permission)) statement.Action.push(permission);
    statements.set(sid, statement);
  }
  return { Version: '2012-10-17', Statement: [...statements.values()] };
}

function resourcesOf(resource: CallResource, { region, apiId, partition }: PolicyScope): string | string[] {
  const [place, arn] = [region ?? '*', `arn:${partition ?? 'aws'}`];
  switch (resource) {
    case 'any':
      return '*';
    case 'rest-api':
      return apiId == null
        ? `${arn}:apigateway:${place}::/restapis/*`
        : [
            `${arn}:apigateway:${place}::/restapis/${apiId}`,
            `${arn}:apigateway:${place}::/restapis/${apiId}/*`,
          ];
    case 'domain-name':
      return `${arn}:apigateway:${place}::/domainnames/*`;
    case 'access-association':
      return `${arn}:apigateway:${place}::/domainnameaccessassociations`;
    case 'account':
      return `${arn}:apigateway:${place}::/account`;
    case 'execution-log':
      return `${arn}:logs:${place}:*:log-group:API-Gateway-Execution-Logs_${apiId ?? '*'}${apiId == null ? '' : '/*'}`;
  }
}
