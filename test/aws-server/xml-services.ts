import type { Item } from './description.js';
import { type Answer, AwsError, type AwsService, pageOf, requestId, xmlAnswer } from './exchange.js';
import { element } from './xml.js';

/** STS, which has the Query protocol, and Route 53, which has REST and XML. Their errors have one form. */

function errorAnswer({ code, status, message }: AwsError, namespace: string): Answer {
  const error = element('Error', [
    element('Type', 'Sender'),
    element('Code', code),
    element('Message', message),
  ]);
  return xmlAnswer(
    `<ErrorResponse xmlns="${namespace}">${error}${element('RequestId', requestId)}</ErrorResponse>`,
    status,
  );
}

const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export const sts: AwsService = {
  actionOf: ({ body }) => new URLSearchParams(body).get('Action'),
  answer(action, { description: { account, callerArn } }) {
    if (action !== 'GetCallerIdentity')
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action} for version 2011-06-15`);
    const result = element('GetCallerIdentityResult', [
      element('Arn', callerArn),
      element('UserId', 'AROAEXAMPLE:session'),
      element('Account', account),
    ]);
    const metadata = element('ResponseMetadata', [element('RequestId', requestId)]);
    return xmlAnswer(`<${action}Response xmlns="${stsNamespace}">${result}${metadata}</${action}Response>`);
  },
  refuse: (error) => errorAnswer(error, stsNamespace),
  denied: { code: 'AccessDenied', status: 403 },
  throttled: { code: 'Throttling', status: 400, message: 'Rate exceeded' },
};

const route53Namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';

export const route53: AwsService = {
  actionOf: ({ method, path }) =>
    method === 'GET' && path === '/2013-04-01/hostedzonesbyvpc' ? 'ListHostedZonesByVPC' : null,
  answer(_action, { query, description, pageSize, lie }) {
    const vpcId = query.get('vpcid');
    if (vpcId === null || query.get('vpcregion') === null)
      throw new AwsError('InvalidInput', 400, 'vpcid and vpcregion are required');
    const size = Math.min(Number(query.get('maxitems') ?? 100), pageSize);
    const { items, token } = pageOf(description.hostedZones, query.get('nexttoken'), size, {
      lie,
      invalidToken: 'InvalidPaginationToken',
    });
    const members = [
      element(
        'HostedZoneSummaries',
        items.map((zone) => element('HostedZoneSummary', elementsOf(zone))),
      ),
      element('MaxItems', String(size)),
      ...(token === null ? [] : [element('NextToken', token)]),
    ];
    return xmlAnswer(
      `<ListHostedZonesByVPCResponse xmlns="${route53Namespace}">${members.join('')}</ListHostedZonesByVPCResponse>`,
    );
  },
  refuse: (error) => errorAnswer(error, route53Namespace),
  denied: { code: 'AccessDenied', status: 403 },
  throttled: { code: 'Throttling', status: 400, message: 'Rate exceeded' },
};

/** In this protocol an element has the name of its member. */
function elementsOf(item: Item): string[] {
  return Object.entries(item).map(([name, value]) =>
    element(name, typeof value === 'object' && value !== null ? elementsOf(value as Item) : String(value)),
  );
}
