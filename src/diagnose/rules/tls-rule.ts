import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { Seen } from '../../documents/observed/dns.js';
import { addressesOf } from '../../documents/observed/tcp.js';
import { handshakes } from '../../documents/observed/tls.js';
import type { Alternative, Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsDocument } from '../../documents/tls.js';
import { type AddressClaim, type Claims, ofEach } from '../claims.js';
import { type Judgement, type Rule, type RuleFacts, rule } from '../finding.js';
import { places, serverAt } from '../headline.js';
import { openssl } from '../remedies/tls.js';

/** What a rule about handshakes says about the first one that it matches. */
export type TlsWords = Pick<Judgement, 'summary' | 'confidence' | 'remedies'> & {
  /** What the rule says of each address, beside that handshakes with it fail. */
  says?: AddressClaim;
  /** What was seen; the error code is appended. */
  seen: string;
  /** What other measurements of the same address add. */
  more?: EvidenceItem[];
  alternatives: Alternative[];
};

/**
 * A rule about the handshakes of the target that match: it describes the first one, and lists the addresses of all. `words` gets
 * the place of a headline (`at`: "2 addresses") and the subject of one (`server`: "The server at 2 addresses").
 */
export function tlsRule(
  cause: Cause,
  facts: Omit<RuleFacts, 'needs'>,
  matches: (doc: TlsDocument, evidence: Evidence) => boolean,
  words: (doc: TlsDocument, at: string, evidence: Evidence, server: string) => TlsWords,
): Rule {
  return rule(cause, { needs: ['tls'], ...facts }, (evidence): Judgement | null => {
    const failed = handshakes(evidence).filter(({ doc }) => matches(doc, evidence));
    const [first] = failed;
    if (first === undefined) return null;
    const addresses = addressesOf(failed.map(({ doc }) => doc));
    const [at, server] = [places(addresses), serverAt(addresses)];
    const { seen, more = [], says, ...judgement } = words(first.doc, at, evidence, server);
    const claims = (each: AddressClaim): Claims => ofEach(each, first.doc.address, addresses);
    // Reports of earlier versions have no such member.
    const errorCode = first.doc.errorCode ?? null;
    const code = errorCode === null ? '' : ` (${excerpt(errorCode, 80)})`;
    return {
      phase: 'tls',
      evidence: [
        { observation: first.ref, text: `${seen}${code}` },
        ...(addresses.length === 1
          ? []
          : [{ observation: first.ref, text: `the same at ${list(addresses.slice(1))}` }]),
        ...furtherProblems(first),
        ...more,
      ],
      check: shellLine(openssl(first.doc)),
      claims: [...claims('handshake-fails'), ...(says === undefined ? [] : claims(says))],
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
