import { isDeepStrictEqual } from 'node:util';
import type { EndpointConfig } from '../endpoint/main.js';
import type { ResolverConfig } from '../resolver/zone.js';
import type { DeviceMtu, EndpointState, LabState } from '../state.js';
import { runTool } from '../tools.js';
import { type NamespaceName, namespaceNames } from '../topology.js';
import type { Certificates } from './certificates.js';
import { type ConfigurationServers, changeConfiguration } from './configuration.js';
import { writeHosts, writeResolvConf } from './network.js';
import type { Server } from './server.js';

/** The parts of a lab that can be changed while it runs. */
export interface Machinery {
  dir: string;
  certificates: Certificates;
  resolver: Server<ResolverConfig>;
  endpoints: readonly Server<EndpointConfig>[];
  /** null: nobody has asked for them. */
  configuration: ConfigurationServers | null;
}

/** Changes the lab from one state to another. Applies only the differences. */
export async function applyState(machinery: Machinery, from: LabState, to: LabState): Promise<void> {
  const work: Promise<void>[] = [];
  if (!isDeepStrictEqual(from.nameservers, to.nameservers)) writeResolvConf(machinery.dir, to.nameservers);
  if (!isDeepStrictEqual(from.hosts, to.hosts)) writeHosts(machinery.dir, to.hosts);
  if (!isDeepStrictEqual(from.clientRoutes, to.clientRoutes)) {
    work.push(replaceRoutes('client', from.clientRoutes, to.clientRoutes));
  }
  if (!isDeepStrictEqual(from.vpcRoutes, to.vpcRoutes)) {
    work.push(replaceRoutes('vpc', from.vpcRoutes, to.vpcRoutes));
  }
  if (!isDeepStrictEqual(from.mtus, to.mtus)) work.push(replaceMtus(from.mtus, to.mtus));
  for (const namespace of namespaceNames) {
    const chains = to.filters[namespace];
    if (from.filters[namespace] !== chains) work.push(replaceFilter(namespace, chains ?? null));
  }
  if (!isDeepStrictEqual(from.resolver, to.resolver)) work.push(machinery.resolver.configure(to.resolver));
  if (!isDeepStrictEqual(from.endpoint, to.endpoint)) {
    const config = endpointConfig(machinery.certificates, to.endpoint);
    work.push(...machinery.endpoints.map((endpoint) => endpoint.configure(config)));
  }
  if (machinery.configuration !== null && !isDeepStrictEqual(from.configuration, to.configuration)) {
    work.push(changeConfiguration(machinery.configuration, to.configuration));
  }
  await Promise.all(work);
}

/** The configuration of an endpoint's process, with the certificate that its state names. */
export function endpointConfig(certificates: Certificates, state: EndpointState): EndpointConfig {
  const { certificate, key } = certificates.byKind[state.certificate];
  const { listening, tls, canned, gateway } = state;
  return { listening, certificate, key, tls, canned, gateway };
}

const ethernetMtu = 1500;

/** Devices named in neither state have the MTU of Ethernet. */
async function replaceMtus(from: readonly DeviceMtu[], to: readonly DeviceMtu[]): Promise<void> {
  const restored = from.map(({ namespace, device }) => ({ namespace, device, mtu: ethernetMtu }));
  for (const { namespace, device, mtu } of [...restored, ...to]) {
    await runTool(['ip', '-n', namespace, 'link', 'set', 'dev', device, 'mtu', String(mtu)]);
  }
}

async function replaceRoutes(
  namespace: NamespaceName,
  from: readonly string[],
  to: readonly string[],
): Promise<void> {
  const lines = [
    ...from.filter((route) => !to.includes(route)).map((route) => `route delete ${route}`),
    ...to.filter((route) => !from.includes(route)).map((route) => `route add ${route}`),
  ];
  await runTool(['ip', '-n', namespace, '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Replaces the table in one transaction. The table is declared first, so that deleting it cannot fail. */
async function replaceFilter(namespace: NamespaceName, chains: string | null): Promise<void> {
  const rules = [
    'table inet lab',
    'delete table inet lab',
    ...(chains === null ? [] : ['table inet lab {', chains, '}']),
    '',
  ];
  await runTool(['nsenter', `--net=/run/netns/${namespace}`, 'nft', '-f', '-'], rules.join('\n'));
}
