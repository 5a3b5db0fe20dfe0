import { excerpt, list } from '../core/text.js';
import type { Cause } from '../documents/causes.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import { fromGateway } from '../documents/gateway-answer.js';
import type { HttpDocument } from '../documents/http.js';
import { judgedAnswers } from '../documents/observed/http.js';
import type { TlsDocument } from '../documents/tls.js';
import { names, type Side } from './side.js';

/** What the hosts are shown and told once a connection stands. */
export function compareAnswers(sides: readonly Side[]): ComparisonFinding[] {
  return [certificates(sides), answers(sides)].filter((finding) => finding !== null);
}

interface Shown {
  side: Side;
  ref: string;
  issuer: string;
  trusted: boolean;
}

/** One name has one certificate; who is shown another one has something in between. */
function certificates(sides: readonly Side[]): ComparisonFinding | null {
  const shown = sides.flatMap(shownTo);
  const byIssuer = groupBy(shown, ({ issuer }) => issuer);
  if (byIssuer.size < 2) return null;
  const odd = shown.filter(({ trusted }) => !trusted);
  const intercepted = odd.length > 0 && odd.length < shown.length;
  const said = [...byIssuer].map(
    ([issuer, all]) => `${names([...new Set(all.map(({ side }) => side))])} by ${excerpt(issuer, 60)}`,
  );
  return {
    kind: 'tls-differs',
    suspects: intercepted ? ['policy.proxy', 'tls.untrusted'] : ['policy.proxy'],
    confidence: intercepted ? 'high' : 'medium',
    summary: `The hosts are shown certificates of different issuers: ${said.join('; ')}.`,
    meaning:
      'The same name has one certificate at the endpoint; another issuer is most often a proxy that opens TLS on the way, or another server at that address.',
    evidence: shown.map(({ side, ref, issuer }) => ({
      report: side.report,
      observation: ref,
      text: `a certificate by ${excerpt(issuer, 80)}`,
    })),
    remedies: [
      {
        text: `Exempt the name from TLS inspection on the way of ${names([...new Set(odd.map(({ side }) => side))])}`,
      },
    ],
    check: 'compare the whole chains: openssl s_client -showcerts on both hosts',
  };
}

function shownTo(side: Side): Shown[] {
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

interface Told {
  side: Side;
  ref: string;
  doc: HttpDocument;
  cause: Cause | null;
}

/** The same GET of the same API: another answer means another policy, another endpoint, or something in between. */
function answers(sides: readonly Side[]): ComparisonFinding | null {
  const told = sides.flatMap((side): Told[] => {
    const [answer] = judgedAnswers(side.evidence).filter(({ doc }) => doc.status !== null);
    return answer === undefined ? [] : [{ side, ...answer }];
  });
  const groups = groupBy(told, ({ doc, cause }) => `${doc.status} ${cause ?? 'ok'}`);
  const paths = new Set(told.map(({ side }) => side.evidence.target.url));
  if (groups.size < 2 || paths.size > 1) return null;
  const causes = [...new Set(told.map(({ cause }) => cause).filter((cause) => cause !== null))];
  const denied = causes.some((cause) => cause.startsWith('policy.'));
  const strangers = told.filter(({ doc }) => !fromGateway(doc));
  const between = strangers.length > 0 && strangers.length < told.length;
  return {
    kind: 'answer-differs',
    suspects: between ? ['policy.proxy', ...causes] : causes,
    confidence: denied && !between ? 'high' : 'medium',
    summary: `The same request is answered differently: ${[...groups.values()].map((all) => `${names(all.map(({ side }) => side))} ${all.length > 1 ? 'get' : 'gets'} HTTP ${all[0]?.doc.status}`).join('; ')}.`,
    meaning: meaningOf(denied, between),
    evidence: told.map(
      ({ side, ref, doc }): ComparedEvidence => ({
        report: side.report,
        observation: ref,
        text: `HTTP ${doc.status}${doc.errorType === null ? '' : `, ${doc.errorType}`}${doc.message === null ? '' : `: ${excerpt(doc.message, 160)}`}`,
      }),
    ),
    remedies: denied
      ? [
          {
            text: `Compare aws:SourceVpce, aws:SourceVpc and aws:VpcSourceIp of ${list(told.map(({ side }) => side.label))} with the conditions of the policy that the denial names`,
          },
        ]
      : [],
    check: denied
      ? 'which VPC endpoint does each host go through: compare the addresses they connect to'
      : null,
  };
}

function meaningOf(denied: boolean, between: boolean): string {
  if (between)
    return 'One of the answers lacks the headers of API Gateway: something between answers in its place.';
  return denied
    ? 'All of them reach API Gateway; a policy tells the hosts apart, by the VPC, the endpoint or the address they come from.'
    : 'All of them reach the service; it treats the hosts differently, or it changed between the reports.';
}

/** Items by key, keys in the order in which they first appear. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
