import { addressOutcomes } from '../../documents/observed/tcp.js';
import { isChainComplete } from '../../documents/observed/tls.js';
import type { Evidence } from '../../documents/report.js';
import type { TlsDocument } from '../../documents/tls.js';
import { familyOf } from '../../net/address/address.js';
import { bracketed, hostPort } from '../../target/host-port.js';
import { byDefaultName } from '../../target/private-api/invoke-url.js';
import type { Advice, Argv } from './advice.js';
import { pprobeAgain } from './again.js';
import { DOCS } from './docs.js';
import { callBy } from './gateway.js';

/** Remedies for TLS: certificates, versions, packet sizes, and proxies on the path. */

/** The handshake by hand, with this server name or another one. */
export function openssl(
  { address, port, serverName }: Pick<TlsDocument, 'address' | 'port' | 'serverName'>,
  name = serverName,
): Argv {
  return ['openssl', 's_client', '-connect', `${bracketed(address)}:${port}`, '-servername', name];
}

export function seeHandshake(doc: TlsDocument, text: string): Advice {
  return { text, command: openssl(doc) };
}

/** 1472 octets of payload make an IPv4 packet of 1500, and 1452 an IPv6 one, whose header is 20 octets longer. */
export function pingFullSize(address: string): Argv {
  return ['ping', '-c', '3', '-M', 'do', '-s', familyOf(address) === 6 ? '1452' : '1472', address];
}

export function pingUnfragmented(address: string, text: string): Advice {
  return { text, command: pingFullSize(address) };
}

/** A private API has names that its certificate covers; any other name needs a certificate of its own. */
export function rightName(doc: TlsDocument, { target }: Evidence): Advice[] {
  const right = byDefaultName(target);
  const own: Advice = {
    text: `Give the server at ${doc.address} a certificate for ${doc.serverName}, or call it by a name in its certificate`,
  };
  const isGateways = doc.certificate?.names.some((name) => /(?:^|\.)execute-api\./.test(name)) ?? false;
  const isOwn = target.privateApi !== null && target.privateApi.form !== 'custom';
  const record: Advice = {
    text: `Let the record of ${doc.serverName} point to the regional domain name of its custom domain (d-….execute-api…, regionalDomainName), and not to the API or the endpoint, whose certificate this is`,
    command: ['aws', 'apigateway', 'get-domain-name', '--domain-name', doc.serverName],
    docs: DOCS.customDomains,
  };
  const custom: Advice[] =
    target.privateApi?.form === 'custom' || (isGateways && !isOwn)
      ? [
          {
            text: `If ${doc.serverName} is a private custom domain name, associate it with the VPC endpoint (domain name access association); if another account owns it, accept its share`,
            docs: DOCS.customDomains,
          },
        ]
      : [];
  if (isGateways && !isOwn) return [...custom, record];
  return right === null || right.host === doc.serverName
    ? [...custom, own]
    : [callBy(right, 'Call the API by its own name, which the certificate covers'), ...custom, own];
}

export function trustIssuer({ target }: Evidence): Advice[] {
  return [
    {
      text: "If the issuer is your organization's own authority, add it to the system's list (update-ca-certificates, update-ca-trust) and to NODE_EXTRA_CA_CERTS for Node programs; to try it, put the file of its certificate in place of CA.pem",
      command: pprobeAgain(target, { command: 'diagnose', options: ['--ca-file', 'CA.pem'] }),
    },
    { text: 'If the issuer is an inspecting proxy, exempt this name from inspection' },
  ];
}

/** For a chain that breaks a rule of OpenSSL, whoever issued it: to trust its authority does not help. */
export function makeFit(doc: TlsDocument): Advice[] {
  return [
    seeHandshake(doc, 'See which certificate of the chain is rejected, and why ("Verify return code")'),
    {
      text: `Have this certificate made again for the server at ${doc.address}: signed with SHA-256, with an RSA key of 2048 bits or an ECDSA key, for use by a server`,
    },
  ];
}

