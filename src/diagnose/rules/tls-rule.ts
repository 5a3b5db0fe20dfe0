import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { Seen } from '../../documents/observed/dns.js';
import { handshakes } from '../../documents/observed/tls.js';
import type { Alternative, Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsDocument } from '../../documents/tls.js';
import { type AddressClaim, ofEach } from '../claims.js';
import { type Judgement, type Rule, type RuleFacts, rule } from '../finding.js';
import { openssl } from '../remedies/tls.js';

/** What a rule about handshakes says about the first one that it matches. */
export type TlsWords = Pick<Judgement, 'summary' | 'confidence' | 'remedies'> & {
  /** What the rule says of each address. */
  says?: AddressClaim;
  /** What was seen; the error code is appended. */
  seen: string;
  /** What other measurements of the same address add. */
  more?: EvidenceItem[];
  alternatives: Alternative[];
};

/** A rule about the handshakes of the target that match: it describes the first one, and lists the addresses of all. */
export function tlsRule(
  cause: Cause,
  facts: Omit<RuleFacts, 'needs'>,
  matches: (doc: TlsDocument, evidence: Evidence) => boolean,
  words: (doc: TlsDocument, at: string, evidence: Evidence) => TlsWords,
): Rule {
  return rule(cause, { needs: ['tls'], ...facts }, (evidence): Judgement | null => {
    const failed = handshakes(evidence).filter(({ doc }) => matches(doc, evidence));
    const [first] = failed;
    if (first === undefined) return null;
    const at = list([...new Set(failed.map(({ doc }) => doc.address))], 4);
    const { seen, more = [], says, ...judgement } = words(first.doc, at, evidence);
    const addresses = failed.map(({ doc }) => doc.address);
    // Reports of earlier versions have no such member.
    const errorCode = first.doc.errorCode ?? null;
    const code = errorCode === null ? '' : ` (${excerpt(errorCode, 80)})`;
    return {
      phase: 'tls',
      evidence: [{ observation: first.ref, text: `${seen}${code}` }, ...furtherProblems(first), ...more],
      check: shellLine(openssl(first.doc)),
      claims: says === undefined ? [] : ofEach(says, addresses),
      ...judgement,
    };
  });
}

/** The other faults of the certificate, which show when the first one is repaired. */
function furtherProblems({ ref, doc }: Seen<TlsDocument>): EvidenceItem[] {
  const others = doc.problems.filter(({ status }) => status !== doc.status);
  return others.length === 0
    ? []
    : [
        {
          observation: ref,
          text: `the certificate has further faults: ${list(others.map(({ code }) => code))}`,
        },
      ];
}
