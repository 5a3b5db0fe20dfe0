import { afterRunning, elapsedMs, nowMs } from '../core/clock.js';
import type { FactsClient, FactsDocument, NetworkInterfaceFacts } from '../documents/facts.js';
import { startDocument } from '../documents/header.js';
import type { KnownEnds } from '../documents/known-ends.js';
import { addressesOfInterface } from '../documents/observed/interfaces.js';
import type { Target } from '../documents/target.js';
import type { Ec2Identity } from '../host/vantage.js';
import { canonicalAddress, familyOf, withoutZone } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { statusOf } from './call-status.js';
import { awsCalls } from './calls.js';
import { noFacts } from './facts-document.js';
import {
  apisBehind,
  deploymentsOf,
  distinct,
  domainListsIn,
  firewallGroupsIn,
  listsIn,
} from './named-in-facts.js';
import { type JudgeLog, readLog, type SentRequest } from './read-log.js';
import { mostFilterValues, Reader, readingBounds, readingTimeout } from './reader.js';
import {
  accountRequest,
  apiRequests,
  attachmentsOf,
  callerRequest,
  dhcpOptionsNamed,
  dnsAttributesOf,
  domainNameRequests,
  endpointNamed,
  endpointsIn,
  firewallDomainsOf,
  firewallGroupsOf,
  firewallRulesOf,
  interfacesNamed,
  interfacesWith,
  nameRequests,
  networkOf,
  peeringsNamed,
  prefixListNamed,
  rulesOf,
} from './requests.js';
import {
  type AwsSession,
  type CredentialsFound,
  isOwnEnd,
  type OpenSession,
  sessionClosed,
} from './session.js';

/** What is read, and how long. */
export interface ReadingOptions {
  open: OpenSession;
  profile?: string | undefined;
  /** Before that of the target's name. */
  region?: string | undefined;
  /** The VPC of the client, where nothing else tells it. */
  vpcId?: string | undefined;
  noMetadata?: boolean | undefined;
  /** How long reading may take, in milliseconds: 8 seconds by default. */
  timeoutMs?: number | undefined;
  /** When this time began, by nowMs(): for a command that does nothing else, at the start of its process. By default now. */
  beganMs?: number | undefined;
  /** The requests that were sent, once they are answered: their lines in the execution log are read. */
  requests?: Promise<readonly SentRequest[]> | undefined;
  /** Says what the lines of one request mean. */
  judgeLog?: JudgeLog | undefined;
  /** Called at each sign of progress; the next one can take so many milliseconds longer than an answer of AWS. */
  onProgress?: ((moreMs: number) => void) | undefined;
  /** Ends reading early, with what is known. */
  stop?: AbortSignal | undefined;
}

/** What was read. */
export interface ConfigurationReading {
  facts: FactsDocument;
  credentials: CredentialsFound | null;
  /** Why nothing could be asked at all, with what to do; null where calls were made. */
  problem: string | null;
}

/**
 * Reads the configuration around a target. It only reads, and sends the target nothing. Ends within `timeoutMs`, or
 * a second later on a host that is slow to load the SDK, whatever AWS does; what has no answer by then is noted in `calls`.
 * Without credentials it does not wait for `ends`. Rejects where the SDK is missing, or with an error of `ends`.
 */
