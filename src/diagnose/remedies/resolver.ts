import type { DnsDocument } from '../../probe/dns/types.js';
import { command } from '../../shell-command.js';
import { resolverOf, serversOf } from '../facts/dns.js';
import type { Remedy } from '../verdict.js';
import { list } from '../words.js';
import { DOCS } from './docs.js';

const ADVICE = {
  forwarding: (servers: string) =>
    `Look at ${servers}: the server it forwards this zone to is down, or DNSSEC validation fails`,
  allowed: (servers: string) =>
    `Let ${servers} answer queries from this host (allow-query, allow-recursion), or use the resolver meant for it`,
  speaking: (servers: string) =>
    `Look at ${servers}: a forwarder or firewall that does not understand the question (EDNS, AAAA) answers so; ask another resolver meanwhile`,
  'port-53': (servers: string) =>
    `Make sure that ${servers} can be asked: the service runs, and UDP and TCP 53 pass there and back (security group, network ACL, firewall)`,
  tcp: (servers: string) =>
    `Ask ${servers} over TCP; if that works, something on the path damages or forges UDP answers`,
  listening: (servers: string) =>
    `Start the DNS service on ${servers}, or take the address out of this host's resolver configuration`,
} as const;

/** What to do about a resolver that does not do its work, and the question to ask once it should. */
export function checkResolver(host: string, doc: DnsDocument, advice: keyof typeof ADVICE): Remedy {
  const servers = serversOf(doc);
  const [first] = servers;
  const server = first === undefined ? [] : ['--server', first];
  return {
    text: ADVICE[advice](servers.length === 0 ? 'the resolver' : list(servers)),
    command: command('pprobe', 'dns', host, ...server, ...(advice === 'tcp' ? ['--tcp'] : [])),
    docs: DOCS.vpcDns,
  };
}

/** For a name that is not there and of which nothing more is known. */
export function checkSpelling(host: string, doc: DnsDocument): Remedy[] {
  return [
    { text: `Check the spelling of ${host}` },
    {
      text: `If the name lives in a private zone, associate the zone with this VPC, or ask a resolver that knows it; ${list(serversOf(doc))} ${serversOf(doc).length > 1 ? 'do' : 'does'} not`,
      command: command('pprobe', 'dns', host, '--server', '169.254.169.253'),
      docs: DOCS.vpcDns,
    },
  ];
}

/** A resolver that drops private addresses from answers leaves a name that exists and has no address. */
export function exemptFromRebinding(host: string, doc: DnsDocument): Remedy {
  const zone = host.split('.').slice(1).join('.') || host;
  return {
    text: `If ${resolverOf(doc)} drops private addresses from answers (DNS rebinding protection), exempt ${zone} there`,
  };
}
