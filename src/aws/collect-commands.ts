import { shellLine } from '../core/shell-line.js';
import type { Target } from '../documents/target.js';
import { familyOf } from '../net/address/address.js';

/** Stands in a command for the id of a VPC that is not known. */
export const unknownVpc = 'VPC_ID';

/**
 * The commands of the AWS CLI that read the configuration around a target, one a line. Each writes a file that `--facts` takes; a
 * list that does not say of what it is has the id in the file's name. They only read.
 */
export function collectCommands(
  { privateApi: api, host }: Target,
  { vpcId, source }: { vpcId?: string | undefined; source?: string | undefined } = {},
): string[] {
  const region = api?.region == null ? [] : ['--region', api.region];
  const line = (file: string, service: string, action: string, ...words: string[]): string =>
    `${shellLine(['aws', service, action, ...region, ...words, '--output', 'json'])} > ${file}`;
  const ofVpc = vpcId === undefined ? [] : ['--filters', `Name=vpc-id,Values=${vpcId}`];
  const ec2 = (file: string, action: string, ...words: string[]): string =>
    line(file, 'ec2', action, ...words);
  const vpc = vpcId ?? unknownVpc;
  const attribute = (name: string): string =>
    ec2(`${name}.json`, 'describe-vpc-attribute', '--vpc-id', vpc, '--attribute', name);
  const id = api?.apiId ?? null;
  const own = source === undefined ? null : ofAddress(source);
  return [
    line('caller.json', 'sts', 'get-caller-identity'),
    ec2('network-interfaces.json', 'describe-network-interfaces', ...ofVpc),
    ...(own === null || vpcId === undefined
      ? []
      : [ec2('client-interface.json', 'describe-network-interfaces', ...own)]),
    ec2('vpc-endpoints.json', 'describe-vpc-endpoints', ...ofVpc),
    // This call has no filter for a VPC.
    ec2('security-group-rules.json', 'describe-security-group-rules'),
    ec2('network-acls.json', 'describe-network-acls', ...ofVpc),
    ec2('route-tables.json', 'describe-route-tables', ...ofVpc),
    ec2('subnets.json', 'describe-subnets', ...ofVpc),
    ec2('vpcs.json', 'describe-vpcs', ...(vpcId === undefined ? [] : ['--vpc-ids', vpcId])),
    attribute('enableDnsSupport'),
    attribute('enableDnsHostnames'),
    ec2('dhcp-options.json', 'describe-dhcp-options'),
    ec2('prefix-lists.json', 'describe-prefix-lists'),
    ec2('vpc-peering-connections.json', 'describe-vpc-peering-connections'),
    ec2('transit-gateway-vpc-attachments.json', 'describe-transit-gateway-vpc-attachments', ...ofVpc),
    ...(api === null
      ? []
      : [
          line(
            'hosted-zones.json',
            'route53',
            'list-hosted-zones-by-vpc',
            '--vpc-id',
            vpc,
            '--vpc-region',
            api.region ?? 'REGION',
          ),
          line('resolver-rules.json', 'route53resolver', 'list-resolver-rules'),
          line('resolver-rule-associations.json', 'route53resolver', 'list-resolver-rule-associations'),
          line(
            'firewall-associations.json',
            'route53resolver',
            'list-firewall-rule-group-associations',
            ...(vpcId === undefined ? [] : ['--vpc-id', vpcId]),
          ),
          line('firewall-configs.json', 'route53resolver', 'list-firewall-configs'),
          line('api-gateway-account.json', 'apigateway', 'get-account'),
        ]),
    ...(api?.form === 'custom'
      ? [
          line('domain-name.json', 'apigateway', 'get-domain-name', '--domain-name', host),
          line('base-path-mappings.json', 'apigateway', 'get-base-path-mappings', '--domain-name', host),
          line(
            'domain-name-access-associations.json',
            'apigateway',
            'get-domain-name-access-associations',
            '--resource-owner',
            'SELF',
          ),
        ]
      : []),
    ...(id === null
      ? []
      : [
          line('rest-api.json', 'apigateway', 'get-rest-api', '--rest-api-id', id),
          line(`stages-${id}.json`, 'apigateway', 'get-stages', '--rest-api-id', id),
          line(`deployments-${id}.json`, 'apigateway', 'get-deployments', '--rest-api-id', id),
          line(
            `resources-${id}.json`,
            'apigateway',
            'get-resources',
            '--rest-api-id',
            id,
            '--embed',
            'methods',
          ),
        ]),
  ];
}

function ofAddress(address: string): string[] {
  const filter = familyOf(address) === 6 ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
  return ['--filters', `Name=${filter},Values=${address}`];
}
