import { command } from '../../core/shell-command.js';
import { excerpt, list } from '../../core/text.js';
import { hostAnswers } from '../../documents/observed/dns.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  withStatus,
} from '../../documents/observed/tcp.js';
import { explainingTraces, sendErrno } from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem, SkippedStep } from '../../documents/report.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';

/**
 * netfilter's output chain fails the sender's call with EPERM, or rejects or drops what TCP sends, which the kernel tells by
 * its own ICMP errors and counters; the packet never leaves.
 */
const firewall = rule('local.firewall', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const found = denied(evidence, 'EPERM');
  if (found === null) return null;
  return {
    phase: 'local',
    confidence: found.both ? 'certain' : 'high',
    summary: `This host's own firewall blocks TCP ${evidence.target.port} to ${list(found.addresses, 4)}.`,
    evidence: found.items,
    remedies: [
      {
        text: `Allow outbound TCP ${evidence.target.port} to ${list(found.addresses, 4)} in this host's rules (nftables, iptables, a container's network policy)`,
        command: command('sudo', 'nft', 'list', 'ruleset'),
      },
    ],
    alternatives: [
      possible('local.permission', 'a seccomp or eBPF filter: try outside the container or service unit'),
    ],
    check: 'sudo nft list ruleset',
  };
});

/** Security modules and `prohibit` routes answer EACCES. */
const permission = rule('local.permission', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const found = denied(evidence, 'EACCES');
  const [first] = found?.addresses ?? [];
  if (found === null || first === undefined) return null;
  return {
    phase: 'local',
    confidence: 'medium',
    summary: `This host forbids the connection to ${list(found.addresses, 4)}: a security module or a route of type prohibit.`,
    evidence: found.items,
    remedies: [
      { text: 'Look for a route of type prohibit', command: command('ip', 'route', 'get', first) },
      {
        text: 'Look for denials of SELinux or AppArmor',
        command: command('sudo', 'ausearch', '-m', 'avc', '-ts', 'recent'),
      },
    ],
    alternatives: [possible('local.firewall', 'sudo nft list ruleset')],
    check: command('ip', 'route', 'get', first),
  };
});

function denied(
  evidence: Evidence,
  errno: string,
): { addresses: string[]; items: EvidenceItem[]; both: boolean } | null {
  const attempts = withStatus(addressOutcomes(evidence), 'denied').filter((outcome) =>
    isFirewalled(outcome) ? errno === 'EPERM' : (outcome.errno ?? 'EPERM') === errno,
  );
  const traces = explainingTraces(evidence).filter(({ doc }) => sendErrno(doc) === errno);
  const addresses = addressesOf([...attempts, ...traces.map(({ doc }) => doc)]);
  if (addresses.length === 0) return null;
  return {
    addresses,
    both: attempts.length > 0 && traces.length > 0,
    items: [
      ...attempts.slice(0, 1).map((first) => ({
        observation: first.ref,
        text: `connecting to ${list(addressesOf(attempts))} ${failed(first, errno)}`,
      })),
      ...traces
        .slice(0, 1)
        .map(({ ref }) => ({ observation: ref, text: `no probe left this host: ${errno}` })),
    ],
  };
}

/** Seen by the kernel as such, whatever errno the rule chose to answer with. */
function isFirewalled({ cause }: AddressOutcome): boolean {
  return cause === 'local-firewall';
}

function failed(outcome: AddressOutcome, errno: string): string {
  if (!isFirewalled(outcome)) return `failed at once with ${errno}`;
  return outcome.errno === null
    ? "met this host's own firewall, which dropped every SYN without an errno"
    : `met this host's own firewall, which rejected the SYN (${outcome.errno})`;
}

export const localRules: readonly Rule[] = [firewall, permission];

/**
 * This host could not measure what everything else rests on. A missing trace engine is none of that: without it a
 * verdict is only less sure. Older reports name no `missing`; there, a name that was neither asked about nor found means it.
 */
const capability = rule('local.capability', { needs: ['skipped'] }, (evidence): Judgement | null => {
  const index = evidence.skipped.findIndex((step) => stops(step));
  const step = evidence.skipped[index];
  if (step === undefined || hostAnswers(evidence).length > 0 || addressOutcomes(evidence).length > 0)
    return null;
  if (evidence.observations.trace.length > 0 || evidence.observations.http.length > 0) return null;
  return {
    phase: 'local',
    confidence: step.missing === undefined ? 'high' : 'certain',
    summary: `This host cannot even ask where ${evidence.target.host} is: ${excerpt(step.reason.replace(/\.$/, ''))}.`,
    evidence: [
      {
        observation: `skipped[${index}]`,
        text: `${step.step} was not measured${step.missing === undefined ? '' : `: ${excerpt(step.missing, 80)} is missing`}`,
      },
    ],
    remedies: [
      {
        text:
          step.remedy === undefined
            ? 'pprobe doctor says what this host lacks and how to add it'
            : 'Add what is missing',
        command: step.remedy ?? 'pprobe doctor',
      },
    ],
    check: 'pprobe doctor',
  };
});

function stops({ step, reason, missing }: SkippedStep): boolean {
  if (step !== 'dns' && step !== 'tcp') return false;
  return missing !== undefined || (step === 'dns' && !/hosts says|switched off|interrupt/.test(reason));
}

export const capabilityRules: readonly Rule[] = [capability];
