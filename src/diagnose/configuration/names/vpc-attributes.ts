import type { Gate } from '../../../documents/facts.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf, notRead } from '../context.js';
import { limitAt, type Place } from './place.js';

export function attributeGates(context: Context, { vpcId, sure }: Place): Gate[] {
  const attributes = vpcId === null ? undefined : context.facts.ec2.VpcAttributes?.[vpcId];
  const names = ['enableDnsSupport', 'enableDnsHostnames'] as const;
  return names.map((name): Gate => {
    const value = attributes?.[name];
    const base = {
      gate: 'vpc-attribute',
      end: 'client',
      direction: null,
      resource: vpcId,
      rule: name,
    } as const;
    const option = name === 'enableDnsSupport' ? '--enable-dns-support' : '--enable-dns-hostnames';
    if (value === undefined)
      return gateOf(
        {
          ...base,
          state: 'unknown',
          text: `not readable: ${name} of ${vpcId ?? 'the VPC'}: ${notRead(context.facts, 'DescribeVpcAttribute')}`,
        },
        () =>
          vpcId === null
            ? []
            : [
                {
                  text: `Read ${name} of ${vpcId}`,
                  command: aws(
                    context,
                    'ec2',
                    'describe-vpc-attribute',
                    '--vpc-id',
                    vpcId,
                    '--attribute',
                    name,
                  ),
                },
              ],
      );
    if (value) return { ...base, state: 'allow', text: `${name} of ${vpcId} is true` };
    return gateOf(
      {
        ...base,
        state: 'deny',
        text: `${name} of ${vpcId} is false, and private DNS of endpoints needs it`,
        cause: 'dns.vpc-attribute',
        ...limitAt({ vpcId, sure }),
      },
      () => [
        {
          text: `Set ${name} of ${vpcId} to true`,
          command: aws(
            context,
            'ec2',
            'modify-vpc-attribute',
            '--vpc-id',
            vpcId ?? 'VPC_ID',
            option,
            'Value=true',
          ),
          docs: DOCS.vpcDns,
        },
      ],
    );
  });
}
