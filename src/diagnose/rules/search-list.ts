import { shellLine } from '../../core/shell-line.js';
import { list } from '../../core/text.js';
import { addressSet, hostAnswers, resolverOf } from '../../documents/observed/dns.js';
import { allWorked } from '../../documents/observed/http.js';
import { handshakes } from '../../documents/observed/tls.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';

/**
 * The resolver's search list made another name of the target's, and a record of that name, often a wildcard, answered. It is the
 * fault where what answered does not have the target's certificate (resolv.conf(5): search, ndots).
 */
const searchList = rule('dns.search-list', { needs: ['dns'] }, (evidence): Judgement | null => {
  const { target } = evidence;
  const answer = hostAnswers(evidence)[0];
  if (answer === undefined || answer.doc.addresses.length === 0 || allWorked(evidence)) return null;
  const asked = answer.doc.question.name.toLowerCase();
  // A name of one label is meant to be completed.
  if (!target.host.includes('.') || !asked.startsWith(`${target.host}.`)) return null;
  const shaken = handshakes(evidence).find(({ doc }) => doc.status === 'name-mismatch');
  const suffix = asked.slice(target.host.length + 1);
  return {
    phase: 'resolve',
    confidence: shaken === undefined ? 'medium' : 'high',
    summary: `Another name answered for ${short(target.host, 'the target')}: the search list appended ${short(suffix, 'its suffix', 40)}.`,
    evidence: [
      {
        observation: answer.ref,
        text: `${resolverOf(answer.doc)} answered for ${asked}, and not for ${target.host}: ${list(addressSet(answer.doc.addresses))}`,
      },
      ...(shaken === undefined
        ? []
        : [{ observation: shaken.ref, text: `the server there has no certificate for ${target.host}` }]),
    ],
    remedies: [
      {
        text: `Write the name with a final dot, ${target.host}., or lower ndots in resolv.conf: then ${suffix} is not appended first`,
        command: pprobeAgain(target, { command: 'dns', name: `${target.host}.` }),
      },
      { text: `Remove the wildcard record *.${suffix}, or ${suffix} from the search list of this host` },
    ],
    claims: [{ says: 'dns-decides' }],
    check: shellLine(pprobeAgain(target, { command: 'dns', name: `${target.host}.` })),
  };
});

export const searchListRules: readonly Rule[] = [searchList];
