import type { X509Certificate } from 'node:crypto';
import type { TlsDocument, TrustStore, TrustView } from '../../documents/tls.js';
import {
  Authorities,
  type AuthorityList,
  hasSystemList,
  readAuthorityFile,
  readAuthorityLists,
  readWaitingAuthorities,
} from '../../host/authorities.js';
import { certificateParts } from '../../host/certificate-der.js';
import { bundledAuthorities, nodeAuthorities, type Trust, unreadExtraFile } from '../../host/trust-store.js';
import { chainFacts, chainFaultOf, isSelfSigned, vouchesFor } from './chain.js';

/** What the lists of authorities on this host say about a chain. */
export interface TrustFacts extends Pick<TlsDocument, 'chain' | 'chainFault' | 'trust'> {
  /** The error of the chain for this host: null where Node's list, that of option `ca` or the system's vouches for it. */
  chainError: string | null;
  /** The error of a chain that no list vouches for at any time, where `chainError` is about the time; else null. */
  hiddenError: string | null;
}

const timeErrors = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Whether an error of OpenSSL is about the time in a certificate. */
export function isTimeError(code: string): boolean {
  return timeErrors.has(code);
}

/** The lists that "this host" means. The others belong to single programs. */
const ofThisHost: ReadonlySet<TrustStore> = new Set(['system', 'SSL_CERT_FILE', 'SSL_CERT_DIR']);

/**
 * Asks the lists of this host about a chain that Node's list and that of option `ca` do not vouch for (`nodeError`, null where
 * they do). Where they do, only lists that environment variables name are asked, which make programs differ from Node, and the
 * system's where Node owes its answer to NODE_EXTRA_CA_CERTS alone.
 */
export function judgeTrust(
  sent: readonly X509Certificate[],
  nodeError: string | null,
  trust: Pick<Trust, 'given'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): TrustFacts {
  const nowMs = Date.now();
  if (nodeError === null)
    return { chainError: null, hiddenError: null, ...differing(sent, environment, nowMs) };
  const lists = readAuthorityLists(environment);
  const views = lists.map((list) => viewOf(list, sent, nowMs)).map((view) => withWaiting(view, sent, nowMs));
  const isTrusted = views.some(({ store, trusts }) => trusts === true && ofThisHost.has(store));
  const own: TrustView[] = [
    { store: 'node', path: null, trusts: false, problem: unreadExtraFile(environment) },
    ...(trust.given.length === 0
      ? []
      : [{ store: 'given' as const, path: null, trusts: false, problem: null }]),
  ];
  const given = new Authorities(trust.given.flatMap(({ raw }) => certificateParts(raw) ?? []));
  const all = [nodeAuthorities(), given, ...lists.map(({ authorities }) => authorities)];
  const isHidden =
    isTimeError(nodeError) && !all.some((authorities) => vouchesFor(authorities, sent, null) === true);
  const [first] = sent;
  const selfSigned = first !== undefined && isSelfSigned(first);
  return {
    chainError: isTrusted ? null : nodeError,
    hiddenError: !isHidden
      ? null
      : selfSigned
        ? 'DEPTH_ZERO_SELF_SIGNED_CERT'
        : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    chain: chainFacts(sent),
    chainFault: isTrusted ? null : chainFaultOf(sent, all, nowMs),
    trust: [...own, ...views],
  };
}

/** The lists that differ from Node's, which vouches for the chain, where there are such lists. */
function differing(
  sent: readonly X509Certificate[],
  environment: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): Pick<TrustFacts, 'trust'> {
  const extraFile = environment.NODE_EXTRA_CA_CERTS ?? '';
  const extra = extraFile === '' ? null : readAuthorityFile(extraFile);
  const isByExtra =
    extra !== null &&
    vouchesFor(extra.authorities, sent, nowMs) === true &&
    vouchesFor(bundledAuthorities(), sent, nowMs) !== true;
  const isBare = !hasSystemList();
  if (!isByExtra && !isListNamed(environment) && !isBare) return {};
  const lists = readAuthorityLists(environment).filter(
    ({ store }) => isByExtra || isBare || store !== 'system',
  );
  const views = lists.map((list) => viewOf(list, sent, nowMs));
  if (views.every(({ trusts }) => trusts === true)) return {};
  const node: TrustView = { store: 'node', path: null, trusts: !isByExtra, problem: null };
  const byExtra: TrustView = {
    store: 'NODE_EXTRA_CA_CERTS',
    path: extraFile,
    trusts: true,
    problem: extra?.problem ?? null,
  };
  return { trust: [node, ...(isByExtra ? [byExtra] : []), ...views] };
}

function isListNamed(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Object.keys(environment).some((name) => /^(?:SSL_CERT_|[A-Z]+_CA_BUNDLE$)/.test(name));
}

/** The system's list with what is missing where its authority only waits to be put in. */
function withWaiting(view: TrustView, sent: readonly X509Certificate[], nowMs: number): TrustView {
  if (view.store !== 'system' || view.trusts === true || view.problem !== null) return view;
  const waiting = readWaitingAuthorities().find(
    ({ authorities }) => vouchesFor(authorities, sent, nowMs) === true,
  );
  if (waiting === undefined) return view;
  return {
    ...view,
    problem: `${waiting.path} has the authority, and this list does not: ${waiting.missing}`,
  };
}

function viewOf(
  { store, path, problem, authorities }: AuthorityList,
  sent: readonly X509Certificate[],
  nowMs: number,
): TrustView {
  const trusts = vouchesFor(authorities, sent, nowMs);
  // What cannot be read at all vouches for nothing; whether that is meant is not known. Without any list nobody is trusted.
  const isNone = store === 'system' && path === null;
  return { store, path, trusts: authorities.size === 0 && !isNone ? null : trusts, problem };
}