/** For a certificate that some programs of this host trust, and others do not. */
export function trustEverywhere({ trust = [] }: Pick<TlsDocument, 'trust'>): Advice[] {
  const isSystemWithout = trust.some(({ store, trusts }) => store === 'system' && trusts === false);
  const system = trust.find(({ store, trusts }) => store === 'system' && trusts === true);
  const isNodeWithout = trust.some(({ store, trusts }) => store === 'node' && trusts === false);
  const others = trust.filter(
    ({ store, trusts }) => store !== 'node' && store !== 'system' && trusts !== true,
  );
  return [
    ...(isNodeWithout && system?.path != null
      ? [
          {
            text: "Let Node programs read the system's list, too (Node 22.15 and later also have --use-system-ca)",
            snippet: `NODE_EXTRA_CA_CERTS=${system.path}`,
          },
        ]
      : []),
    ...(isSystemWithout
      ? [
          {
            text: "Add the authority to the system's list (update-ca-certificates, update-ca-trust): services do not have the environment variables of this shell",
          },
        ]
      : []),
    ...others.map(({ store, path }) => ({
      text: `Add the issuer to ${path ?? `the list of ${store}`}, or unset ${store}`,
    })),
  ];
}

/** For a chain without the certificate of an issuer. */
export function sendWholeChain(doc: TlsDocument): Advice[] {
  const { address, port, serverName, chainFault } = doc;
  if (chainFault == null || isChainComplete(doc)) return [];
  if (chainFault.kind !== 'missing-intermediate' && chainFault.kind !== 'unknown-root') return [];
  const isSure = chainFault.kind === 'missing-intermediate';
  return [
    {
      text: `${isSure ? 'Let' : `If ${chainFault.name} is not a root, let`} the server at ${address} send its certificate with that of ${chainFault.name} (fullchain.pem, or the chain field of AWS Certificate Manager)`,
      command: [...openssl({ address, port, serverName }), '-showcerts'],
    },
  ];
}

export function renewCertificate({ serverName, address, chainFault }: TlsDocument): Advice[] {
  const clock: Advice = {
    text: 'If the dates are right, correct the clock of this host',
    command: ['timedatectl'],
  };
  if (chainFault?.kind === 'not-yet-valid')
    return [
      {
        text: 'Compare the clock of this host with another one, and correct it if it is wrong',
        command: ['timedatectl'],
      },
      {
        text: `If the clock is right, wait, or have the certificate of ${serverName} at ${address} made again`,
      },
    ];
  if (chainFault?.kind === 'expired' && chainFault.depth > 0)
    return [
      {
        text: `Replace the expired certificate of ${chainFault.name} in the chain that ${address} sends, or leave it out`,
      },
      clock,
    ];
  return [{ text: `Renew the certificate of ${serverName} at ${address}` }, clock];
}

export const clientCertificate: Advice = {
  text: 'Give the client a certificate: a server that requires one (mutual TLS) ends the handshake like this',
};

/** The peer answers an offer of TLS 1.2 and 1.3, which pprobe makes, with the alert protocol_version. */
export function serveVersions({ address }: TlsDocument): Advice {
  return {
    text: `Update what answers at ${address}, or its security policy: pprobe offered TLS 1.2 and 1.3, and it accepts neither`,
    docs: DOCS.securityPolicies,
  };
}

/** The peer accepts none of the offers of pprobe, which are those of Node, or nobody knows what it did not like. */
export function offerCiphers({ address }: TlsDocument): Advice {
  return {
    text: `Compare what ${address} accepts with what the client offers: pprobe offered TLS 1.2 and 1.3 with the ciphers of Node. Let the server accept one of them (ECDHE with AES-GCM or ChaCha20), by its security policy`,
    docs: DOCS.securityPolicies,
  };
}

/** The ALPN extension (RFC 7301 section 3.2): the server speaks none of the protocols in it. */
export function offerProtocols({ address }: { address: string }): Advice {
  return {
    text: `Let ${address} accept http/1.1, which pprobe names in its ALPN extension, or call it with a client of its own protocol: some servers speak h2 alone, as those of gRPC do, others no HTTP at all`,
  };
}

