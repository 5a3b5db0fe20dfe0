import type { FactsDocument } from '../../documents/facts.js';
import { denialOf } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import type { Evidence } from '../../documents/report.js';
import { blockOfAddress } from './block.js';
import { interfacesAt, isInVpc } from './ends.js';

/** Whether facts are about the same place and time as the packets. */
export interface FactsUse {
  /** The facts of EC2 and DNS are about the packets' VPC, as far as both tell. */
  network: boolean;
  /** The facts of API Gateway are about the target's API, as far as both tell. */
  api: boolean;
  /** Why a part is not used, a sentence each. */
  reasons: string[];
  /** How much older the facts are than the packets, in milliseconds, negative where they are newer; null where not known. */
  olderMs: number | null;
}

/** From this age on, the configuration may have been another one when the packets were sent. */
const oldMs = 3_600_000;

/** Whether the facts are so much older, or newer, than the packets that they may no longer describe what the packets met. */
export function isOld({ olderMs }: FactsUse): boolean {
  return olderMs !== null && Math.abs(olderMs) > oldMs;
}

/** The account whose credentials read the configuration of the API, which need not be that of the VPC; null where not known. */
export function accountOfApi({ account, apigateway }: FactsDocument): string | null {
  const id = apigateway.accountId ?? account;
  return id === 'unknown' ? null : id;
}

/** Compares the Region, the account, the VPC and the time of facts with those of the packets. */
export function useOf(evidence: Evidence, facts: FactsDocument): FactsUse {
  const { target, vantage } = evidence;
  const host = vantage.ec2;
  const reasons: string[] = [];
  const regions = [host?.region ?? null, target.privateApi?.region ?? null].filter((each) => each !== null);
  const isElsewhere = facts.region !== null && regions.length > 0 && !regions.includes(facts.region);
  if (isElsewhere)
    reasons.push(
      `The configuration is of Region ${facts.region}, and the packets are of ${regions[0]}: it is not used.`,
    );
  const account = host?.account ?? null;
  const seesHost = facts.ec2.NetworkInterfaces?.some(
    ({ NetworkInterfaceId: id }) => id !== undefined && id === host?.interfaceId,
  );
  const isOthers =
    facts.account !== null && account !== null && facts.account !== account && seesHost !== true;
  if (isOthers)
    reasons.push(
      `The configuration is of account ${facts.account}, and this host is of account ${account}: it is not used.`,
    );
  const vpc = host?.vpcId ?? null;
  const factsVpc = facts.client?.vpcId ?? null;
  const isOtherVpc = vpc !== null && factsVpc !== null && vpc !== factsVpc;
  if (isOtherVpc)
    reasons.push(
      `The configuration is read for a client in ${factsVpc}, and this host is in ${vpc}: it is not used.`,
    );
  const stranger = isElsewhere || isOthers || isOtherVpc ? null : otherClient(evidence, facts);
  if (stranger !== null) reasons.push(stranger);
  const api = isElsewhere ? null : otherApi(evidence, facts);
  if (api !== null) reasons.push(api);
  return {
    network: !isElsewhere && !isOthers && !isOtherVpc && stranger === null,
    api: !isElsewhere && api === null,
    reasons,
    olderMs: ageOf(evidence, facts),
  };
}

/** Why the facts are about another client, whose VPC does not have an address of this host; null where nothing says so. */
function otherClient({ observations, vantage }: Evidence, facts: FactsDocument): string | null {
  const { client } = facts;
  if (client === null || client.addresses.length === 0) return null;
  const used = [
    ...observations.tcp.flatMap(({ attempts }) => attempts.map(({ localAddress }) => localAddress)),
    ...observations.trace.map(({ source }) => source),
    ...vantage.addresses,
  ];
  const own = [...new Set(used)].flatMap((each) => {
    const block = each === null ? null : blockOfAddress(each);
    return each === null || block === null ? [] : [{ address: each, block }];
  });
  const isKnown = own.some(
    ({ address, block }) =>
      client.addresses.includes(address) ||
      interfacesAt(facts, address).length > 0 ||
      isInVpc(facts, block, client.vpcId),
  );
  const [first] = own;
  if (isKnown || first === undefined) return null;
  return `The configuration is read for a client at ${client.addresses[0]}${client.vpcId === null ? '' : ` in ${client.vpcId}`}, and the packets left from ${first.address}, which is not there: it is not used.`;
}

/** Why the facts of API Gateway are about another API; null where nothing says so. */
function otherApi(evidence: Evidence, facts: FactsDocument): string | null {
  const { restApi } = facts.apigateway;
  const account = accountOfApi(facts);
  const asked = evidence.target.privateApi?.apiId ?? null;
  if (restApi?.id !== undefined && asked !== null && restApi.id !== asked)
    return `The configuration is of API ${restApi.id}, and ${asked} was called: it is not used.`;
  const owner = judgedAnswers(evidence)
    .map(({ doc }) => denialOf(doc)?.resource?.account ?? null)
    .find((each) => each !== null);
  if (account === null || owner === undefined || owner === null || restApi === undefined) return null;
  return owner.slice(-4) === account.slice(-4)
    ? null
    : `API Gateway's configuration is of account ${account}, and the API belongs to an account ending in ${owner.slice(-4)}: it is not used.`;
}

/** How much older the facts are than the first packet. */
function ageOf({ observations }: Evidence, { collectedAt }: FactsDocument): number | null {
  const { dns, tcp, tls, http, trace } = observations;
  const starts = [...tcp, ...http, ...tls, ...trace, ...dns].map(({ startedAt }) => Date.parse(startedAt));
  const first = starts.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const read = collectedAt === null ? Number.NaN : Date.parse(collectedAt);
  return Number.isFinite(first) && Number.isFinite(read) ? first - read : null;
}