export async function readConfiguration(
  target: Target,
  ends: Promise<KnownEnds>,
  {
    open,
    profile,
    region: given,
    vpcId,
    noMetadata,
    timeoutMs = readingTimeout.default,
    beganMs = nowMs(),
    requests,
    judgeLog,
    onProgress = () => {},
    stop,
  }: ReadingOptions,
): Promise<ConfigurationReading> {
  const header = startDocument('facts');
  ends.catch(() => {});
  const asked = given ?? target.privateApi?.region ?? null;
  onProgress(slowLoadingMs);
  const session = telling(open({ region: asked, profile: profile ?? null, noMetadata }), onProgress);
  let reader: Reader | null = null;
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
    reader?.end('the reading was ended before the answer came');
    session.close();
  };
  stop?.addEventListener('abort', end);
  if (stop?.aborted === true) end();
  let limit = afterRunning(timeoutMs + readingBounds.loadingMs - elapsedMs(beganMs), end);
  let spareMs = 0;
  const leftMs = (): number => limit.leftMs();
  void session.ready.then(() => {
    if (reader !== null || ending.signal.aborted) return;
    const wholeMs = leftMs();
    limit.cancel();
    limit = afterRunning(Math.min(timeoutMs, wholeMs), end);
    spareMs = Math.max(0, wholeMs - timeoutMs);
    onProgress(0);
  });
  try {
    const prepare = session.prepare(timeoutMs * readingBounds.credentialsShare);
    const refused = prepare.then((prepared) =>
      'failure' in prepared.credentials && stop?.aborted !== true ? noEnds : ends,
    );
    const [prepared, known] = await Promise.all([prepare, Promise.race([ends, refused])]);
    const region = prepared.region ?? regionOf(known);
    const { credentials } = prepared;
    const nothing = (problem: string): ConfigurationReading => ({
      facts: finished(noFacts(), header(), region, null),
      credentials: null,
      problem,
    });
    if ('failure' in credentials) {
      const { failure } = credentials;
      if (failure.code === sessionClosed.code)
        return nothing(
          stop?.aborted === true
            ? 'the reading was ended before credentials were found'
            : 'the time for reading was over before credentials were found; try again',
        );
      if (isOwnEnd(failure)) return nothing(`the AWS SDK does not run on this host: ${failure.message}`);
      const { text } = statusOf(failure, awsCalls.GetCallerIdentity);
      const why = failure.message === '' ? (text ?? '') : failure.message;
      return nothing(
        `no AWS credentials${profile === undefined ? '' : ` in profile ${JSON.stringify(profile)}`}: ${why.replace(/\.?$/, '')}. Give --aws-profile NAME or set AWS_PROFILE, or attach a role to this host`,
      );
    }
    if (region === null)
      return nothing(
        'the Region is not known: the target has none in its name; give --region R, or set AWS_REGION',
      );
    reader = new Reader(session, region, leftMs, timeoutMs * readingBounds.callShare);
    const client = await readAll(reader, target, known, vpcId ?? null, region);
    const facts = finished(reader.facts, header(), region, client);
    if (requests === undefined || judgeLog === undefined) return { facts, credentials, problem: null };
    // Packets can take longer than reading. The log has a time of its own, which begins with the answer.
    const logMs = Math.min(leftMs() + spareMs, timeoutMs * readingBounds.callShare);
    limit.cancel();
    const sent = await requests;
    limit = afterRunning(logMs, end);
    const ended = reader.isOver;
    reader = new Reader(session, region, leftMs, logMs);
    if (ended || stop?.aborted === true) reader.end('the reading was ended before the answer came');
    const logged = await readLog(reader, target, sent, {
      gateway: facts.apigateway,
      judge: judgeLog,
      leftMs,
      stop: ending.signal,
      onWait: onProgress,
    });
    return {
      facts: {
        ...facts,
        calls: [...facts.calls, ...reader.facts.calls],
        ...(logged === null ? {} : { executionLog: logged }),
      },
      credentials,
      problem: null,
    };
  } finally {
    limit.cancel();
    stop?.removeEventListener('abort', end);
    session.close();
  }
}

/** How late the SDK can be loaded on a busy host, which is no sign that AWS is silent. */
const slowLoadingMs = 5000;

/** Of no end anything is known. */
const noEnds: KnownEnds = { addresses: [], own: [], identities: [] };

/** A session that tells each time when AWS has answered. */
function telling(session: AwsSession, onProgress: (moreMs: number) => void): AwsSession {
  return {
    ...session,
    async prepare(limitMs) {
      const prepared = await session.prepare(limitMs);
      onProgress(0);
      return prepared;
    },
    async call(...asked) {
      const outcome = await session.call(...asked);
      if ('answer' in outcome || outcome.failure.httpStatus !== null) onProgress(0);
      return outcome;
    },
  };
}

function finished(
  facts: FactsDocument,
  header: ReturnType<ReturnType<typeof startDocument<'facts'>>>,
  region: string | null,
  client: FactsClient | null,
): FactsDocument {
  return { ...facts, ...header, collectedAt: header.startedAt, region, source: 'aws', client };
}

function regionOf({ identities }: KnownEnds): string | null {
  return identities.find(({ region }) => region !== null)?.region ?? null;
}