/** The alert internal_error says that the fault is not in what the client sent (RFC 8446 section 6.2). */
export function readServerLog({ address, serverName }: TlsDocument): Advice {
  return {
    text: `Read the log of the server at ${address}: by its alert the fault is its own, such as no certificate for ${serverName}, one that it could not load or obtain, or a proxy without a backend for the name`,
  };
}

/** Something that is no TLS and not known. HTTP is likely only where the first line is text, which has no octets shown as `?`. */
export function serveTls({ serverName, port, address, progress }: TlsDocument): Advice {
  const line = progress?.firstLine ?? null;
  const isBinary = line?.includes('??') === true;
  const serve = `Serve TLS on port ${port} of ${address}, or call the port that does`;
  return isBinary
    ? {
        text: `${serve}: what answers speaks a binary protocol, such as that of a database; look which service listens there`,
        command: ['ss', '-ltnp'],
      }
    : {
        text: `${serve}; the usual case is plain HTTP on 443`,
        command: ['curl', '-v', `http://${bracketed(serverName)}:${port}/`],
      };
}

export const findInspector: Advice = {
  text: 'Look for a firewall on the path that inspects TLS',
};

export function allowServerName(serverName: string): Advice {
  return {
    text: `Allow ${serverName} on the firewall or proxy on the path that inspects TLS (AWS Network Firewall: a rule group of domain names, tls.sni)`,
    docs: DOCS.networkFirewall,
  };
}

/** Packets that are too large for a link on the path to `address` are lost. */
export function lowerPacketSize(address: string): Advice[] {
  const v6 = familyOf(address) === 6;
  return [
    {
      text: "Clamp the MSS where the path narrows (VPN, tunnel, transit gateway), or lower the MTU of this host's route; put its network and gateway in place of NETWORK and GATEWAY",
      command: [
        ...['sudo', 'ip', ...(v6 ? ['-6'] : []), 'route', 'change'],
        ...['NETWORK', 'via', 'GATEWAY', 'mtu', '1400'],
      ],
      docs: DOCS.pathMtu,
    },
    {
      text: `Let ${v6 ? 'ICMPv6 "packet too big" (type 2)' : 'ICMP "fragmentation needed" (type 3 code 4)'} pass network ACLs, security groups and firewalls in both directions: without it neither side learns the size`,
      docs: DOCS.pathMtu,
    },
  ];
}

export function exemptFromInspection(serverName: string): Advice {
  return {
    text: `Exempt ${serverName} from TLS inspection: signed requests (SigV4) and mutual TLS fail behind it`,
  };
}

/** Programs that honour the proxy variables go around the proxy for this host. */
export function bypassProxy({ target }: Evidence): Advice {
  return {
    text: `Exempt ${target.host} on the proxy or filter, or let it pass this traffic unchanged: pprobe connected directly and got its answer, so it is in the way of direct connections, or DNS leads to it. Programs that are given a proxy need the line below as well`,
    snippet: `NO_PROXY=${target.host}`,
    docs: DOCS.proxy,
  };
}

/**
 * What to do about the proxy that programs use. NO_PROXY sends them to the target directly, which helps only where the direct
 * way works; where it does not, the proxy can be the intended way.
 */
export function aboutProxy(evidence: Evidence): Advice {
  const { target, observations } = evidence;
  const used = observations.environment?.forTarget ?? null;
  if (used === null || target.privateApi !== null || isOpened(evidence)) return excludeFromProxy(evidence);
  return {
    text: 'Try the way that programs take, through the proxy: where it works, nothing has to be repaired on the direct one',
    command: [
      'curl',
      '-v',
      '--proxy',
      used.value,
      target.url ?? `https://${hostPort(target.host, target.port)}/`,
    ],
    docs: DOCS.proxy,
  };
}

function isOpened(evidence: Evidence): boolean {
  return addressOutcomes(evidence).some(({ status }) => status === 'open');
}

export function excludeFromProxy({ target }: Evidence): Advice {
  const why =
    target.privateApi === null
      ? ''
      : ': a proxy resolves the name itself, and outside the VPC the name does not resolve to the endpoint';
  return {
    text: `Set NO_PROXY for ${target.host}${why}`,
    snippet: `NO_PROXY=${target.host}`,
    docs: DOCS.proxy,
  };
}
