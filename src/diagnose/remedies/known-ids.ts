import type { Evidence, Remedy } from '../../documents/report.js';

/** Remedies with the ids that are known in place of the words that stand for them in commands. */
export function withKnownIds(remedies: readonly Remedy[], evidence: Evidence): Remedy[] {
  const { vantage, gates = [] } = evidence;
  const groupOf = (wanted: 'client' | 'target') =>
    gates.find(({ gate, end }) => gate === 'security-group' && end === wanted)?.resource;
  const host = vantage.ec2?.groups[0] ?? groupOf('client');
  const target = groupOf('target');
  const known = [
    ['SG_OF_THIS_HOST', host],
    ['SG_OF_TARGET', target],
  ] as const;
  return remedies.map((remedy) => {
    let { command } = remedy;
    for (const [word, id] of known)
      if (command !== undefined && id != null && /^[\w-]+$/.test(id)) command = command.replaceAll(word, id);
    return command === undefined ? remedy : { ...remedy, command };
  });
}
