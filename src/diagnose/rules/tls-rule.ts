import { command } from '../../core/shell-command.js';
import { excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { Seen } from '../../documents/observed/dns.js';
import { handshakes } from '../../documents/observed/tls.js';
import type { Alternative, Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsDocument } from '../../documents/tls.js';
import { bracketed } from '../../target/host.js';
import { type Judgement, type Rule, type RuleFacts, rule } from '../finding.js';

/** What a rule about handshakes says of the first that it matches. */
export type TlsWords = Pick<Judgement, 'summary' | 'confidence' | 'remedies'> & {
  /** What was seen; the code is appended. */
  seen: string;
  /** Beside it: what other measurements say of the same address. */
  more?: EvidenceItem[];
  alternatives: Alternative[];
};

/** A rule over the handshakes of the target that `matches` is true of; the first is told, the others are counted. */
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
    const { seen, more = [], ...judgement } = words(first.doc, at, evidence);
    // Reports of earlier versions have no such member.
    const errorCode = first.doc.errorCode ?? null;
    const code = errorCode === null ? '' : ` (${excerpt(errorCode, 80)})`;
    return {
      phase: 'tls',
      evidence: [{ observation: first.ref, text: `${seen}${code}` }, ...furtherProblems(first), ...more],
      check: openssl(first.doc),
      ...judgement,
    };
  });
}

/** A certificate with one fault often has another, which shows once the first is mended. */
function furtherProblems({ ref, doc }: Seen<TlsDocument>): EvidenceItem[] {
  const others = doc.problems.filter(({ status }) => status !== doc.status);
  return others.length === 0
    ? []
    : [
        {
          observation: ref,
          text: `the certificate is also wrong in this: ${list(others.map(({ code }) => code))}`,
        },
      ];
}

/** The handshake by hand, with this name or another. */
export function openssl({ address, port, serverName }: TlsDocument, name = serverName): string {
  return command('openssl', 's_client', '-connect', `${bracketed(address)}:${port}`, '-servername', name);
}
