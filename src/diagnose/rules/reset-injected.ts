import { command } from '../../shell-command.js';
import { injections } from '../facts/injection.js';
import { opened } from '../facts/tcp.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { endsOf } from '../remedies/security-group.js';

/** An RST in the target's name that has not come all the way from it. */
const resetInjected = rule('policy.reset-injected', { needs: ['trace'] }, (evidence): Judgement | null => {
  const [found] = injections(evidence).filter(({ doc }) => !opened(evidence, doc.address));
  if (found === undefined) return null;
  const { doc, by, ttl } = found;
  const { client } = endsOf(evidence, [doc.address]);
  const box = by ?? `the box at hop ${ttl - 1} or ${ttl} of the path`;
  return {
    phase: 'path',
    confidence: found.why === 'distance' ? 'high' : 'medium',
    summary: `A firewall on the path, ${by === null ? `before hop ${ttl}` : `at ${by}`}, resets TCP ${doc.port} to ${doc.address} in the target's name.`,
    evidence: [
      { observation: found.ref, text: found.text },
      ...(found.other === null
        ? []
        : [{ observation: found.other, text: `a router answers there where the RST came from` }]),
    ],
    remedies: [
      {
        text: `Allow TCP ${doc.port} from ${client ?? 'this host'} to ${doc.address} on ${box}; security groups and network ACLs never send an RST`,
      },
    ],
    alternatives: [
      possible('tcp.refused', `ss -ltn on ${doc.address}: does anything listen on TCP ${doc.port} there?`),
    ],
    check: command('pprobe', 'trace', doc.address, '-p', String(doc.port)),
  };
});

export const resetInjectedRules: readonly Rule[] = [resetInjected];
