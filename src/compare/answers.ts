import { excerpt, list } from '../core/text.js';
import type { Cause } from '../documents/causes.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import { fromGateway } from '../documents/gateway-answer.js';
import type { HttpDocument } from '../documents/http.js';
import { judgedAnswers } from '../documents/observed/http.js';
import type { TlsDocument } from '../documents/tls.js';
import { scopeOf } from '../net/address/scope.js';
import { semicolons } from './dns.js';
import { groupBy, names, type Side } from './side.js';

/** Compares what the hosts get over an open connection: certificates and HTTP answers. */
export function compareAnswers(sides: readonly Side[]): ComparisonFinding[] {
  return [certificateFinding(sides), answerFinding(sides)].filter((finding) => finding !== null);
}

/** A certificate that a host got from the target. */
interface SeenCertificate {
  side: Side;
  ref: string;
  issuer: string;
  trusted: boolean;
}

/** An endpoint has one certificate for a name; a host that gets another one does not reach the endpoint itself. */
function certificateFinding(sides: readonly Side[]): ComparisonFinding | null {
  const shown = sides.flatMap(certificatesOf);
  const byIssuer = groupBy(shown, ({ issuer }) => issuer);
  if (byIssuer.size < 2) return null;
  const odd = shown.filter(({ trusted }) => !trusted);
  const intercepted = odd.length > 0 && odd.length < shown.length;
  const issuers = [...byIssuer].map(
    ([issuer, all]) => `${names([...new Set(all.map(({ side }) => side))])} by ${excerpt(issuer, 60)}`,
  );
  return {
    kind: 'tls-differs',
    suspects: intercepted ? ['policy.proxy', 'tls.untrusted'] : ['policy.proxy'],
    confidence: intercepted ? 'high' : 'medium',
    summary: `The hosts get certificates from different issuers: ${semicolons(issuers)}.`,
    meaning:
      'An endpoint has one certificate for a name. Another issuer is most often a proxy that inspects TLS on the path, or another server at that address.',
    evidence: shown.map(({ side, ref, issuer }) => ({
      report: side.report,
      observation: ref,
      text: `a certificate by ${excerpt(issuer, 80)}`,
    })),
    // Where every host trusts the certificate that it gets, or none does, it is not known on whose path the device is.
    remedies: intercepted
      ? [
          {
            text: `Exempt the name from TLS inspection on the path of ${names([...new Set(odd.map(({ side }) => side))])}`,
          },
        ]
      : [],
    check: 'compare the whole chains: openssl s_client -showcerts on both hosts',
  };
}

function certificatesOf(side: Side): SeenCertificate[] {
  return side.evidence.observations.tls.flatMap((doc: TlsDocument, index) => {
    const target = doc.purpose === undefined || doc.purpose === 'target';
    return !target || doc.certificate === null
      ? []
      : [
          {
            side,
            ref: `tls[${index}]`,
            issuer: doc.certificate.issuer,
            trusted: !doc.problems.some(({ status }) => status === 'untrusted'),
          },
        ];
  });
}

/** The HTTP answer that a host got. */
interface SeenAnswer {
  side: Side;
  ref: string;
  doc: HttpDocument;
  cause: Cause | null;
}

/** The same request has different answers if a policy, the endpoint or a device on the path differs. */
function answerFinding(sides: readonly Side[]): ComparisonFinding | null {
  const seen = sides.flatMap((side): SeenAnswer[] => {
    const [answer] = judgedAnswers(side.evidence).filter(({ doc }) => doc.status !== null);
    return answer === undefined ? [] : [{ side, ...answer }];
  });
  const groups = groupBy(seen, ({ doc, cause }) => `${doc.status} ${cause ?? 'ok'}`);
  const paths = new Set(seen.map(({ side }) => side.evidence.target.url));
  if (groups.size < 2 || paths.size > 1) return null;
  const causes = [...new Set(seen.map(({ cause }) => cause).filter((cause) => cause !== null))];
  const denied = causes.some((cause) => cause.startsWith('policy.'));
  const strangers = seen.filter(({ doc }) => !fromGateway(doc));
  const between = strangers.length > 0 && strangers.length < seen.length;
  return {
    kind: 'answer-differs',
    suspects: between ? ['policy.proxy', ...causes] : causes,
    confidence: denied && !between ? 'high' : 'medium',
    summary: `The same request is answered differently: ${semicolons([...groups.values()].map((all) => `${names(all.map(({ side }) => side))} ${all.length > 1 ? 'get' : 'gets'} HTTP ${all[0]?.doc.status}`))}.`,
    meaning: isElsewhere(seen)
      ? 'Some of the hosts are answered at a public address and others at a private one, so they may not reach the same server: compare DNS first.'
      : meaningOf(denied, between),
    evidence: seen.map(
      ({ side, ref, doc }): ComparedEvidence => ({
        report: side.report,
        observation: ref,
        text: `HTTP ${doc.status}${doc.errorType === null ? '' : `, ${doc.errorType}`}${doc.message === null ? '' : `: ${excerpt(doc.message, 160)}`}`,
      }),
    ),
    remedies: denied
      ? [
          {
            text: `Compare aws:SourceVpce, aws:SourceVpc and aws:VpcSourceIp of ${list(seen.map(({ side }) => side.label))} with the conditions of the policy that the denial names`,
          },
        ]
      : [],
    check: denied ? 'which VPC endpoint does each host use? Compare the addresses they connect to' : null,
  };
}

/** Whether the answers come from a public address here and a private one there. */
function isElsewhere(seen: readonly SeenAnswer[]): boolean {
  const scopes = seen.map(({ doc }) => (doc.address === null ? null : scopeOf(doc.address)));
  return scopes.includes('public') && scopes.some((scope) => scope === 'private' || scope === 'unique-local');
}

function meaningOf(denied: boolean, between: boolean): string {
  if (between)
    return 'One of the answers lacks the headers of API Gateway, so a device on the path answers in its place.';
  return denied
    ? 'All hosts reach API Gateway. A policy treats them differently, by the VPC, the endpoint or the address they come from.'
    : 'All hosts reach the service. It treats them differently, or it changed between the reports.';
}