/** Reads in rounds: each needs ids that the one before has shown. Returns the client's end. */
async function readAll(
  reader: Reader,
  target: Target,
  { addresses, own, identities }: KnownEnds,
  vpcId: string | null,
  region: string,
): Promise<FactsClient | null> {
  const api = target.privateApi;
  const targets = privateOnes(addresses);
  const candidates = privateOnes(own);
  const apiId = api?.apiId ?? null;
  await reader.askAll([
    callerRequest,
    ...interfacesWith([...targets, ...candidates].slice(0, mostFilterValues)),
    api?.vpceId == null ? null : endpointNamed(api.vpceId),
    ...(apiId === null ? [] : apiRequests(apiId)),
    api === null ? null : accountRequest,
    ...(api?.form === 'custom' ? domainNameRequests(target.host) : []),
  ]);

  const client = clientOf(reader.facts, candidates, identities, vpcId);
  const found = targetsIn(reader.facts, targets);
  const named = reader.facts.ec2.VpcEndpoints ?? [];
  const vpcIds = distinct([
    client?.vpcId,
    vpcId,
    ...found.map(({ VpcId }) => VpcId),
    ...named.map(({ VpcId }) => VpcId),
  ]);
  const groups = distinct([
    ...(client?.groups ?? []),
    ...found.flatMap(groupsOf),
    ...named.flatMap(groupsOf),
  ]);
  // The VPC whose resolver answers the client.
  const ofClient = distinct([client?.vpcId ?? vpcId ?? vpcIds[0]]);
  const behind = apiId === null ? apisBehind(reader.facts) : [];
  await reader.askAll([
    ...(vpcIds.length === 0 ? [] : [...networkOf(vpcIds), endpointsIn(vpcIds)]),
    ...ofClient.flatMap(dnsAttributesOf),
    ...ofClient.flatMap((id) =>
      api !== null
        ? nameRequests(id, region)
        : // An address is not looked up.
          familyOf(target.host) === null
          ? [firewallGroupsOf(id)]
          : [],
    ),
    groups.length === 0 ? null : rulesOf(groups),
    ...behind.flatMap(apiRequests),
  ]);

  const { ec2 } = reader.facts;
  const endpoints = (ec2.VpcEndpoints ?? []).filter(
    ({ ServiceName, NetworkInterfaceIds = [], VpcEndpointId }) =>
      (api !== null && ServiceName?.endsWith('.execute-api') === true) ||
      VpcEndpointId === api?.vpceId ||
      found.some(({ NetworkInterfaceId: id }) => id !== undefined && NetworkInterfaceIds.includes(id)),
  );
  const seen = new Set((ec2.NetworkInterfaces ?? []).map(({ NetworkInterfaceId }) => NetworkInterfaceId));
  const unseen = distinct(endpoints.flatMap(({ NetworkInterfaceIds = [] }) => NetworkInterfaceIds)).filter(
    (id) => !seen.has(id),
  );
  const moreGroups = distinct(endpoints.flatMap(groupsOf)).filter((id) => !groups.includes(id));
  const sets = distinct((ec2.Vpcs ?? []).map(({ DhcpOptionsId }) => DhcpOptionsId));
  const routes = (ec2.RouteTables ?? []).flatMap(({ Routes = [] }) => Routes);
  const peerings = distinct(routes.map(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId));
  const lists = listsIn(reader.facts);
  await reader.askAll([
    unseen.length === 0 ? null : interfacesNamed(unseen.slice(0, mostFilterValues)),
    moreGroups.length === 0 ? null : rulesOf(moreGroups.slice(0, mostFilterValues)),
    sets.length === 0 ? null : dhcpOptionsNamed(sets),
    peerings.length === 0 ? null : peeringsNamed(peerings.slice(0, mostFilterValues)),
    routes.some(({ TransitGatewayId }) => TransitGatewayId !== undefined) ? attachmentsOf(vpcIds) : null,
    ...lists.map(prefixListNamed),
    ...firewallGroupsIn(reader.facts).map(firewallRulesOf),
    ...deploymentsOf(reader.facts, api?.stage ?? null),
  ]);

  const late = listsIn(reader.facts).filter((id) => !lists.includes(id));
  await reader.askAll([...late.map(prefixListNamed), ...domainListsIn(reader.facts).map(firewallDomainsOf)]);
  return client;
}

/**
 * The client: what the metadata service says of the interface with one of its addresses, or else the only interface of the
 * account with one. Null where several can be meant: a home network has the same addresses as a VPC.
 */
function clientOf(
  facts: FactsDocument,
  candidates: readonly string[],
  identities: readonly Ec2Identity[],
  vpcId: string | null,
): FactsClient | null {
  const identity = identities.find(({ addresses }) => addresses.some((each) => candidates.includes(each)));
  const at = (facts.ec2.NetworkInterfaces ?? []).filter(
    (each) =>
      addressesOfInterface(each).some((address) => candidates.includes(address)) &&
      (vpcId === null || each.VpcId === vpcId) &&
      (identity === undefined || each.NetworkInterfaceId === identity.interfaceId),
  );
  const [one, ...others] = at;
  const known = others.length > 0 ? undefined : one;
  if (identity === undefined && known === undefined) return null;
  return {
    interfaceId: identity?.interfaceId ?? known?.NetworkInterfaceId ?? null,
    vpcId: identity?.vpcId ?? known?.VpcId ?? null,
    subnetId: identity?.subnetId ?? known?.SubnetId ?? null,
    // EC2 knows a change of the groups before the metadata service does.
    groups: known?.Groups === undefined ? [...(identity?.groups ?? [])] : groupsOf(known),
    addresses:
      identity === undefined
        ? known === undefined
          ? []
          : addressesOfInterface(known)
        : [...identity.addresses],
  };
}

function targetsIn({ ec2 }: FactsDocument, addresses: readonly string[]): NetworkInterfaceFacts[] {
  return (ec2.NetworkInterfaces ?? []).filter((each) =>
    addressesOfInterface(each).some((address) => addresses.includes(address)),
  );
}

function groupsOf({ Groups = [] }: { Groups?: { GroupId?: string }[] }): string[] {
  return distinct(Groups.map(({ GroupId }) => GroupId));
}

/** Addresses that an interface of a VPC can have. IPv6 addresses of a VPC are public ones. */
function privateOnes(addresses: readonly string[]): string[] {
  const plain = addresses.map((each) => canonicalAddress(withoutZone(each)));
  return [...new Set(plain)].filter((each) => {
    const scope = scopeOf(each);
    return familyOf(each) === 6
      ? scope === 'public' || scope === 'unique-local'
      : scope === 'private' || scope === 'shared';
  });
}
